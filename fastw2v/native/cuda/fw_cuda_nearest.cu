/* CUDA: the nearest rows of many queries, exactly: the products of each query with all rows, and those that are among
   its `count` highest. A product of two unit rows is a cosine. */

#define FW_QUERIES 8 /* that a block keeps in shared memory while its threads read rows */

/* scores[q, r] = queries[q] . rows[r]; a block takes some queries, and each of its threads a row. `stride` is a
   multiple of 4, and what lies between a row's end and the next is 0 in both. */
extern "C" __global__ void __launch_bounds__(256)
    fw_score_rows(const float *rows, const float *queries, fw_i64 n_rows, int n_queries, int stride, float *scores) {
    FW_SHARED(float, held);
    const fw_i64 row_blocks = (n_rows + blockDim.x - 1) / blockDim.x;
    const fw_i64 row = blockIdx.x % row_blocks * blockDim.x + threadIdx.x;
    const int first = (int)(blockIdx.x / row_blocks) * FW_QUERIES;
    for (int i = threadIdx.x; i < FW_QUERIES * stride; i += blockDim.x)
        held[i] = first + i / stride < n_queries ? queries[(fw_i64)first * stride + i] : 0.f;
    __syncthreads();
    if (row >= n_rows) return;
    float sum[FW_QUERIES] = {};
    for (int k = 0; k < stride; k += 4) {
        const float4 v = fw_get4(rows + row * stride + k);
#pragma unroll
        for (int q = 0; q < FW_QUERIES; q++) {
            const float4 x = fw_get4(held + q * stride + k);
            sum[q] += v.x * x.x + v.y * x.y + v.z * x.z + v.w * x.w;
        }
    }
#pragma unroll
    for (int q = 0; q < FW_QUERIES; q++)
        if (first + q < n_queries) scores[(first + q) * n_rows + row] = sum[q];
}

/* A float's bits as a number of the same order. */
FW_FN fw_u32 fw_ordered(float x) {
    const fw_u32 bits = __float_as_uint(x);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

#define FW_BINS 2048

/* Narrows [prefix, prefix + 2^(shift + bits)) to the bin of 2^shift numbers that holds the number of rank *left from
   the top; *left becomes its rank in that bin. */
FW_FN fw_u32 fw_narrow(const float *scores, fw_i64 n, fw_u32 prefix, int shift, int bits, int *left, int *bins) {
    for (int i = threadIdx.x; i < FW_BINS; i += blockDim.x) bins[i] = 0;
    __syncthreads();
    for (fw_i64 r = threadIdx.x; r < n; r += blockDim.x) {
        const fw_u32 offset = fw_ordered(scores[r]) - prefix;
        if (shift + bits == 32 || offset >> (shift + bits) == 0) atomicAdd(&bins[offset >> shift], 1);
    }
    __syncthreads();
    int bin = (1 << bits) - 1; /* every thread looks for itself: they read the same numbers */
    while (bins[bin] < *left) *left -= bins[bin--];
    __syncthreads();
    return prefix + ((fw_u32)bin << shift);
}

/* nearest[q, :] = the rows of the `count` highest scores of query q, of equal ones the first; in the order of the rows.
   A block takes one query. `count` is at most n_rows. */
extern "C" __global__ void __launch_bounds__(256)
    fw_select_rows(const float *all_scores, fw_i64 n_rows, int count, fw_i64 *nearest) {
    FW_SHARED(int, shared);
    int *bins = shared + 32; /* behind those of fw_flags_before */
    const float *scores = all_scores + blockIdx.x * n_rows;
    int left = count; /* rank of the lowest that is taken, then how many equal ones are */
    fw_u32 lowest = fw_narrow(scores, n_rows, 0, 21, 11, &left, bins);
    lowest = fw_narrow(scores, n_rows, lowest, 10, 11, &left, bins);
    lowest = fw_narrow(scores, n_rows, lowest, 0, 10, &left, bins);
    int taken = 0, equal = 0, total;
    for (fw_i64 first = 0; first < n_rows; first += blockDim.x) {
        const fw_i64 r = first + threadIdx.x;
        const fw_u32 number = r < n_rows ? fw_ordered(scores[r]) : 0;
        const int level = r < n_rows && number == lowest, before = fw_flags_before(level, &total);
        const int takes = r < n_rows && (number > lowest || (level && equal + before < left));
        equal += total;
        const int place = taken + fw_flags_before(takes, &total);
        if (takes) nearest[(fw_i64)blockIdx.x * count + place] = r;
        taken += total;
    }
}
