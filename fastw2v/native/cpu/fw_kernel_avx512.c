/* The kernel for AVX-512 (F, BW, DQ, VL). */
#if defined(__AVX512F__)
#define FW_LANES 16
#define FW_KERNEL fw_kernel_avx512
#define FW_KERNEL_NAME "avx512"
#include "fw_kernel_body.h"
#else
typedef int fw_kernel_avx512_is_for_x86_only;
#endif
