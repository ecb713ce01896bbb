/* Runs CUDA kernels on the host, lane by lane: what of the CUDA language the kernels use, stated with fibres.

   Each lane is a fibre; a collective is a place where all lanes of a warp (or a block) wait for each other, and where
   they may then read what the others brought. So indexing, masks, draws, tails and arithmetic are those of the kernels'
   own source. It shows no races, no memory order and no speed. A collective that not all lanes reach is an error. */
#pragma once
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <tuple>
#include <ucontext.h>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __grid_constant__
#define __launch_bounds__(...)
#define __CUDA_ARCH__ 900
#define FW_SHARED(type, name) type *const name = (type *)shim::now->block->shared

struct float4 {
    float x, y, z, w;
};
struct uint2 {
    unsigned x, y;
};

namespace shim {

constexpr size_t STACK = 128 << 10;
constexpr unsigned FIBRES = 1024; /* at once: more blocks wait for their turn */

enum fault { NONE, DEADLOCK, MISALIGNED };

struct warp {
    uint64_t brought[2][32][8];
    unsigned lanes, arrived, turn;
};
struct block {
    unsigned number, threads, arrived, turn;
    std::vector<warp> warps;
    std::vector<unsigned char> memory;
    unsigned char *shared;
};
struct lane {
    unsigned thread;
    struct block *block;
    bool started, done;
    jmp_buf at;
    ucontext_t context;
    std::unique_ptr<char[]> stack;
};

inline lane *now;
inline jmp_buf scheduler;
inline unsigned grid_blocks, block_threads;
inline unsigned long progress; /* grows with each arrival: a round without any is a deadlock */
inline int found;
inline void (*body)(void *);
inline void *body_arguments;

inline void wait() {
    if (!_setjmp(now->at)) _longjmp(scheduler, 1);
}

/* Every lane brings `n` words and gets those of all 32. */
inline uint64_t (*meet(const uint64_t *words, int n))[8] {
    warp &w = now->block->warps[now->thread / 32];
    const unsigned turn = w.turn;
    for (int i = 0; i < n; i++) w.brought[turn & 1][now->thread % 32][i] = words[i];
    progress++;
    if (++w.arrived == w.lanes) {
        w.arrived = 0;
        w.turn++;
    }
    while (w.turn == turn) wait();
    return w.brought[turn & 1];
}

inline void meet_block() {
    block &b = *now->block;
    const unsigned turn = b.turn;
    progress++;
    if (++b.arrived == b.threads) {
        b.arrived = 0;
        b.turn++;
    }
    while (b.turn == turn) wait();
}

inline void run_lane() {
    body(body_arguments);
    now->done = true;
    progress++;
    for (;;) wait();
}

inline void resume(lane &l) {
    now = &l;
    if (_setjmp(scheduler)) return;
    if (l.started) _longjmp(l.at, 1);
    l.started = true;
    setcontext(&l.context);
}

/* Runs a warp to its next collective. One of several warps of a block runs ahead as far as it can, to the next barrier
   of the block: so a barrier that is missing shows. Returns whether any lane is still to run. */
inline bool run_warp(lane *first) {
    bool live = false;
    for (unsigned long before = progress - 1; progress != before && !found;) {
        before = progress;
        live = false;
        for (lane *l = first; l < first + 32; l++) {
            if (!l->done) resume(*l);
            live |= !l->done;
        }
        if (block_threads == 32) break;
    }
    return live;
}

inline void run_blocks(unsigned from, unsigned to, size_t shared_bytes) {
    std::vector<block> blocks(to - from);
    std::vector<lane> lanes((to - from) * block_threads);
    for (unsigned b = 0; b < blocks.size(); b++) {
        blocks[b].number = from + b;
        blocks[b].threads = block_threads;
        blocks[b].warps.assign((block_threads + 31) / 32, warp());
        for (unsigned t = 0; t < block_threads; t++) blocks[b].warps[t / 32].lanes++;
        blocks[b].memory.assign(shared_bytes + 128, 0xff); /* NaNs: nobody may count on zeros */
        blocks[b].shared = (unsigned char *)(((uintptr_t)blocks[b].memory.data() + 127) & ~(uintptr_t)127);
        for (unsigned t = 0; t < block_threads; t++) {
            lane &l = lanes[b * block_threads + t];
            l.thread = t;
            l.block = &blocks[b];
            l.started = l.done = false;
            l.stack.reset(new char[STACK]);
            getcontext(&l.context);
            l.context.uc_stack.ss_sp = l.stack.get();
            l.context.uc_stack.ss_size = STACK;
            makecontext(&l.context, run_lane, 0);
        }
    }
    const bool reversed = std::getenv("FW_SHIM_REVERSED") != nullptr; /* the last warp first */
    const size_t warps = lanes.size() / 32;
    for (bool live = true; live && !found;) {
        const unsigned long before = progress;
        live = false;
        for (size_t w = 0; w < warps; w++) live |= run_warp(&lanes[32 * (reversed ? warps - 1 - w : w)]);
        if (live && progress == before) found = DEADLOCK;
    }
}

template <class F, class Tuple> struct call {
    F function;
    Tuple arguments;
    static void make(void *self) { std::apply(((call *)self)->function, ((call *)self)->arguments); }
};

template <class... A, size_t... I>
int launch(void (*kernel)(A...), unsigned grid, unsigned threads, size_t shared_bytes, void **arguments,
           std::index_sequence<I...>) {
    call<void (*)(A...), std::tuple<A...>> made{kernel, std::tuple<A...>(*(A *)arguments[I]...)};
    body = &made.make;
    body_arguments = &made;
    grid_blocks = grid;
    block_threads = threads;
    found = NONE;
    const unsigned at_once = threads < FIBRES ? FIBRES / threads : 1;
    for (unsigned b = 0; b < grid && !found; b += at_once)
        run_blocks(b, b + at_once < grid ? b + at_once : grid, shared_bytes);
    body_arguments = nullptr;
    return found;
}
/* As the driver does it: one pointer for each argument. */
template <class... A>
int launch(void (*kernel)(A...), unsigned grid, unsigned threads, size_t shared_bytes, void **arguments) {
    return launch(kernel, grid, threads, shared_bytes, arguments, std::index_sequence_for<A...>());
}
/* The bytes of each argument; how many there are. */
template <class... A> int sizes(void (*)(A...), int *bytes) {
    ((*bytes++ = (int)sizeof(A)), ...);
    return (int)sizeof...(A);
}

template <class T> uint64_t bits(T value) {
    uint64_t word = 0;
    memcpy(&word, &value, sizeof value);
    return word;
}
template <class T> T from_bits(uint64_t word) {
    T value;
    memcpy(&value, &word, sizeof value);
    return value;
}

template <unsigned (*VALUE)()> struct number {
    operator unsigned() const { return VALUE(); }
};
inline unsigned thread_of() { return now->thread; }
inline unsigned block_of() { return now->block->number; }
inline unsigned threads_of() { return block_threads; }
inline unsigned blocks_of() { return grid_blocks; }
template <unsigned (*VALUE)()> struct dimension {
    number<VALUE> x;
};

} // namespace shim

static const shim::dimension<shim::thread_of> threadIdx;
static const shim::dimension<shim::block_of> blockIdx;
static const shim::dimension<shim::threads_of> blockDim;
static const shim::dimension<shim::blocks_of> gridDim;

inline void __syncthreads() { shim::meet_block(); }
inline void __syncwarp() {
    const uint64_t nothing = 0;
    shim::meet(&nothing, 1);
}
template <class T> T __shfl_sync(unsigned, T value, int lane) {
    const uint64_t word = shim::bits(value);
    return shim::from_bits<T>(shim::meet(&word, 1)[lane & 31][0]);
}
template <class T> T __shfl_xor_sync(unsigned, T value, int mask) {
    const uint64_t word = shim::bits(value);
    const unsigned lane = shim::now->thread % 32;
    return shim::from_bits<T>(shim::meet(&word, 1)[lane ^ mask][0]);
}
inline unsigned __ballot_sync(unsigned, int flag) {
    const uint64_t word = flag != 0;
    auto all = shim::meet(&word, 1);
    unsigned votes = 0;
    for (int i = 0; i < 32; i++) votes |= (unsigned)all[i][0] << i;
    return votes;
}
inline int __any_sync(unsigned all, int flag) { return __ballot_sync(all, flag) != 0; }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline unsigned __float_as_uint(float x) { return (unsigned)shim::bits(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __fdividef(float a, float b) { return a / b; }
template <class T> T atomicAdd(T *p, T value) {
    const T before = *p;
    *p = before + value;
    return before;
}
