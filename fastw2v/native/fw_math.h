/* The maths that every backend shares: draws, bounded integers, the keep test, the window, the learning rate.

   C includes it (CPU kernels, test hooks); CUDA sources are compiled with it in front. NVRTC finds no headers, so this
   file includes none. fastw2v/planning/draws.py repeats it in NumPy; tests check that both are bit-equal.

   Draws. SplitMix64 (Steele, Lea, Flood 2014) used as a counter-based generator: its finaliser `fw_mix` is a bijection
   of 64 bits, and Weyl steps of the golden ratio feed it. A draw is a pure function of
       key     = (seed, epoch, purpose)
       counter = (position in the encoded corpus, index at that position)
   where each number is a 64-bit word of its own. Nothing is packed, so no two counters of one key share an input. */
#ifndef FW_MATH_H
#define FW_MATH_H

typedef unsigned long long fw_u64;
typedef long long fw_i64;
typedef unsigned int fw_u32;

#ifdef __CUDACC__
#define FW_FN static __device__ __forceinline__
#else
#define FW_FN static inline __attribute__((unused))
#endif

#define FW_GOLDEN 0x9e3779b97f4a7c15ULL
/* The multipliers of the finaliser. */
#define FW_MIX_FIRST 0xbf58476d1ce4e5b9ULL
#define FW_MIX_SECOND 0x94d049bb133111ebULL

/* The purpose of a draw. */
enum { FW_DRAW_KEEP = 1, FW_DRAW_WINDOW = 2, FW_DRAW_NOISE = 3, FW_DRAW_ROWS = 4 };

FW_FN fw_u64 fw_mix(fw_u64 z) {
    z = (z ^ (z >> 30)) * FW_MIX_FIRST;
    z = (z ^ (z >> 27)) * FW_MIX_SECOND;
    return z ^ (z >> 31);
}

FW_FN fw_u64 fw_key(fw_u64 seed, fw_u64 epoch, fw_u64 purpose) {
    return fw_mix(fw_mix(fw_mix(seed + FW_GOLDEN) + FW_GOLDEN * (epoch + 1)) + FW_GOLDEN * purpose);
}

FW_FN fw_u64 fw_draw(fw_u64 key, fw_u64 position, fw_u64 index) {
    return fw_mix(fw_mix(key + FW_GOLDEN * (position + 1)) + FW_GOLDEN * index);
}

/* A uniform number in [0, n) for n < 2^32, as a fixed-point number: whole part in the high 32 bits, fraction in the
   low 32. Its bias is n / 2^64. */
FW_FN fw_u64 fw_scaled(fw_u64 bits, fw_u32 n) { return (bits >> 32) * n + (((bits & 0xffffffffULL) * n) >> 32); }

FW_FN fw_u32 fw_below(fw_u64 bits, fw_u32 n) { return (fw_u32)(fw_scaled(bits, n) >> 32); }

/* Subsampling: `threshold` is the keep probability times 2^32, less one, rounded up; 2^32 - 1 keeps always. */
FW_FN int fw_keep(fw_u64 bits, fw_u32 threshold) { return (fw_u32)(bits >> 32) <= threshold; }

/* The reduced window of word2vec, uniform in 1..window. */
FW_FN int fw_window(fw_u64 bits, int window) { return 1 + (int)fw_below(bits, (fw_u32)window); }

/* One draw from an alias table (Walker 1977, Vose 1991) for x = fw_scaled(bits, n): the whole part picks the column,
   the fraction tosses its coin. There is no branch: half the tosses would be mispredicted. */
FW_FN int fw_alias(fw_u64 x, const fw_u32 *threshold, const int *alias) {
    fw_u32 column = (fw_u32)(x >> 32), other = (fw_u32)alias[column];
    return (int)(other ^ ((other ^ column) & -(fw_u32)((fw_u32)x < threshold[column])));
}
FW_FN int fw_noise(fw_u64 bits, const fw_u32 *threshold, const int *alias, fw_u32 n) {
    return fw_alias(fw_scaled(bits, n), threshold, alias);
}

/* Uniform in [-0.5, 0.5) with 24 bits: exact in float32. */
FW_FN float fw_centered(fw_u64 bits) { return (float)(bits >> 40) * 0x1p-24f - 0.5f; }

/* The number, within its chunk, of the last tile up to tile `number` that renewed a noise slot: a word stays for
   `noise_life` tiles, and the renewals are staggered over the slots. */
FW_FN fw_i64 fw_renewed(fw_i64 number, fw_i64 slot, fw_i64 noise_slots, fw_i64 noise_life) {
    fw_i64 shift = slot * noise_life / noise_slots;
    fw_i64 renewed = (number + shift) / noise_life * noise_life - shift;
    return renewed < 0 ? 0 : renewed;
}

/* The share of its step that a word's row takes where the word has `copies` in about a tile: from one snapshot they all
   move it the same way, so only the first few count. `few` is the bound of fw_settings divided by the learning rate;
   see planning/staleness.py. */
FW_FN float fw_burst_share(int copies, float few, float output_rate) {
#ifdef __CUDACC__
    const float root = sqrtf(output_rate);
#else
    const float root = __builtin_sqrtf(output_rate);
#endif
    const float counted = few / root;
    return (float)copies > counted && copies > 1 ? (counted > 1.f ? counted : 1.f) / (float)copies : 1.f;
}

/* The share of its step that a node of the crown takes in a tile: `step` is the learning rate times the weight of the
   tile's pairs whose paths pass there. */
#define FW_NODE_STEP_MAX 0.25f
FW_FN float fw_node_share(float step) { return step > FW_NODE_STEP_MAX ? FW_NODE_STEP_MAX / step : 1.f; }

/* The learning rate at `done` of `total` tokens: a straight line, in double, rounded once. See
   planning/learning_rate.py for where the line begins and ends. */
FW_FN float fw_learning_rate(double first, double last, fw_i64 done, fw_i64 total) {
    return (float)(first - (first - last) * ((double)done / (double)total));
}

#endif
