#include "fw_parse.h"

#include <string.h>

/* Powers of ten that a double holds exactly. */
#define FW_EXACT_POWERS 22
static const double fw_powers[FW_EXACT_POWERS + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The most digits that always fit into a uint64. */
#define FW_MAX_DIGITS 19
/* A double has 29 bits more than a float. An inexact double this close to a tie, in units of its last bit, might round
 * wrongly: two roundings make an error of at most 1.5 units. */
#define FW_EXTRA_BITS 29
#define FW_TIE_MARGIN 4
/* Smaller numbers are float32 denormals, which round at other bits; larger ones round to infinity. */
#define FW_FLOAT_MIN 1.1754943508222875e-38
#define FW_FLOAT_MAX 3.4028234663852886e38

static inline int is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static inline unsigned digit_of(char c) { return (unsigned)(unsigned char)c - '0'; }

static int round_to_float(double value, int exact, float *out) {
    if (value != 0 && (value < FW_FLOAT_MIN || value > FW_FLOAT_MAX)) return 1;
    if (!exact) {
        uint64_t bits, tie = 1ull << (FW_EXTRA_BITS - 1);
        memcpy(&bits, &value, sizeof bits);
        uint64_t extra = bits & ((1ull << FW_EXTRA_BITS) - 1);
        if (extra + FW_TIE_MARGIN >= tie && extra <= tie + FW_TIE_MARGIN) return 1;
    }
    *out = (float)value;
    return 0;
}

/* Reads digits with at most one point; returns where they end, or NULL without a digit or with too many. */
static const char *read_digits(const char *text, const char *end, uint64_t *mantissa, int *digits, int64_t *exponent) {
    const char *p = text;
    uint64_t value = 0;
    int64_t scale = 0, seen = 0;
    int kept = 0, after_point = 0;
    for (; p < end; p++) {
        unsigned digit = digit_of(*p);
        if (digit > 9) {
            if (*p != '.' || after_point) break;
            after_point = 1;
            continue;
        }
        seen = 1;
        scale -= after_point;
        if (kept == 0 && digit == 0) continue;
        if (++kept > FW_MAX_DIGITS) return NULL;
        value = 10 * value + digit;
    }
    *mantissa = value, *digits = kept, *exponent = scale;
    return seen ? p : NULL;
}

/* Reads the rest of a number after its digits: nothing, or "e", an optional sign and at most three digits. */
static int read_exponent(const char *p, const char *end, int64_t *exponent) {
    if (p == end) return 0;
    if (*p != 'e' && *p != 'E') return 1;
    p++;
    int negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end || end - p > 3) return 1;
    int64_t value = 0;
    for (; p < end; p++) {
        unsigned digit = digit_of(*p);
        if (digit > 9) return 1;
        value = 10 * value + digit;
    }
    *exponent += negative ? -value : value;
    return 0;
}

int fw_parse_float(const char *text, int64_t length, float *out) {
    const char *end = text + length, *p = text;
    int negative = p < end && *p == '-', digits;
    if (p < end && (*p == '-' || *p == '+')) p++;
    uint64_t mantissa;
    int64_t exponent;
    p = read_digits(p, end, &mantissa, &digits, &exponent);
    if (p == NULL || read_exponent(p, end, &exponent)) return 1;
    double value = (double)mantissa;
    if (mantissa != 0) {
        if (exponent < -FW_EXACT_POWERS || exponent > FW_EXACT_POWERS) return 1;
        value = exponent < 0 ? value / fw_powers[-exponent] : value * fw_powers[exponent];
    }
    /* If both operands are exact, the one rounding of the quotient or product is correct (Clinger 1990). */
    if (round_to_float(value, mantissa <= 1ull << 53, out)) return 1;
    if (negative) *out = -*out;
    return 0;
}

static int parse_number(const char *text, int64_t begin, int64_t end, fw_slow_float slow, float *out, fw_row *row) {
    if (fw_parse_float(text + begin, end - begin, out) == 0) return FW_ROW;
    row->bad_begin = begin, row->bad_end = end;
    return slow(text + begin, end - begin, out);
}

/* Reads a line whose word has no white space, forwards; returns 0 for any other line. */
static int parse_forwards(const char *text, int64_t begin, int64_t line_end, int64_t size, float *out, fw_row *row) {
    int64_t at = begin;
    while (at < line_end && !is_space(text[at])) at++;
    if (at == begin) return 0;
    row->word_begin = begin, row->word_end = at;
    for (int64_t i = 0; i < size; i++) {
        while (at < line_end && is_space(text[at])) at++;
        int64_t field = at;
        while (at < line_end && !is_space(text[at])) at++;
        if (at == field || fw_parse_float(text + field, at - field, &out[i])) return 0;
    }
    while (at < line_end && is_space(text[at])) at++;
    return at == line_end;
}

/* Reads any line: the numbers are the last fields, and everything before them is the word. */
static int parse_backwards(const char *text, int64_t begin, int64_t line_end, int64_t size, fw_slow_float slow,
                           float *out, fw_row *row) {
    int64_t at = line_end;
    int bad = FW_ROW;
    for (row->fields = 0; row->fields < size; row->fields++) {
        while (at > begin && is_space(text[at - 1])) at--;
        int64_t field_end = at;
        while (at > begin && !is_space(text[at - 1])) at--;
        if (at == field_end) return FW_ROW_FEW;
        if (bad == FW_ROW) bad = parse_number(text, at, field_end, slow, &out[size - 1 - row->fields], row);
    }
    while (at > begin && is_space(text[at - 1])) at--;
    if (at == begin) return FW_ROW_FEW;
    row->fields++;
    row->word_begin = begin, row->word_end = at;
    return bad;
}

int fw_parse_text_row(const char *text, int64_t length, int64_t begin, int at_file_end, const fw_row_form *form,
                      fw_slow_float slow, float *out, fw_row *row) {
    const char *newline = memchr(text + begin, '\n', (size_t)(length - begin));
    int64_t line_end = newline ? newline - text : length;
    row->end = begin;
    if (line_end - begin > form->line_limit) return FW_ROW_LONG_LINE;
    if (newline == NULL && (!at_file_end || begin == length)) return FW_ROW_UNFINISHED;
    row->end = newline ? line_end + 1 : length;
    int64_t at = begin;
    while (at < line_end && is_space(text[at])) at++;
    if (at == line_end) return FW_ROW_BLANK;
    int status = FW_ROW;
    if (!parse_forwards(text, begin, line_end, form->size, out, row)) {
        status = parse_backwards(text, begin, line_end, form->size, slow, out, row);
    }
    if (status != FW_ROW_FEW && row->word_end - row->word_begin > form->word_limit) status = FW_ROW_LONG_WORD;
    return status;
}

static void copy_little_endian(const char *bytes, int64_t size, float *out) {
    memcpy(out, bytes, (size_t)size * sizeof(float));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (int64_t i = 0; i < size; i++) {
        uint32_t word;
        memcpy(&word, &out[i], sizeof word);
        word = __builtin_bswap32(word);
        memcpy(&out[i], &word, sizeof word);
    }
#endif
}

int fw_parse_binary_row(const char *text, int64_t length, int64_t begin, const fw_row_form *form, float *out,
                        fw_row *row) {
    int64_t at = begin;
    while (at < length && text[at] == '\n') at++;
    row->end = at;
    int64_t there = length - at < form->word_limit + 1 ? length - at : form->word_limit + 1;
    const char *space = there ? memchr(text + at, ' ', (size_t)there) : NULL;
    row->word_begin = at, row->word_end = space ? space - text : at + there;
    if (space == NULL) return there > form->word_limit ? FW_ROW_LONG_WORD : FW_ROW_UNFINISHED;
    if (row->word_end == at) return FW_ROW_NO_WORD;
    int64_t numbers = row->word_end + 1, bytes = 4 * form->size;
    if (length - numbers < bytes) return FW_ROW_UNFINISHED;
    copy_little_endian(text + numbers, form->size, out);
    row->end = numbers + bytes;
    return FW_ROW;
}
