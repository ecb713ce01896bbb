/* Matrix registers (AMX): eight of 16 rows of 64 bytes, their loads and stores, and the product of pairs of bfloat16.

   FW_MATRIX_MODEL: the same in plain C, bit for bit, to test the kernel where the processor has none.

   Intrinsics of gcc 12 do not say which memory a load reads, so that a store before it may be moved behind it: hence
   assembly. */
#ifndef FW_MATRIX_OPS_H
#define FW_MATRIX_OPS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef FW_MATRIX_MODEL

/* All registers are whole: fewer rows or columns would save little, and setting their shapes takes 80 ns. */
static inline void matrix_begin(void) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } shapes;
    memset(&shapes, 0, sizeof shapes);
    shapes.palette = 1;
    for (int r = 0; r < 8; r++) {
        shapes.row_bytes[r] = 64;
        shapes.rows[r] = 16;
    }
    __asm__ volatile("ldtilecfg %0" ::"m"(shapes) : "memory");
}
static inline void matrix_end(void) { __asm__ volatile("tilerelease" ::: "memory"); }
/* Register r is rows of 64 bytes, `stride` bytes apart. */
#define MATRIX_LOAD(r, from, stride)                                                                                   \
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #r::"r"(from), "r"((int64_t)(stride)) : "memory")
#define MATRIX_STORE(r, to, stride)                                                                                    \
    __asm__ volatile("tilestored %%tmm" #r ", (%0,%1,1)" ::"r"(to), "r"((int64_t)(stride)) : "memory")
#define MATRIX_ZERO(r) __asm__ volatile("tilezero %%tmm" #r::: "memory")
/* c += a b: 16 x 32 numbers of a, row by row; 32 x 16 of b, two rows of them in each row of the register. */
#define MATRIX_MULTIPLY(c, a, b) __asm__ volatile("tdpbf16ps %%tmm" #b ", %%tmm" #a ", %%tmm" #c::: "memory")

#else

typedef struct matrix_model {
    uint32_t row[16][16];
} matrix_model;
static _Thread_local matrix_model model_of[8];
static inline void matrix_begin(void) { memset(model_of, 0, sizeof model_of); }
static inline void matrix_end(void) {}
static inline void model_load(int r, const void *from, int64_t stride) {
    for (int row = 0; row < 16; row++) memcpy(model_of[r].row[row], (const char *)from + row * stride, 64);
}
static inline void model_store(int r, void *to, int64_t stride) {
    for (int row = 0; row < 16; row++) memcpy((char *)to + row * stride, model_of[r].row[row], 64);
}
/* A denormal number is taken for a zero of its sign, and made one. */
static inline float model_number(uint32_t bits) {
    float x;
    if ((bits & 0x7f800000) == 0) bits &= 0x80000000;
    memcpy(&x, &bits, 4);
    return x;
}
static inline float model_flushed(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return model_number(bits);
}
/* Even and odd products are added up apart, each sum with one rounding a product, and then added to c. */
static inline void model_multiply(int c, int a, int b) {
    for (int m = 0; m < 16; m++)
        for (int n = 0; n < 16; n++) {
            float even = 0, odd = 0, sum;
            for (int k = 0; k < 16; k++) {
                const uint32_t x = model_of[a].row[m][k], y = model_of[b].row[k][n];
                even = model_flushed(fmaf(model_number(x << 16), model_number(y << 16), even));
                odd = model_flushed(fmaf(model_number(x & 0xffff0000), model_number(y & 0xffff0000), odd));
            }
            sum = model_flushed(even + odd);
            sum = model_flushed(model_number(model_of[c].row[m][n]) + sum);
            memcpy(&model_of[c].row[m][n], &sum, 4);
        }
}
#define MATRIX_LOAD(r, from, stride) model_load(r, from, stride)
#define MATRIX_STORE(r, to, stride) model_store(r, to, stride)
#define MATRIX_ZERO(r) memset(&model_of[r], 0, sizeof model_of[r])
#define MATRIX_MULTIPLY(c, a, b) model_multiply(c, a, b)

#endif
#endif
