/* Rows of word2vec files, text and binary: from bytes to a word and its float32 numbers.
 *
 * Nothing here allocates or depends on the locale, and no byte outside the given range is read.
 */
#ifndef FW_PARSE_H
#define FW_PARSE_H

#include <stdint.h>

enum {
    FW_ROW = 0,        /* a row was read */
    FW_ROW_UNFINISHED, /* the bytes end within the row */
    FW_ROW_BLANK,      /* white space up to the newline */
    FW_ROW_FEW,        /* fewer fields than a word and the numbers */
    FW_ROW_BAD_NUMBER, /* a field is not a number: fw_row.bad_begin to bad_end */
    FW_ROW_LONG_LINE,  /* a line longer than allowed */
    FW_ROW_LONG_WORD,  /* a word longer than allowed */
    FW_ROW_NO_WORD,    /* binary: an empty word */
    FW_ROW_NO_MEMORY   /* for a number that `slow` had to read */
};

typedef struct {
    int64_t word_begin, word_end; /* offsets in the text; binary, after FW_ROW_LONG_WORD: what was read of it */
    int64_t bad_begin, bad_end;   /* after FW_ROW_BAD_NUMBER: the field */
    int64_t fields;               /* after FW_ROW_FEW: how many there are */
    int64_t end;                  /* the start of the next row, or of this one if it is unfinished */
} fw_row;

typedef struct {
    int64_t size;       /* D */
    int64_t word_limit; /* bytes */
    int64_t line_limit; /* bytes */
} fw_row_form;

/* Reads a number for which fw_parse_float returned 1; returns FW_ROW, FW_ROW_BAD_NUMBER if it is not
 * a number, or FW_ROW_NO_MEMORY. */
typedef int (*fw_slow_float)(const char *text, int64_t length, float *out);

/* Reads a decimal number as a float32: the nearest double, rounded once more, as strtod and a cast do. Returns 1 if the
 * result cannot be certain with 64-bit arithmetic, or if the text may not be a number. */
int fw_parse_float(const char *text, int64_t length, float *out);

/* Reads one line of a text file, from `begin` on: a word, then `size` numbers, the last fields of the line. */
int fw_parse_text_row(const char *text, int64_t length, int64_t begin, int at_file_end, const fw_row_form *form,
                      fw_slow_float slow, float *out, fw_row *row);

/* Reads one row of a binary file: newlines that end the previous row, a word, a space, `size` little-endian float32. */
int fw_parse_binary_row(const char *text, int64_t length, int64_t begin, const fw_row_form *form, float *out,
                        fw_row *row);

#endif
