/* The kernel for AVX2 with FMA. */
#if defined(__AVX2__)
#define FW_LANES 8
#define FW_KERNEL fw_kernel_avx2
#define FW_KERNEL_NAME "avx2"
#include "fw_kernel_body.h"
#else
typedef int fw_kernel_avx2_is_for_x86_only;
#endif
