/* Text in blocks of bytes -> counted words and a stream of provisional ids.
 *
 * ASCII white space (space, tab, vertical tab, form feed, carriage return) separates words; a newline also ends the
 * sentence. A block may end anywhere; words and lines may have any length.
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
    int64_t odd_words; /* distinct such words that were accepted because strict is 0 */

    /* The buffer is text[0, filled); [0, scanned) has been scanned, and a word may be open at its end. */
    char *text;
    int64_t capacity, filled, scanned;
    int64_t word_begin; /* offset of the open word in the buffer, or -1 */
    int64_t origin;     /* position of text[0] in the file */

    int64_t lines;                 /* newlines since the text began */
    int at_file_start;             /* a byte order mark may follow */
    int line_open;                 /* there are bytes after the last newline */
    int64_t bad_begin, bad_length; /* after FW_BAD_TEXT: the word, or as much of it as was read, in the buffer */
} fw_scanner;

int fw_scanner_init(fw_scanner *scanner, int strict);
void fw_scanner_free(fw_scanner *scanner);

/* Frees the words and the buffer but not the ids; FW_NO_MEMORY if not even an empty table can be allocated. */
int fw_scanner_release_words(fw_scanner *scanner);

/* Begins a text: a file, or the part of one that starts at byte `origin`. */
void fw_scanner_begin(fw_scanner *scanner, int64_t origin);

/* Returns room for the next `size` bytes of the text; NULL without memory. */
char *fw_scanner_room(fw_scanner *scanner, int64_t size);

/* Scans the `size` bytes written there. */
int fw_scanner_scan(fw_scanner *scanner, int64_t size);

/* Ends the text: ends the open word and, if the file ends here, the open line. */
int fw_scanner_end(fw_scanner *scanner, int file_ends);

/* Characters in a word of UTF-8 that make it another word than it looks. */
enum {
    FW_UNICODE_SPACES = 1, /* white space of Unicode, at which nothing is split: no-break space, U+3000 and others */
    FW_SOFT_HYPHENS = 2,
    FW_COMBINING_MARKS = 4, /* U+0300 to U+036F: a letter and its accent as two characters */
};
int fw_unseen_characters(const char *text, int64_t length);

/* The offset of the first byte at which the bytes are no UTF-8 by Python's rules, or NUL; -1 if there is none. */
int64_t fw_first_bad_byte(const char *text, int64_t length);

/* Whether there is none. */
int fw_is_clean_text(const char *text, int64_t length);

#endif
