/* The package's vectors (fw_vec.h), in the largest width of this machine. */
#ifndef LANES_H
#define LANES_H

#if defined(__AVX512F__)
#define FW_LANES 16
#elif defined(__AVX2__)
#define FW_LANES 8
#else
#define FW_LANES 4
#endif
#include "cpu/fw_vec.h"

#endif
