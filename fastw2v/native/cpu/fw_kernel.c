/* The kernels that this machine can run. The compiler's own CPU check uses cpuid, and xgetbv for the registers that the
   OS saves. FW_X86_KERNELS: the files of the kernels for x86-64 were compiled with its instruction sets (setup.py).
   FW_EMULATE: those for AVX-512 and matrix registers were compiled for AVX2, with the tests' stand-in. */
#include "fw_kernel.h"

extern const fw_kernel fw_kernel_portable;
#ifdef FW_X86_KERNELS
extern const fw_kernel fw_kernel_avx2, fw_kernel_avx512;
#ifdef FW_KNOWS_AMX
extern const fw_kernel fw_kernel_amx;
#endif

#ifdef FW_EMULATE
static inline int has_avx512(void) { return 1; }
static inline int may_use_amx(void) { return 1; }
#else
static int has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#ifdef FW_KNOWS_AMX
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether this process may use matrix registers: the processor has them for bfloat16 (cpuid), the system saves them
   (xgetbv), and grants the room that they take where a signal interrupts. What it grants, threads and children have. */
static int may_use_amx(void) {
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 };  /* leaf 7, edx */
    enum { OSXSAVE = 1 << 27 };                       /* leaf 1, ecx: there is xgetbv */
    enum { XTILECFG = 1 << 17, XTILEDATA = 1 << 18 }; /* xcr0 */
    const unsigned amx = AMX_BF16 | AMX_TILE, saved = XTILECFG | XTILEDATA;
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & amx) != amx) return 0;
    if (!__get_cpuid_count(1, 0, &a, &b, &c, &d) || !(c & OSXSAVE)) return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & saved) != saved) return 0;
    return syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18 /* XFEATURE_XTILEDATA */) == 0;
}
#endif
#endif
#endif

int fw_available_kernels(const fw_kernel **kernels, int room) {
    const fw_kernel *found[4];
    int n = 0;
#ifdef FW_X86_KERNELS
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    int avx512 = avx2 && has_avx512();
#ifdef FW_KNOWS_AMX
    if (avx512 && may_use_amx()) found[n++] = &fw_kernel_amx;
#endif
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
