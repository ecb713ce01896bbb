/* The limits of one core of this machine: float32 multiply-adds, and bytes read and copied in a buffer of a given size.

   Each function runs for about `seconds` and returns a rate per second. They use the compiler's vector extensions and
   are compiled for this machine. */
#include <stdint.h>
#include <time.h>

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX__)
#define LANES 8
#else
#define LANES 4
#endif
typedef float vf __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
#define UNROLL _Pragma("GCC unroll 16")
#if defined(__aarch64__)
#define PIN(v) __asm__ volatile("" : "+w"(v))
#else
#define PIN(v) __asm__ volatile("" : "+v"(v))
#endif

static double clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Floating-point operations per second: a multiply-add is two. Twelve independent sums are more than latency times
   units. */
double limits_arithmetic(double seconds) {
    enum { SUMS = 12, ROUNDS = 100000 };
    vf sums[SUMS], a = 0.5f - (vf){0}, b = 0.25f - (vf){0};
    UNROLL for (int i = 0; i < SUMS; i++) sums[i] = (vf){0};
    double begin = clock_now(), now = begin, done = 0;
    for (; now < begin + seconds; now = clock_now()) {
        for (int r = 0; r < ROUNDS; r++) UNROLL for (int i = 0; i < SUMS; i++) {
                sums[i] = sums[i] * a + b;
                PIN(sums[i]);
            }
        done += 2.0 * LANES * SUMS * ROUNDS;
    }
    return done / (now - begin);
}

/* Bytes read per second: eight sums over the buffer, again and again. `floats` is a multiple of 8 * 16. */
double limits_read(const float *buffer, int64_t floats, double seconds) {
    vf sums[8];
    UNROLL for (int i = 0; i < 8; i++) sums[i] = (vf){0};
    double begin = clock_now(), now = begin, done = 0;
    for (; now < begin + seconds; now = clock_now()) {
        /* enough passes over a small buffer that reading the clock costs nothing */
        for (int64_t pass = 0; pass < 1 + 4000000 / floats; pass++, done += 4.0 * (double)floats)
            for (int64_t k = 0; k < floats; k += 8 * LANES) UNROLL for (int i = 0; i < 8; i++) {
                    sums[i] += *(const vf *)(buffer + k + i * LANES);
                    PIN(sums[i]);
                }
    }
    return done / (now - begin);
}

/* Bytes read plus bytes written per second, from the first half of the buffer to the second, with plain stores, as in
   row updates. (If a store first fetches its line, this traffic is not counted.) */
double limits_copy(float *buffer, int64_t floats, double seconds) {
    float *to = buffer + floats / 2;
    double begin = clock_now(), now = begin, done = 0;
    for (; now < begin + seconds; now = clock_now()) {
        for (int64_t pass = 0; pass < 1 + 4000000 / floats; pass++, done += 4.0 * (double)floats)
            for (int64_t k = 0; k < floats / 2; k += 4 * LANES) UNROLL for (int i = 0; i < 4; i++) {
                    vf v = *(const vf *)(buffer + k + i * LANES);
                    PIN(v);
                    *(vf *)(to + k + i * LANES) = v;
                }
    }
    return done / (now - begin);
}
