/* The instructions of AVX-512 that the kernels name, in plain C, for processors without them: FASTW2V_EMULATE=1 in
   setup.py. Matrix registers have a model of their own (FW_MATRIX_MODEL). The compiler splits vectors of 64 bytes. */
#ifndef FW_EMULATED_H
#define FW_EMULATED_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define __AVX512F__ 1
#define FW_PIN(v) ((void)0) /* no register holds 64 bytes */
#define FW_EMULATED static inline __attribute__((always_inline))

/* The lanes of a register, by their type. */
typedef union lanes {
    __m512i bits;
    __m512 floats;
    float f32[16];
    int32_t i32[16];
    uint32_t u32[16];
    uint16_t u16[32];
    uint64_t u64[8];
} lanes;
typedef union half_lanes {
    __m256i bits;
    int32_t i32[8];
    uint32_t u32[8];
    uint8_t u8[32];
} half_lanes;
typedef union quarter_lanes {
    __m128i bits;
    int8_t i8[16];
    uint8_t u8[16];
} quarter_lanes;

/* One expression for each lane l of r, in terms of the lanes of the arguments. */
#define LANES(n, r, of_lane)                                                                                           \
    for (int l = 0; l < (n); l++) (r)[l] = (of_lane)
#define IN(mask) ((mask) >> l & 1)

FW_EMULATED __m512i emulated_set1_epi32(int x) {
    lanes r;
    LANES(16, r.i32, x);
    return r.bits;
}
FW_EMULATED __m512i emulated_setzero_si512(void) { return emulated_set1_epi32(0); }
FW_EMULATED __m512i emulated_maskz_set1_epi16(__mmask32 in, short x) {
    lanes r;
    LANES(32, r.u16, IN(in) ? (uint16_t)x : 0);
    return r.bits;
}
/* A function of two registers, lane by lane: the lanes of a are x, those of b are y. */
#define OF_TWO(name, type, whole, lane, of_lane)                                                                       \
    FW_EMULATED type emulated_##name(type a, type b) {                                                                 \
        lanes x = {.whole = a}, y = {.whole = b}, r;                                                                   \
        LANES(16, r.lane, of_lane);                                                                                    \
        return r.whole;                                                                                                \
    }
OF_TWO(add_epi32, __m512i, bits, u32, x.u32[l] + y.u32[l])
OF_TWO(min_epi32, __m512i, bits, i32, x.i32[l] < y.i32[l] ? x.i32[l] : y.i32[l])
OF_TWO(max_epi32, __m512i, bits, i32, x.i32[l] > y.i32[l] ? x.i32[l] : y.i32[l])
/* Where a or b is NaN, and of two zeros, the result is b: as the instruction, and not as fminf. */
OF_TWO(min_ps, __m512, floats, f32, x.f32[l] < y.f32[l] ? x.f32[l] : y.f32[l])
OF_TWO(max_ps, __m512, floats, f32, x.f32[l] > y.f32[l] ? x.f32[l] : y.f32[l])
FW_EMULATED __m512i emulated_srli_epi32(__m512i a, unsigned n) {
    lanes x = {.bits = a}, r;
    LANES(16, r.u32, n < 32 ? x.u32[l] >> n : 0);
    return r.bits;
}
FW_EMULATED __m512 emulated_mask_add_ps(__m512 otherwise, __mmask16 in, __m512 a, __m512 b) {
    __asm__("" : "+m"(b)); /* the compiler fuses no product with the sum of an intrinsic */
    lanes x = {.floats = a}, y = {.floats = b}, z = {.floats = otherwise}, r;
    LANES(16, r.f32, IN(in) ? x.f32[l] + y.f32[l] : z.f32[l]);
    return r.floats;
}
FW_EMULATED __m512i emulated_mask_blend_epi16(__mmask32 in, __m512i a, __m512i b) {
    lanes x = {.bits = a}, y = {.bits = b}, r;
    LANES(32, r.u16, IN(in) ? y.u16[l] : x.u16[l]);
    return r.bits;
}
FW_EMULATED __m512 emulated_permutexvar_ps(__m512i index, __m512 a) {
    lanes at = {.bits = index}, x = {.floats = a}, r;
    LANES(16, r.f32, x.f32[at.i32[l] & 15]);
    return r.floats;
}
FW_EMULATED __m512 emulated_i32gather_ps(__m512i index, const void *from, int scale) {
    lanes at = {.bits = index}, r;
    for (int l = 0; l < 16; l++) memcpy(&r.f32[l], (const char *)from + (int64_t)at.i32[l] * scale, 4);
    return r.floats;
}
FW_EMULATED __m512i emulated_cvtepu32_epi64(__m256i a) {
    half_lanes x = {.bits = a};
    lanes r;
    LANES(8, r.u64, x.u32[l]);
    return r.bits;
}
FW_EMULATED __m128i emulated_cvtepi32_epi8(__m512i a) {
    lanes x = {.bits = a};
    quarter_lanes r;
    LANES(16, r.i8, (int8_t)x.i32[l]);
    return r.bits;
}
FW_EMULATED __m512i emulated_maskz_compress_epi64(__mmask8 in, __m512i a) {
    lanes x = {.bits = a}, r = {.u64 = {0}};
    int n = 0;
    for (int l = 0; l < 8; l++)
        if (IN(in)) r.u64[n++] = x.u64[l];
    return r.bits;
}
FW_EMULATED __m256i emulated_maskz_compress_epi32(__mmask8 in, __m256i a) {
    half_lanes x = {.bits = a}, r = {.i32 = {0}};
    int n = 0;
    for (int l = 0; l < 8; l++)
        if (IN(in)) r.i32[n++] = x.i32[l];
    return r.bits;
}
/* Lanes that are not in the mask are not read. */
FW_EMULATED __m256i emulated_maskz_loadu_epi32(__mmask8 in, const void *from) {
    half_lanes r;
    LANES(8, r.i32, IN(in) ? ((const int32_t *)from)[l] : 0);
    return r.bits;
}
FW_EMULATED void emulated_storeu_si512(void *to, __m512i a) { memcpy(to, &a, 64); }
FW_EMULATED void emulated_mask_storeu_ps(float *to, __mmask16 in, __m512 a) {
    lanes x = {.floats = a};
    for (int l = 0; l < 16; l++)
        if (IN(in)) to[l] = x.f32[l];
}

/* Comparisons: bit l of the result is lane l. */
#define LANES_OF_MASK(type, n, of_lane)                                                                                \
    type r = 0;                                                                                                        \
    for (int l = 0; l < (n); l++) r |= (type)((type)(of_lane) << l);                                                   \
    return r
FW_EMULATED __mmask16 emulated_movepi32_mask(__m512i a) {
    lanes x = {.bits = a};
    LANES_OF_MASK(__mmask16, 16, x.i32[l] < 0);
}
FW_EMULATED __mmask8 emulated_mask_cmple_epu64_mask(__mmask8 in, __m512i a, __m512i b) {
    lanes x = {.bits = a}, y = {.bits = b};
    LANES_OF_MASK(__mmask8, 8, IN(in) && x.u64[l] <= y.u64[l]);
}
FW_EMULATED __mmask16 emulated_mask_cmple_epu8_mask(__mmask16 in, __m128i a, __m128i b) {
    quarter_lanes x = {.bits = a}, y = {.bits = b};
    LANES_OF_MASK(__mmask16, 16, IN(in) && x.u8[l] <= y.u8[l]);
}
FW_EMULATED __mmask32 emulated_256_mask_cmple_epu8_mask(__mmask32 in, __m256i a, __m256i b) {
    half_lanes x = {.bits = a}, y = {.bits = b};
    LANES_OF_MASK(__mmask32, 32, IN(in) && x.u8[l] <= y.u8[l]);
}
FW_EMULATED __mmask32 emulated_256_cmpneq_epu8_mask(__m256i a, __m256i b) {
    half_lanes x = {.bits = a}, y = {.bits = b};
    LANES_OF_MASK(__mmask32, 32, x.u8[l] != y.u8[l]);
}

/* Without optimisation some are macros already. */
#undef _mm512_srli_epi32
#undef _mm512_i32gather_ps
#undef _mm512_mask_cmple_epu64_mask
#undef _mm_mask_cmple_epu8_mask
#undef _mm256_mask_cmple_epu8_mask
#undef _mm256_cmpneq_epu8_mask

#define _mm512_set1_epi32 emulated_set1_epi32
#define _mm512_setzero_si512 emulated_setzero_si512
#define _mm512_maskz_set1_epi16 emulated_maskz_set1_epi16
#define _mm512_add_epi32 emulated_add_epi32
#define _mm512_srli_epi32 emulated_srli_epi32
#define _mm512_min_epi32 emulated_min_epi32
#define _mm512_max_epi32 emulated_max_epi32
#define _mm512_min_ps emulated_min_ps
#define _mm512_max_ps emulated_max_ps
#define _mm512_mask_add_ps emulated_mask_add_ps
#define _mm512_mask_blend_epi16 emulated_mask_blend_epi16
#define _mm512_permutexvar_ps emulated_permutexvar_ps
#define _mm512_i32gather_ps emulated_i32gather_ps
#define _mm512_cvtepu32_epi64 emulated_cvtepu32_epi64
#define _mm512_cvtepi32_epi8 emulated_cvtepi32_epi8
#define _mm512_maskz_compress_epi64 emulated_maskz_compress_epi64
#define _mm256_maskz_compress_epi32 emulated_maskz_compress_epi32
#define _mm256_maskz_loadu_epi32 emulated_maskz_loadu_epi32
#define _mm512_storeu_si512 emulated_storeu_si512
#define _mm512_mask_storeu_ps emulated_mask_storeu_ps
#define _mm512_movepi32_mask emulated_movepi32_mask
#define _mm512_mask_cmple_epu64_mask emulated_mask_cmple_epu64_mask
#define _mm_mask_cmple_epu8_mask emulated_mask_cmple_epu8_mask
#define _mm256_mask_cmple_epu8_mask emulated_256_mask_cmple_epu8_mask
#define _mm256_cmpneq_epu8_mask emulated_256_cmpneq_epu8_mask

#endif
