/* The machine instructions behind the CUDA kernels, one small function each, so that the kernels hold plain C++.

   The tests also compile the kernels for the host: there, tests/backends/cuda/shim/ops.h replaces this file and
   implements each function without a GPU. All warps of the device share the rows. Reads are relaxed ones of the whole
   device (.relaxed.gpu): they race with the updates of other multiprocessors, which plain loads may not, and pass by
   the L1 cache, which does not see those. The only writes are atomic additions.

   Functions named `matrices`, `transposed`, `transpose` or `multiply` need all lanes of the warp together (.aligned):
   behind code that lanes may have left apart, call __syncwarp first. */
#ifndef FW_GPU_OPS_H
#define FW_GPU_OPS_H

typedef unsigned short fw_u16; /* the bits of a bfloat16 */

/* `name` points to the block's shared memory, whose size is an argument of the launch. */
extern __shared__ __align__(128) unsigned char fw_shared_bytes[];
#define FW_SHARED(type, name) type *const name = (type *)fw_shared_bytes

FW_FN float4 fw_load4(const float *p) {
    float4 v;
    asm volatile("ld.relaxed.gpu.global.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
                 : "l"(p)
                 : "memory");
    return v;
}

/* Four numbers of a warp's own memory; p is 16-byte aligned. */
FW_FN float4 fw_get4(const float *p) { return *(const float4 *)p; }
FW_FN void fw_put4(float *p, float4 v) { *(float4 *)p = v; }

/* p[0..3] += v, each number atomically; p is 16-byte aligned. */
FW_FN void fw_add4(float *p, float4 v) {
#if __CUDA_ARCH__ >= 900
    asm volatile("red.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(p), "f"(v.x), "f"(v.y), "f"(v.z), "f"(v.w)
                 : "memory");
#else
    asm volatile("red.global.add.f32 [%0], %1;\n\tred.global.add.f32 [%0 + 4], %2;\n\t"
                 "red.global.add.f32 [%0 + 8], %3;\n\tred.global.add.f32 [%0 + 12], %4;" ::"l"(p),
                 "f"(v.x), "f"(v.y), "f"(v.z), "f"(v.w)
                 : "memory");
#endif
}

/* As fw_add4, by all lanes of a warp at once. */
FW_FN void fw_add4_together(float *p, float4 v) { fw_add4(p, v); }

/* By all lanes at once: p[0..1] += {x, y} if `wanted`, without a branch, so that the lanes stay together; p is 8-byte
   aligned. */
FW_FN void fw_add2_if(int wanted, float *p, float x, float y) {
#if __CUDA_ARCH__ >= 900
    asm volatile("{\n\t.reg .pred wanted;\n\tsetp.ne.s32 wanted, %3, 0;\n\t"
                 "@wanted red.global.add.v2.f32 [%0], {%1, %2};\n\t}" ::"l"(p),
                 "f"(x), "f"(y), "r"(wanted)
                 : "memory");
#else
    asm volatile("{\n\t.reg .pred wanted;\n\tsetp.ne.s32 wanted, %3, 0;\n\t"
                 "@wanted red.global.add.f32 [%0], %1;\n\t@wanted red.global.add.f32 [%0 + 4], %2;\n\t}" ::"l"(p),
                 "f"(x), "f"(y), "r"(wanted)
                 : "memory");
#endif
}

/* The bitwise or over the warp, in every lane. */
FW_FN fw_u64 fw_warp_or(fw_u64 x) {
#if __CUDA_ARCH__ >= 800
    return (fw_u64)__reduce_or_sync(0xffffffffu, (fw_u32)(x >> 32)) << 32 | __reduce_or_sync(0xffffffffu, (fw_u32)x);
#else
    for (int step = 16; step > 0; step /= 2) x |= __shfl_xor_sync(0xffffffffu, x, step);
    return x;
#endif
}

/* The sum over the warp, in every lane. */
FW_FN float fw_warp_sum(float x) {
    for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
    return x;
}

FW_FN double fw_warp_sum_double(double x) {
    for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(0xffffffffu, x, step);
    return x;
}

#if __CUDA_ARCH__ >= 800

/* Two floats as bfloat16, `low` in the low half. */
FW_FN fw_u32 fw_pack(float low, float high) {
    fw_u32 both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
    return both;
}

/* Four 8x8 matrices of 16-bit numbers; lane l gives the address of row l % 8 of matrix l / 8. */
FW_FN void fw_load_matrices(fw_u32 (&m)[4], const fw_u16 *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(m[0]), "=r"(m[1]), "=r"(m[2]), "=r"(m[3])
                 : "r"((fw_u32)__cvta_generic_to_shared(row))
                 : "memory");
}
FW_FN void fw_load_transposed(fw_u32 (&m)[4], const fw_u16 *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(m[0]), "=r"(m[1]), "=r"(m[2]), "=r"(m[3])
                 : "r"((fw_u32)__cvta_generic_to_shared(row))
                 : "memory");
}

/* The first two of the four alone. */
FW_FN void fw_load_two_matrices(fw_u32 (&m)[2], const fw_u16 *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(m[0]), "=r"(m[1])
                 : "r"((fw_u32)__cvta_generic_to_shared(row))
                 : "memory");
}

/* The transpose of one 8x8 matrix in registers. */
FW_FN fw_u32 fw_transpose(fw_u32 matrix) {
    fw_u32 turned;
    asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(turned) : "r"(matrix));
    return turned;
}

/* c (16x8) += a (16x16) b (16x8). */
FW_FN void fw_multiply(float (&c)[4], const fw_u32 (&a)[4], fw_u32 b0, fw_u32 b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#endif
#endif
