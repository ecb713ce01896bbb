/* The kernel for vectors of 16 bytes: SSE2 on x86-64, NEON on Arm, plain code elsewhere. */
#define FW_LANES 4
#define FW_KERNEL fw_kernel_portable
#define FW_KERNEL_NAME "portable"
#include "fw_kernel_body.h"
