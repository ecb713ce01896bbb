/* The kernel for AVX-512 and matrix registers (AMX); FW_MATRIX_MODEL: with their model in plain C, for tests. */
#include "fw_kernel.h"
#if defined(__AVX512F__) && (defined(FW_KNOWS_AMX) || defined(FW_MATRIX_MODEL))
#define FW_LANES 16
#define FW_MATRIX
#define FW_KERNEL fw_kernel_amx
#define FW_KERNEL_NAME "amx"
#include "fw_kernel_body.h"
#else
typedef int fw_kernel_amx_is_not_for_this_system;
#endif
