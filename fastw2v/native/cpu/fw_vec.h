/* Vectors of FW_LANES floats, written with the compiler's vector extensions: one source for AVX-512, AVX2, SSE2 and
   NEON.

   The length and the alignment of rows are multiples of FW_ROW_ALIGN floats, for every instruction set. */
#ifndef FW_VEC_H
#define FW_VEC_H

#include <stdint.h>
#include <string.h>
#if defined(__AVX__)
#include <immintrin.h>
#endif

#include "fw_kernel.h"

/* Many threads read and write rows at once, on purpose (Hogwild, Niu et al. 2011). FW_RACY makes ThreadSanitizer ignore
   the functions that do so; everything else that threads share is atomic. */
#if defined(__clang__)
#define FW_RACY __attribute__((no_sanitize("thread")))
#define FW_UNROLL _Pragma("clang loop unroll(full)") /* clang ignores gcc's pragma and would keep sums in memory */
#else
#define FW_RACY __attribute__((no_sanitize_thread))
#define FW_UNROLL _Pragma("GCC unroll 16")
#endif
#define FW_INLINE static inline __attribute__((always_inline)) FW_RACY
#define FW_STAGE static __attribute__((noinline)) FW_RACY
/* Keeps a value that several multiply-adds use in a register; gcc would load it again for each of them. */
#if defined(__aarch64__)
#define FW_REGISTER "w"
#elif defined(__x86_64__) || defined(__i386__)
#define FW_REGISTER "v"
#endif
#ifdef FW_PIN /* the tests', whose vectors no register holds */
#elif defined(FW_REGISTER)
#define FW_PIN(v) __asm__("" : "+" FW_REGISTER(v))
#else
#define FW_PIN(v) ((void)0)
#endif

/* Keeps the sum of a pointer and an offset in one register; gcc would add them again for each load of a loop. */
#define FW_AT(p)                                                                                                       \
    ({                                                                                                                 \
        __typeof__(p) at_ = (p);                                                                                       \
        __asm__("" : "+r"(at_));                                                                                       \
        at_;                                                                                                           \
    })

typedef float vf __attribute__((vector_size(4 * FW_LANES), may_alias));
typedef float vf_anywhere __attribute__((vector_size(4 * FW_LANES), may_alias, aligned(4)));
typedef int32_t vi __attribute__((vector_size(4 * FW_LANES), may_alias));
typedef int32_t vi_anywhere __attribute__((vector_size(4 * FW_LANES), may_alias, aligned(4)));

/* The most vectors of a row that are kept in registers: for one row, or for two side by side. x86-64 has 16 registers
   without AVX-512, and 32 with it. */
#define FW_BLOCK_ONE (FW_LANES == 16 ? 16 : 13)
#define FW_BLOCK_TWO (FW_LANES == 16 ? 8 : 6)

FW_INLINE vf load(const float *p) { return *(const vf *)p; }
FW_INLINE void store(float *p, vf v) { *(vf *)p = v; }
FW_INLINE vf load_anywhere(const float *p) { return *(const vf_anywhere *)p; }
FW_INLINE void store_anywhere(float *p, vf v) { *(vf_anywhere *)p = v; }
FW_INLINE vi load_words(const int32_t *p) { return *(const vi_anywhere *)p; }
FW_INLINE void add_to(float *p, vf v) { store(p, load(p) + v); }
/* Not x + 0, which for x = -0 is 0, so that the compiler would have to add; x - 0 is x. */
FW_INLINE vf splat(float x) { return x - (vf){0}; }
FW_INLINE vi splat_int(int32_t n) { return n - (vi){0}; }
FW_INLINE vf masked(vf v, vi mask) { return (vf)((vi)v & mask); }
/* Bit l is lane l of a mask. */
FW_INLINE uint32_t mask_bits(vi mask) {
#if FW_LANES == 16
    return _mm512_movepi32_mask((__m512i)mask);
#elif FW_LANES == 8
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
#else
    uint32_t bits = 0;
    FW_UNROLL for (int l = 0; l < FW_LANES; l++) bits |= (uint32_t)(mask[l] & 1) << l;
    return bits;
#endif
}
FW_INLINE vi lane_numbers(void) {
    vi v;
    FW_UNROLL for (int l = 0; l < FW_LANES; l++) v[l] = l;
    return v;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define FW_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#ifndef FW_SHUFFLE /* gcc before 12 */
#define FW_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (vi){__VA_ARGS__})
#endif

/* LOW and HIGH interleave blocks of h lanes: the low (high) block of each 2h lanes of a, then that of b. */
#define FW_LOW_(l, h) ((l) & (h) ? FW_LANES + (l) - (h) : (l))
#define FW_HIGH_(l, h) ((l) & (h) ? FW_LANES + (l) : (l) + (h))
#define FW_LANES4(F, h, o) F(o + 0, h), F(o + 1, h), F(o + 2, h), F(o + 3, h)
#if FW_LANES == 16
#define FW_ALL_LANES(F, h) FW_LANES4(F, h, 0), FW_LANES4(F, h, 4), FW_LANES4(F, h, 8), FW_LANES4(F, h, 12)
#elif FW_LANES == 8
#define FW_ALL_LANES(F, h) FW_LANES4(F, h, 0), FW_LANES4(F, h, 4)
#else
#define FW_ALL_LANES(F, h) FW_LANES4(F, h, 0)
#endif
#define FW_LOW(a, b, h) FW_SHUFFLE(a, b, FW_ALL_LANES(FW_LOW_, h))
#define FW_HIGH(a, b, h) FW_SHUFFLE(a, b, FW_ALL_LANES(FW_HIGH_, h))

/* Lane l of the result is the sum of the lanes of a[l]: a transposing tree of adds, without horizontal sums. */
FW_INLINE vf sum_lanes(vf *a) {
#define FW_STEP(h) FW_UNROLL for (int i = 0; i < h; i++) a[i] = FW_LOW(a[i], a[i + h], h) + FW_HIGH(a[i], a[i + h], h);
#if FW_LANES >= 16
    FW_STEP(8)
#endif
#if FW_LANES >= 8
    FW_STEP(4)
#endif
    FW_STEP(2)
    FW_STEP(1)
#undef FW_STEP
    return a[0];
}

/* Lanes that add up to the dot product of two rows; two sums, so that a multiply-add need not wait for the one before.
 */
FW_INLINE vf dot_lanes(const float *x, const float *y, int64_t columns) {
    vf sums[2] = {{0}, {0}};
    int64_t k = 0;
    for (; k + 2 * FW_LANES <= columns; k += 2 * FW_LANES) {
        sums[0] += load(x + k) * load(y + k);
        sums[1] += load(x + k + FW_LANES) * load(y + k + FW_LANES);
    }
    if (k < columns) sums[0] += load(x + k) * load(y + k);
    return sums[0] + sums[1];
}

/* Turns a square of FW_LANES x FW_LANES numbers of 32 bits. */
FW_INLINE void turn(vf *r) {
#define FW_STEP(h)                                                                                                     \
    FW_UNROLL for (int i = 0; i < FW_LANES; i++) if (!(i & h)) {                                                       \
        vf a = r[i], b = r[i + h];                                                                                     \
        r[i] = FW_LOW(a, b, h);                                                                                        \
        r[i + h] = FW_HIGH(a, b, h);                                                                                   \
    }
    FW_STEP(1)
    FW_STEP(2)
#if FW_LANES >= 8
    FW_STEP(4)
#endif
#if FW_LANES >= 16
    FW_STEP(8)
#endif
#undef FW_STEP
}

/* to[l][r] = from[r][k + l] for a square of FW_LANES x FW_LANES; the rows of `to` are `stride` long. */
FW_INLINE void transpose(float *const *from, int64_t k, float *to, int64_t stride) {
    vf r[FW_LANES];
    FW_UNROLL for (int i = 0; i < FW_LANES; i++) r[i] = load(from[i] + k);
    turn(r);
    FW_UNROLL for (int i = 0; i < FW_LANES; i++) store(to + stride * i, r[i]);
}

FW_INLINE float sum(vf v) {
    float total = 0;
    for (int l = 0; l < FW_LANES; l++) total += v[l];
    return total;
}

/* Scores are limited to [-80, 80] before the exponential: e^80 is finite in float32, and sigma(-80) still learns. The
   two bounds are applied separately because the loss of a pair continues to grow beyond them. */
#define FW_SCORE_MAX 80.f
#if FW_LANES == 16
FW_INLINE vf at_least(vf x, float low) { return _mm512_max_ps(x, splat(low)); }
FW_INLINE vf at_most(vf x, float high) { return _mm512_min_ps(x, splat(high)); }
#elif FW_LANES == 8
FW_INLINE vf at_least(vf x, float low) { return _mm256_max_ps(x, splat(low)); }
FW_INLINE vf at_most(vf x, float high) { return _mm256_min_ps(x, splat(high)); }
#else
FW_INLINE vf either(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }
FW_INLINE vf at_least(vf x, float low) { return either(x < splat(low), splat(low), x); }
FW_INLINE vf at_most(vf x, float high) { return either(x > splat(high), splat(high), x); }
#endif

/* e^-x for x within the bounds, with a relative error below 2e-7; NaN if `score` is not finite.

   2^t = 2^r * 2^f, where r is the nearest integer (adding 1.5 * 2^23 leaves r in the low bits) and a minimax polynomial
   of degree 5 gives 2^f. There is no table, and no conversion of a possible NaN to an integer. */
FW_INLINE vf exp_minus(vf x, vf score) {
    const vf magic = splat(12582912.f);
    vf t = x * splat(-1.44269504f), r = t + magic, f = t - (r - magic);
    vf p = splat(1.32765396e-3f);
    p = p * f + splat(9.67554215e-3f);
    p = p * f + splat(5.55071307e-2f);
    p = p * f + splat(2.40221197e-1f);
    p = p * f + splat(6.93146967e-1f);
    p = p * f + splat(1.00000007f);
    return (vf)((vi)p + ((vi)r << 23)) + score * splat(0.f);
}

/* log(y) for y >= 1 and finite, absolute error below 1e-6 (relative to 1 + log y). NaN in, NaN out. */
FW_INLINE vf log_of(vf y) {
    const vi half = (vi)splat(0.707106781f);
    vi bits = (vi)y, e = (bits - half) >> 23;
    vf u = (vf)(bits - (e << 23)) - splat(1.f), p = splat(0.119871915f);
    p = p * u + splat(-0.187624483f);
    p = p * u + splat(0.204925572f);
    p = p * u + splat(-0.24897655f);
    p = p * u + splat(0.333155398f);
    p = p * u + splat(-0.500014903f);
    return __builtin_convertvector(e, vf) * splat(0.693147181f) + (p * u * u + u) + y * splat(0.f);
}

/* Returns 1 - sigma(score), the gradient of a positive pair, accurate even if small; *loss is -log sigma(score). */
FW_INLINE vf positive_pair(vf score, vf *loss) {
    vf low = at_least(score, -FW_SCORE_MAX), p = exp_minus(at_most(low, FW_SCORE_MAX), score), y = splat(1.f) + p;
    *loss = log_of(y) + (low - score);
    return p / y;
}
/* Returns sigma(score), the negative gradient of a noise pair; if `wanted`, *loss is -log sigma(-score). */
FW_INLINE vf noise_pair(vf score, vf *loss, int wanted) {
    vf low = at_least(score, -FW_SCORE_MAX), y = splat(1.f) + exp_minus(at_most(low, FW_SCORE_MAX), score);
    if (wanted) *loss = log_of(y) + low;
    return splat(1.f) / y;
}

#endif
