/* What each function of native/fw_gpu_ops.h does, without a GPU; the fragments are laid out as the PTX manual says. */

typedef unsigned short fw_u16;

inline void shim_aligned(const void *p, size_t bytes) {
    if ((uintptr_t)p % bytes) shim::found = shim::MISALIGNED;
}

FW_FN float4 fw_load4(const float *p) {
    shim_aligned(p, 16);
    return {p[0], p[1], p[2], p[3]};
}
FW_FN float4 fw_get4(const float *p) { return fw_load4(p); }
FW_FN void fw_put4(float *p, float4 v) {
    shim_aligned(p, 16);
    p[0] = v.x;
    p[1] = v.y;
    p[2] = v.z;
    p[3] = v.w;
}
FW_FN void fw_add4(float *p, float4 v) {
    shim_aligned(p, 16);
    p[0] += v.x;
    p[1] += v.y;
    p[2] += v.z;
    p[3] += v.w;
}
/* The lanes' additions, in the order of the lanes: what one instruction of the warp does. */
inline void shim_add_together(int wanted, float *p, const float *values, int n) {
    shim_aligned(p, wanted ? 4 * n : 1);
    uint64_t words[6] = {shim::bits(p), (uint64_t)wanted};
    for (int i = 0; i < n; i++) words[2 + i] = shim::bits(values[i]);
    auto all = shim::meet(words, 2 + n);
    for (int l = 0; l < 32 && shim::now->thread % 32 == 0; l++)
        for (int i = 0; i < n && all[l][1]; i++)
            shim::from_bits<float *>(all[l][0])[i] += shim::from_bits<float>(all[l][2 + i]);
    __syncwarp();
}
FW_FN void fw_add4_together(float *p, float4 v) {
    const float values[4] = {v.x, v.y, v.z, v.w};
    shim_add_together(1, p, values, 4);
}
FW_FN void fw_add2_if(int wanted, float *p, float x, float y) {
    const float values[2] = {x, y};
    shim_add_together(wanted, p, values, 2);
}

FW_FN fw_u64 fw_warp_or(fw_u64 x) {
    const uint64_t word = x;
    auto all = shim::meet(&word, 1);
    fw_u64 found = 0;
    for (int l = 0; l < 32; l++) found |= all[l][0];
    return found;
}

/* Added up in the order of the shuffles. */
template <class T> T shim_sum(T x) {
    const uint64_t word = shim::bits(x);
    auto all = shim::meet(&word, 1);
    T part[32];
    for (int l = 0; l < 32; l++) part[l] = shim::from_bits<T>(all[l][0]);
    for (int step = 16; step > 0; step /= 2)
        for (int l = 0; l < step; l++) part[l] += part[l + step];
    return part[0];
}
FW_FN float fw_warp_sum(float x) { return shim_sum(x); }
FW_FN double fw_warp_sum_double(double x) { return shim_sum(x); }

inline fw_u32 shim_round(float x) { /* to bfloat16, to the nearest even */
    fw_u32 bits;
    memcpy(&bits, &x, 4);
    if (x != x) return 0x7fff;
    return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
inline float shim_wide(fw_u32 half) {
    const fw_u32 bits = half << 16;
    float x;
    memcpy(&x, &bits, 4);
    return x;
}
inline fw_u32 shim_half(fw_u64 word, int which) { return (fw_u32)(which ? word >> 16 : word) & 0xffff; }

FW_FN fw_u32 fw_pack(float low, float high) { return shim_round(low) | shim_round(high) << 16; }

/* Lane 4 r + c of a matrix holds the numbers 2 c and 2 c + 1 of row r. */
FW_FN void fw_load_matrices(fw_u32 (&m)[4], const fw_u16 *row) {
    shim_aligned(row, 16);
    const uint64_t word = shim::bits(row);
    auto rows = shim::meet(&word, 1);
    const int lane = shim::now->thread % 32;
    for (int q = 0; q < 4; q++) {
        const fw_u16 *from = shim::from_bits<const fw_u16 *>(rows[8 * q + lane / 4][0]) + 2 * (lane % 4);
        m[q] = from[0] | (fw_u32)from[1] << 16;
    }
    __syncwarp();
}
FW_FN void fw_load_two_matrices(fw_u32 (&m)[2], const fw_u16 *row) {
    shim_aligned(row, 16);
    const uint64_t word = shim::bits(row);
    auto rows = shim::meet(&word, 1);
    const int lane = shim::now->thread % 32;
    for (int q = 0; q < 2; q++) {
        const fw_u16 *from = shim::from_bits<const fw_u16 *>(rows[8 * q + lane / 4][0]) + 2 * (lane % 4);
        m[q] = from[0] | (fw_u32)from[1] << 16;
    }
    __syncwarp();
}
FW_FN void fw_load_transposed(fw_u32 (&m)[4], const fw_u16 *row) {
    shim_aligned(row, 16);
    const uint64_t word = shim::bits(row);
    auto rows = shim::meet(&word, 1);
    const int lane = shim::now->thread % 32;
    for (int q = 0; q < 4; q++) {
        const fw_u16 *first = shim::from_bits<const fw_u16 *>(rows[8 * q + 2 * (lane % 4)][0]);
        const fw_u16 *second = shim::from_bits<const fw_u16 *>(rows[8 * q + 2 * (lane % 4) + 1][0]);
        m[q] = first[lane / 4] | (fw_u32)second[lane / 4] << 16;
    }
    __syncwarp();
}
FW_FN fw_u32 fw_transpose(fw_u32 matrix) {
    const uint64_t word = matrix;
    auto all = shim::meet(&word, 1);
    const int lane = shim::now->thread % 32, row = lane / 4, column = 2 * (lane % 4);
    return shim_half(all[4 * column + row / 2][0], row & 1) | shim_half(all[4 * (column + 1) + row / 2][0], row & 1)
                                                                  << 16;
}

/* a: registers 0 to 3 are the quarters (upper left, lower left, upper right, lower right). b: lane 4 c + r holds the
   numbers 2 r, 2 r + 1 (and those 8 below) of column c. c: registers 0, 1 are of row lane / 4, registers 2, 3 of the
   row 8 below. */
FW_FN void fw_multiply(float (&c)[4], const fw_u32 (&a)[4], fw_u32 b0, fw_u32 b1) {
    const uint64_t words[6] = {a[0], a[1], a[2], a[3], b0, b1};
    auto all = shim::meet(words, 6);
    const int lane = shim::now->thread % 32;
    for (int q = 0; q < 4; q++) {
        const int row = lane / 4 + 8 * (q / 2), column = 2 * (lane % 4) + q % 2;
        float sum = 0;
        for (int k = 0; k < 16; k++) {
            const uint64_t left = all[4 * (row % 8) + k % 8 / 2][(row >= 8) + 2 * (k >= 8)];
            const uint64_t right = all[4 * column + k % 8 / 2][4 + (k >= 8)];
            sum += shim_wide(shim_half(left, k & 1)) * shim_wide(shim_half(right, k & 1));
        }
        c[q] += sum;
    }
    __syncwarp();
}
