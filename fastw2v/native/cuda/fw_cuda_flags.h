/* CUDA: threads of a block that put what they find behind each other, in order. */
#ifndef FW_CUDA_FLAGS_H
#define FW_CUDA_FLAGS_H

/* The number of threads before this one that raise a flag; *total is that of the whole block. */
FW_FN int fw_flags_before(int flag, int *total) {
    FW_SHARED(int, sums); /* one for each warp */
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    const fw_u32 votes = __ballot_sync(FW_ALL, flag);
    if (lane == 0) sums[warp] = __popc(votes);
    __syncthreads();
    int before = __popc(votes & ((1u << lane) - 1)), all = 0;
    for (int w = 0; w < warps; w++) {
        before += w < warp ? sums[w] : 0;
        all += sums[w];
    }
    __syncthreads();
    *total = all;
    return before;
}

#endif
