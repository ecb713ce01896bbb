/* Text in blocks of bytes -> counted words and a stream of provisional ids.
 *
 * Words are split at ASCII white space (space, tab, vertical tab, form feed, carriage return); a newline also ends the
 * sentence. Blocks may be cut anywhere, words and lines may be of any length.
 */
#ifndef FW_TEXT_H
#define FW_TEXT_H

#include "fw_ids.h"
#include "fw_table.h"

typedef struct {
    fw_table table;
    fw_ids ids;
    int64_t tokens;    /* words read so far, repetitions included */
    int64_t sentences; /* sentence ends written so far */
    int strict;        /* stop at a word that is invalid UTF-8 or contains a NUL byte */
    int64_t odd_words; /* distinct words of that kind that were let in because strict is 0 */

    /* The buffer: text[0, filled), of which [0, scanned) has been looked at; a word may be open at its end. */
    char *text;
    int64_t capacity, filled, scanned;
    int64_t word_begin; /* offset of the open word in the buffer, or -1 */
    int64_t origin;     /* place in the file of text[0] */

    int64_t lines;                 /* newlines seen since the text began */
    int at_file_start;             /* a byte order mark may come */
    int line_open;                 /* bytes have come since the last newline */
    int64_t bad_begin, bad_length; /* after FW_BAD_TEXT: the word, in the buffer */
} fw_scanner;

int fw_scanner_init(fw_scanner *scanner, int strict);
void fw_scanner_free(fw_scanner *scanner);

/* Gives back the words and the buffer of text, not the ids; FW_NO_MEMORY where not even an empty table can be had. */
int fw_scanner_release_words(fw_scanner *scanner);

/* A text (a file, or the part of one that begins at byte `origin`) begins. */
void fw_scanner_begin(fw_scanner *scanner, int64_t origin);

/* Where the next `size` bytes of the text are to be put; NULL without memory. */
char *fw_scanner_room(fw_scanner *scanner, int64_t size);

/* Scans `size` bytes that were put there. */
int fw_scanner_scan(fw_scanner *scanner, int64_t size);

/* The text is over: ends the open word and, where the file ends here, the open line. */
int fw_scanner_end(fw_scanner *scanner, int file_ends);

/* Whether the bytes are UTF-8 as Python takes it, without NUL. */
int fw_is_clean_text(const char *text, int64_t length);

#endif
