#include "fw_table.h"

#include "fw_pages.h"

enum { FIRST_SLOT_BITS = 12, FIRST_WORDS = 1 << 11, FIRST_TEXT = 1 << 12 };

const unsigned char fw_keep_bytes[2 * FW_INLINE_BYTES] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

/* Any odd number with bits all over: words of NUL bytes, which differ in length alone, have different hashes. */
#define FW_SPREAD 0x9fb21c651e98df25u

uint64_t fw_secret[2] = {0x8bb84b93962eacc9u, 0x4b33a62ed433d4a3u};

void fw_set_secret(uint64_t first, uint64_t second) {
    static int is_set;
    if (is_set) return;
    is_set = 1;
    fw_secret[0] = first;
    fw_secret[1] = second;
}

uint64_t fw_hash_long(const char *text, int64_t length) {
    uint64_t hash = (uint64_t)length * FW_SPREAD, low, high;
    for (int64_t at = 0; at + 16 < length; at += 16) {
        memcpy(&low, text + at, 8);
        memcpy(&high, text + at + 8, 8);
        hash = fw_hash_pair(low ^ hash, high);
    }
    memcpy(&low, text + length - 16, 8); /* the last 16 bytes, which may overlap the ones before */
    memcpy(&high, text + length - 8, 8);
    return fw_hash_pair(low ^ hash, high);
}

static int64_t slot_count(const fw_table *table) { return (int64_t)1 << (64 - table->shift); }
static int64_t slot_bytes(const fw_table *table) { return slot_count(table) * (int64_t)sizeof *table->slots; }
static int64_t word_bytes(const fw_table *table) { return table->word_capacity * (int64_t)sizeof *table->words; }

int fw_table_init(fw_table *table) {
    memset(table, 0, sizeof *table);
    table->shift = 64 - FIRST_SLOT_BITS;
    table->word_capacity = FIRST_WORDS;
    table->text_capacity = FIRST_TEXT;
    table->slots = fw_pages_new(slot_bytes(table));
    table->words = fw_pages_new(word_bytes(table));
    table->text = fw_pages_new(table->text_capacity);
    if (table->slots && table->words && table->text) return FW_OK;
    fw_table_free(table);
    return FW_NO_MEMORY;
}

void fw_table_free(fw_table *table) {
    if (!table->shift) return; /* it holds nothing */
    fw_pages_free(table->slots, slot_bytes(table));
    fw_pages_free(table->words, word_bytes(table));
    fw_pages_free(table->text, table->text_capacity);
    memset(table, 0, sizeof *table);
}

static uint64_t hash_of(const fw_word *word) {
    return word->length <= FW_INLINE_BYTES ? fw_hash_pair(word->low, word->high) : word->low;
}

static fw_slot *next_slot(const fw_table *table, fw_slot *slot) {
    return slot + 1 == table->slots + slot_count(table) ? table->slots : slot + 1;
}

static int grow_slots(fw_table *table) {
    int64_t bytes = slot_bytes(table);
    fw_slot *slots = fw_pages_new(2 * bytes);
    if (!slots) return FW_NO_MEMORY;
    fw_pages_free(table->slots, bytes);
    table->slots = slots;
    table->shift--;
    for (int64_t id = 0; id < table->n_words; id++) {
        uint64_t hash = hash_of(&table->words[id]);
        fw_slot *slot = fw_home(table, hash);
        while (slot->tag) slot = next_slot(table, slot);
        *slot = (fw_slot){fw_tag(hash), (int32_t)id};
    }
    return FW_OK;
}

static int grow_words(fw_table *table) {
    int64_t bytes = word_bytes(table);
    fw_word *words = fw_pages_grow(table->words, bytes, 2 * bytes);
    if (!words) return FW_NO_MEMORY;
    table->words = words;
    table->word_capacity *= 2;
    return FW_OK;
}

static int grow_text(fw_table *table, int64_t length) {
    int64_t capacity = 2 * table->text_capacity + length;
    char *text = fw_pages_grow(table->text, table->text_capacity, capacity);
    if (!text) return FW_NO_MEMORY;
    table->text = text;
    table->text_capacity = capacity;
    return FW_OK;
}

/* The slot that holds the word, or the free slot for it. */
static fw_slot *seek(const fw_table *table, const fw_key *key) {
    uint32_t tag = fw_tag(key->hash);
    fw_slot *slot = fw_home(table, key->hash);
    while (slot->tag && !(slot->tag == tag && fw_is_word(table, &table->words[slot->id], key)))
        slot = next_slot(table, slot);
    return slot;
}

int32_t fw_table_find(const fw_table *table, const fw_key *key) {
    fw_slot *slot = seek(table, key);
    return slot->tag ? slot->id : -1;
}

int32_t fw_table_enter(fw_table *table, const fw_key *key) {
    fw_slot *slot = seek(table, key);
    if (slot->tag) return slot->id;
    if (table->n_words == INT32_MAX) return FW_TOO_MANY_WORDS;
    if (2 * (table->n_words + 1) > slot_count(table)) {
        if (grow_slots(table)) return FW_NO_MEMORY;
        slot = seek(table, key);
    }
    if (table->n_words == table->word_capacity && grow_words(table)) return FW_NO_MEMORY;
    uint64_t high = key->high;
    if (key->length > FW_INLINE_BYTES) {
        if (table->text_used + key->length + FW_INLINE_BYTES > table->text_capacity && grow_text(table, key->length))
            return FW_NO_MEMORY;
        memcpy(table->text + table->text_used, key->text, (size_t)key->length);
        high = (uint64_t)table->text_used;
        table->text_used += key->length;
    }
    int32_t id = (int32_t)table->n_words++;
    table->words[id] = (fw_word){key->low, high, key->length, 0};
    *slot = (fw_slot){fw_tag(key->hash), id};
    return id;
}

int fw_table_merge(fw_table *table, const fw_table *other, int32_t *ids) {
    enum { AHEAD = 16 }; /* words to look ahead, so that their slots are prefetched */
    for (int64_t i = 0; i < other->n_words; i++) {
        if (i + AHEAD < other->n_words) __builtin_prefetch(fw_home(table, hash_of(&other->words[i + AHEAD])));
        const fw_word *word = &other->words[i];
        fw_key key = {word->low, word->high, hash_of(word), fw_table_text(other, i), word->length};
        int32_t id = fw_table_enter(table, &key);
        if (id < 0) return id;
        table->words[id].count += word->count;
        ids[i] = id;
    }
    return FW_OK;
}

int64_t fw_table_farthest(const fw_table *table) {
    const int64_t wrap = slot_count(table) - 1;
    int64_t farthest = 0;
    for (int64_t at = 0; at <= wrap; at++) {
        if (!table->slots[at].tag) continue;
        int64_t home = fw_home(table, hash_of(&table->words[table->slots[at].id])) - table->slots;
        if (((at - home) & wrap) > farthest) farthest = (at - home) & wrap;
    }
    return farthest;
}
