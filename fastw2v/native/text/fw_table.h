/* A table that counts distinct words and numbers them in the order in which they were first seen.
 *
 * Words are bytes. Cache misses cost most of the time. The entry of a word of up to FW_INLINE_BYTES bytes (nearly every
 * word of nearly every language) is therefore half a cache line; frequent words, which are seen early, are close
 * together; and a slot has eight bytes.
 */
#ifndef FW_TABLE_H
#define FW_TABLE_H

#include <stdint.h>
#include <string.h>

enum {
    FW_OK = 0,
    FW_NO_MEMORY = -1,      /* memory could not be allocated */
    FW_TOO_MANY_WORDS = -2, /* more distinct words than an int32 id can number */
    FW_BAD_TEXT = -3,       /* a NUL byte or invalid UTF-8 where that is an error */
};

#define FW_INLINE_BYTES 16 /* bytes of a word kept in its entry; keys are read that far past the end of a word */

typedef struct {
    uint64_t low, high; /* short words: their bytes, padded with zeros; long words: hash, and offset into the text */
    int64_t length;     /* in bytes */
    int64_t count;
} fw_word;

typedef struct {
    uint32_t tag; /* low half of the hash, never 0; 0 marks a free slot */
    int32_t id;
} fw_slot;

typedef struct {
    fw_slot *slots; /* a power of two of them, at least twice as many as words */
    int shift;      /* a word's home slot is hash >> shift */
    fw_word *words;
    int64_t n_words, word_capacity;
    char *text; /* the bytes of the long words, end to end, padded by FW_INLINE_BYTES bytes */
    int64_t text_used, text_capacity;
} fw_table;

/* A word to look up or enter. */
typedef struct {
    uint64_t low, high, hash;
    const char *text;
    int64_t length;
} fw_key;

int fw_table_init(fw_table *table);
void fw_table_free(fw_table *table);

/* The id of the word, or -1. */
int32_t fw_table_find(const fw_table *table, const fw_key *key);

/* Returns the id of the word, or an error code below 0. A new word is entered with count 0. */
int32_t fw_table_enter(fw_table *table, const fw_key *key);

/* Adds the words and counts of `other`, in its order; ids[i] becomes the id in this table of its word i. */
int fw_table_merge(fw_table *table, const fw_table *other, int32_t *ids);

/* How far, in slots, a word lies behind its home slot at most: long searches would show here. */
int64_t fw_table_farthest(const fw_table *table);

/* The bytes of word `id`. Short words are not terminated and are valid until the next word is entered. */
static inline const char *fw_table_text(const fw_table *table, int64_t id) {
    const fw_word *word = &table->words[id];
    return word->length <= FW_INLINE_BYTES ? (const char *)word : table->text + word->high;
}

/* What hashes depend on beside the word: random in each process, so that nobody can write a text whose words all have
 * the same hash. Ids and counts do not depend on it. */
extern uint64_t fw_secret[2];

/* Sets it, before the first table is made; later calls do nothing, since tables hold hashes. */
void fw_set_secret(uint64_t first, uint64_t second);

/* Every bit of either factor affects every bit of the result; if one is 0, the other is still in it. */
static inline uint64_t fw_fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64) ^ a ^ b;
}

static inline uint64_t fw_hash_pair(uint64_t low, uint64_t high) {
    return fw_fold(low ^ fw_secret[0], high ^ fw_secret[1]);
}

uint64_t fw_hash_long(const char *text, int64_t length);

extern const unsigned char fw_keep_bytes[2 * FW_INLINE_BYTES];

/* The key of a word. FW_INLINE_BYTES bytes must be readable from `text` on, even if the word is shorter. */
static inline fw_key fw_key_of(const char *text, int64_t length) {
    fw_key key = {.text = text, .length = length};
    if (length <= FW_INLINE_BYTES) {
        uint64_t keep[2];
        memcpy(keep, fw_keep_bytes + FW_INLINE_BYTES - length, sizeof keep);
        memcpy(&key.low, text, 8);
        memcpy(&key.high, text + 8, 8);
        key.low &= keep[0];
        key.high &= keep[1];
        key.hash = fw_hash_pair(key.low, key.high);
    } else {
        key.low = key.hash = fw_hash_long(text, length);
        key.high = 0;
    }
    return key;
}

static inline uint32_t fw_tag(uint64_t hash) { return (uint32_t)hash | 1; }

static inline fw_slot *fw_home(const fw_table *table, uint64_t hash) { return &table->slots[hash >> table->shift]; }

static inline int fw_is_word(const fw_table *table, const fw_word *word, const fw_key *key) {
    if (word->low != key->low || word->length != key->length) return 0;
    if (key->length <= FW_INLINE_BYTES) return word->high == key->high;
    return memcmp(table->text + word->high, key->text, (size_t)key->length) == 0;
}

#endif
