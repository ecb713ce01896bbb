#include "fw_text.h"

#include <stdlib.h>

/* FW_PORTABLE: without SSE2 where there is SSE2, for a test that compares both. */
#if defined(__SSE2__) && !defined(FW_PORTABLE)
#include <emmintrin.h>
#endif

enum {
    STRIDE = 64,                        /* bytes classified at once: one bit each in a 64-bit mask */
    PADDING = STRIDE + FW_INLINE_BYTES, /* bytes that may be read past the filled part of the buffer */
    ENOUGH = 32,                        /* words gathered before they are looked up together */
    BATCH = ENOUGH + STRIDE + 2, /* one stride adds at most 32 words and 64 line ends, never more than 65 of both */
};

/* ---- white space -------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t space;   /* bit i: byte i is white space, newline included */
    uint64_t newline; /* bit i: byte i is a newline */
} masks;

#if defined(__SSE2__) && !defined(FW_PORTABLE)

static inline masks classify(const char *text) {
    masks found = {0, 0};
    for (int i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(text + 16 * i));
        __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8('\t')); /* \t \n \v \f \r are 9 to 13 */
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(4)), above);
        __m128i space = _mm_or_si128(control, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
        __m128i newline = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
        found.space |= (uint64_t)(uint32_t)_mm_movemask_epi8(space) << (16 * i);
        found.newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(newline) << (16 * i);
    }
    return found;
}

#else

typedef unsigned char bytes16 __attribute__((vector_size(16)));

/* Byte lanes of 0 or 255 -> one bit each: every lane keeps a bit of its own, and a multiplication gathers eight. */
static inline uint64_t gather(bytes16 lanes) {
    static const bytes16 own_bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint64_t half[2];
    lanes &= own_bit;
    memcpy(half, &lanes, sizeof half);
    half[0] = (half[0] * 0x0101010101010101u) >> 56;
    half[1] = (half[1] * 0x0101010101010101u) >> 56;
    return half[0] | half[1] << 8;
}

static inline masks classify(const char *text) {
    masks found = {0, 0};
    for (int i = 0; i < 4; i++) {
        bytes16 bytes;
        memcpy(&bytes, text + 16 * i, sizeof bytes);
        bytes16 newline = (bytes16)(bytes == '\n');
        bytes16 space = (bytes16)(bytes == ' ') | (bytes16)((bytes16)(bytes - '\t') <= 4);
        found.space |= gather(space) << (16 * i);
        found.newline |= gather(newline) << (16 * i);
    }
    return found;
}

#endif

/* ---- valid text --------------------------------------------------------------------------------------------- */

static int continuation_bytes(const unsigned char *at, int n) {
    for (int i = 1; i <= n; i++)
        if (at[i] >> 6 != 2) return 0;
    return 1;
}

/* The length of the UTF-8 sequence at `at`, or 0 if it is invalid (Unicode, table 3-7); `left` bytes may be read. */
static int sequence_length(const unsigned char *at, int64_t left) {
    unsigned char lead = at[0], second = left > 1 ? at[1] : 0;
    if (lead < 0x80) return lead != 0;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return left >= 2 && continuation_bytes(at, 1) ? 2 : 0;
    if (lead < 0xf0) {
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0; /* overlong, surrogate */
        return left >= 3 && continuation_bytes(at, 2) ? 3 : 0;
    }
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) || lead > 0xf4) return 0;
    return left >= 4 && continuation_bytes(at, 3) ? 4 : 0;
}

int64_t fw_first_bad_byte(const char *text, int64_t length) {
    const unsigned char *at = (const unsigned char *)text;
    for (int64_t i = 0; i < length;) {
        int step = sequence_length(at + i, length - i);
        if (!step) return i;
        i += step;
    }
    return -1;
}

int fw_is_clean_text(const char *text, int64_t length) { return fw_first_bad_byte(text, length) < 0; }

static int is_unicode_space(const unsigned char *at, int64_t left) {
    if (at[0] < 0x80) return at[0] >= 0x1c && at[0] <= 0x1f;
    if (left >= 2 && at[0] == 0xc2) return at[1] == 0x85 || at[1] == 0xa0;
    if (left < 3) return 0;
    switch (at[0]) {
    case 0xe1: return at[1] == 0x9a && at[2] == 0x80;
    case 0xe2:
        if (at[1] == 0x81) return at[2] == 0x9f;
        return at[1] == 0x80 && (at[2] <= 0x8a || at[2] == 0xa8 || at[2] == 0xa9 || at[2] == 0xaf);
    case 0xe3: return at[1] == 0x80 && at[2] == 0x80;
    default: return 0;
    }
}

int fw_unseen_characters(const char *text, int64_t length) {
    const unsigned char *at = (const unsigned char *)text;
    int found = 0;
    for (int64_t i = 0; i < length; i++) {
        if (at[i] >= 0x20 && at[i] < 0xc0) continue; /* ASCII, or within a character */
        if (is_unicode_space(at + i, length - i)) found |= FW_UNICODE_SPACES;
        if (length - i < 2) continue;
        if (at[i] == 0xc2 && at[i + 1] == 0xad) found |= FW_SOFT_HYPHENS;
        if (at[i] == 0xcc || (at[i] == 0xcd && at[i + 1] < 0xb0)) found |= FW_COMBINING_MARKS;
    }
    return found;
}

/* ---- looking words up --------------------------------------------------------------------------------------- */

/* Words and line ends (length 0) to look up. They are looked up together so that their cache misses overlap: first all
 * slots are prefetched, then all entries, then words are compared. */
typedef struct {
    fw_key keys[BATCH];
    int n;
} batch;

static inline void gather_word(fw_scanner *scanner, batch *words, const char *text, int64_t length) {
    fw_key key = fw_key_of(text, length);
    __builtin_prefetch(fw_home(&scanner->table, key.hash));
    words->keys[words->n++] = key;
}

static inline void gather_line_end(batch *words) { words->keys[words->n++].length = 0; }

/* Finds a word that is not in its home slot, or checks and enters a new one. */
static int32_t enter_word(fw_scanner *scanner, const fw_key *key) {
    int32_t id = fw_table_find(&scanner->table, key);
    if (id >= 0) return id;
    int clean = fw_is_clean_text(key->text, key->length);
    if (!clean && scanner->strict) {
        scanner->bad_begin = key->text - scanner->text;
        scanner->bad_length = key->length;
        return FW_BAD_TEXT;
    }
    id = fw_table_enter(&scanner->table, key);
    if (id >= 0) scanner->odd_words += !clean;
    return id;
}

static int look_up(fw_scanner *scanner, batch *words) {
    fw_table *table = &scanner->table;
    int32_t guess[BATCH];
    int n = words->n, result = FW_OK, i;
    int64_t line_ends = 0;
    int32_t *out = fw_ids_room(&scanner->ids, n);
    if (!out) return FW_NO_MEMORY;
    words->n = 0;
    for (i = 0; i < n; i++) {
        const fw_key *key = &words->keys[i];
        if (!key->length) continue;
        fw_slot slot = *fw_home(table, key->hash);
        guess[i] = slot.tag == fw_tag(key->hash) ? slot.id : -1;
        if (guess[i] >= 0) __builtin_prefetch(&table->words[guess[i]]);
    }
    for (i = 0; i < n; i++) {
        const fw_key *key = &words->keys[i];
        int32_t id = FW_SENTENCE_END;
        if (key->length) {
            id = guess[i];
            if (id < 0 || !fw_is_word(table, &table->words[id], key)) id = enter_word(scanner, key);
            if (id < 0) {
                result = id;
                break;
            }
            table->words[id].count++;
        } else {
            line_ends++;
        }
        out[i] = id;
    }
    fw_ids_took(&scanner->ids, i);
    scanner->tokens += i - line_ends;
    scanner->sentences += line_ends;
    scanner->lines += line_ends;
    return result;
}

/* ---- splitting ---------------------------------------------------------------------------------------------- */

/* Gathers the words and line ends in the first `size` bytes of the stride at `at`. */
static inline void split_stride(fw_scanner *scanner, batch *words, int64_t at, int64_t size) {
    const char *text = scanner->text;
    masks found = classify(text + at);
    uint64_t real = size < STRIDE ? ((uint64_t)1 << size) - 1 : ~(uint64_t)0;
    uint64_t space = found.space | ~real;
    uint64_t after_space = space << 1 | (scanner->word_begin < 0);
    uint64_t begins = ~space & after_space;
    uint64_t ends = space & ~after_space & real;
    int64_t begin = scanner->word_begin;
    uint64_t newlines = found.newline & real;
    if (begin < 0 && begins) {
        begin = at + __builtin_ctzll(begins);
        begins &= begins - 1;
    }
    for (;;) {
        /* The words that end on this line: all remaining words if no newline remains. */
        uint64_t line = newlines ? newlines ^ (newlines - 1) : ~(uint64_t)0;
        uint64_t of_line = ends & line;
        ends &= ~line;
        while (of_line) {
            int64_t end = at + __builtin_ctzll(of_line);
            of_line &= of_line - 1;
            gather_word(scanner, words, text + begin, end - begin);
            begin = begins ? at + __builtin_ctzll(begins) : -1;
            begins &= begins - 1; /* 0 stays 0 */
        }
        if (!newlines) break;
        gather_line_end(words);
        newlines &= newlines - 1;
    }
    scanner->word_begin = begin;
}

/* Skips a byte order mark; returns 0 while there are too few bytes to decide. */
static int skip_byte_order_mark(fw_scanner *scanner, int is_last) {
    static const char mark[3] = {(char)0xef, (char)0xbb, (char)0xbf};
    int64_t seen = scanner->filled < 3 ? scanner->filled : 3;
    int may_be = !seen || memcmp(scanner->text, mark, (size_t)seen) == 0; /* an empty text may have no buffer */
    if (may_be && seen < 3 && !is_last) return 0;
    if (may_be && seen == 3) scanner->scanned = 3;
    scanner->at_file_start = 0;
    return 1;
}

/* Looks for what cannot be text in the bytes from `from` on of an open word that began before them: a file may go on
 * with NUL bytes for gigabytes, and would be in memory before the word ends. */
static int check_open_word(fw_scanner *scanner, int64_t from) {
    enum { LONGEST = 4 }; /* bytes of a character */
    int64_t begin = scanner->word_begin, at = from;
    while (at > begin && from - at < LONGEST && (scanner->text[at] & 0xc0) == 0x80)
        at--; /* to where a character begins */
    int64_t bad = fw_first_bad_byte(scanner->text + at, scanner->filled - at);
    if (bad < 0 || scanner->filled - at - bad < LONGEST) return FW_OK; /* the rest of a character may follow */
    scanner->bad_begin = begin;
    scanner->bad_length = scanner->filled - begin;
    return FW_BAD_TEXT;
}

static int scan_filled(fw_scanner *scanner, int is_last) {
    batch words;
    int64_t before = scanner->scanned;
    int result = FW_OK;
    words.n = 0;
    if (scanner->at_file_start && !skip_byte_order_mark(scanner, is_last)) return FW_OK;
    if (scanner->scanned == scanner->filled) return FW_OK;
    scanner->line_open = scanner->text[scanner->filled - 1] != '\n';
    while (scanner->scanned < scanner->filled && result == FW_OK) {
        int64_t left = scanner->filled - scanner->scanned, size = left < STRIDE ? left : STRIDE;
        split_stride(scanner, &words, scanner->scanned, size);
        scanner->scanned += size;
        if (words.n >= ENOUGH) result = look_up(scanner, &words);
    }
    if (words.n && result == FW_OK) result = look_up(scanner, &words);
    if (result == FW_OK && scanner->strict && scanner->word_begin >= 0 && scanner->word_begin < before)
        result = check_open_word(scanner, before);
    return result;
}

/* ---- the scanner -------------------------------------------------------------------------------------------- */

int fw_scanner_init(fw_scanner *scanner, int strict) {
    memset(scanner, 0, sizeof *scanner);
    scanner->strict = strict;
    scanner->word_begin = -1;
    return fw_table_init(&scanner->table);
}

static void free_text(fw_scanner *scanner) {
    free(scanner->text);
    scanner->text = NULL;
    scanner->capacity = scanner->filled = scanner->scanned = 0;
    scanner->word_begin = -1;
}

void fw_scanner_free(fw_scanner *scanner) {
    fw_table_free(&scanner->table);
    fw_ids_free(&scanner->ids);
    free_text(scanner);
}

int fw_scanner_release_words(fw_scanner *scanner) {
    fw_table_free(&scanner->table);
    free_text(scanner);
    return fw_table_init(&scanner->table);
}

void fw_scanner_begin(fw_scanner *scanner, int64_t origin) {
    scanner->filled = scanner->scanned = scanner->lines = 0;
    scanner->word_begin = -1;
    scanner->origin = origin;
    scanner->at_file_start = origin == 0;
    scanner->line_open = 0;
}

char *fw_scanner_room(fw_scanner *scanner, int64_t size) {
    int64_t drop = scanner->word_begin >= 0 ? scanner->word_begin : scanner->scanned;
    int64_t keep = scanner->filled - drop;
    if (keep <= drop) { /* so that never more bytes are moved than were read, however long a word grows */
        if (keep) memmove(scanner->text, scanner->text + drop, (size_t)keep);
        scanner->filled = keep;
        scanner->scanned -= drop;
        scanner->origin += drop;
        if (scanner->word_begin >= 0) scanner->word_begin = 0;
    }
    int64_t need = scanner->filled + size + PADDING;
    if (need > scanner->capacity) {
        int64_t capacity = scanner->capacity && need < 2 * scanner->capacity ? 2 * scanner->capacity : need;
        char *text = realloc(scanner->text, (size_t)capacity);
        if (!text) return NULL;
        scanner->text = text;
        scanner->capacity = capacity;
    }
    return scanner->text + scanner->filled;
}

int fw_scanner_scan(fw_scanner *scanner, int64_t size) {
    scanner->filled += size;
    return scan_filled(scanner, 0);
}

int fw_scanner_end(fw_scanner *scanner, int file_ends) {
    batch words;
    int result = scan_filled(scanner, 1);
    words.n = 0;
    if (result == FW_OK && scanner->word_begin >= 0)
        gather_word(scanner, &words, scanner->text + scanner->word_begin, scanner->filled - scanner->word_begin);
    if (file_ends && scanner->line_open) gather_line_end(&words);
    if (words.n && result == FW_OK) result = look_up(scanner, &words);
    scanner->word_begin = -1;
    scanner->line_open = 0;
    return result;
}
