/* The kernels that this machine can run. The compiler's own CPU check uses cpuid, and xgetbv for the registers that the
   OS saves. */
#include "fw_kernel.h"

extern const fw_kernel fw_kernel_portable;
#if defined(__x86_64__)
extern const fw_kernel fw_kernel_avx2, fw_kernel_avx512;
#endif

int fw_available_kernels(const fw_kernel **kernels, int room) {
    const fw_kernel *found[3];
    int n = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx512) found[n++] = &fw_kernel_avx512;
    if (avx2) found[n++] = &fw_kernel_avx2;
#endif
    found[n++] = &fw_kernel_portable;
    for (int i = 0; i < n && i < room; i++) kernels[i] = found[i];
    return n;
}

const char *fw_compiler(void) {
#if defined(__clang__)
    return __VERSION__; /* it includes the compiler's name */
#else
    return "gcc " __VERSION__;
#endif
}
