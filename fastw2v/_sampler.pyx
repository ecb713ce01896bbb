"""The alias table, the Huffman tree, initial rows, and the draws of native/fw_math.h.

The kernels call the same C functions directly. planning/draws.py repeats them in NumPy; tests check that both are
bit-equal.
"""

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t, uint8_t

cdef extern from "fw_math.h" nogil:
    enum: FW_DRAW_ROWS
    uint64_t fw_key(uint64_t seed, uint64_t epoch, uint64_t purpose)
    uint64_t fw_draw(uint64_t key, uint64_t position, uint64_t index)
    uint32_t fw_below(uint64_t bits, uint32_t n)
    int fw_keep(uint64_t bits, uint32_t threshold)
    int fw_window(uint64_t bits, int window)
    int fw_noise(uint64_t bits, const uint32_t *threshold, const int32_t *alias, uint32_t n)
    float fw_centered(uint64_t bits)
    long long fw_renewed(long long number, long long slot, long long noise_slots, long long noise_life)
    float fw_node_share(float step)
    float fw_burst_share(int copies, float few, float output_rate)
    float fw_learning_rate(double first, double last, long long done, long long total)


def draws(uint64_t seed, uint64_t epoch, uint64_t purpose, const int64_t[::1] positions, uint64_t index=0):
    """Return 64 random bits for each position, for the key (seed, epoch, purpose) and the counter (position, index)."""
    cdef int64_t i, n = positions.shape[0]
    bits = np.empty(n, np.uint64)
    cdef uint64_t[::1] out = bits
    cdef uint64_t key = fw_key(seed, epoch, purpose)
    with nogil:
        for i in range(n):
            out[i] = fw_draw(key, <uint64_t> positions[i], index)
    return bits


def bounded(const uint64_t[::1] bits, uint32_t n):
    """Return uniform integers in [0, n)."""
    cdef int64_t i
    values = np.empty(bits.shape[0], np.uint32)
    cdef uint32_t[::1] out = values
    for i in range(bits.shape[0]):
        out[i] = fw_below(bits[i], n)
    return values


def windows(const uint64_t[::1] bits, int window):
    """Return reduced windows, uniform in 1..window."""
    cdef int64_t i
    values = np.empty(bits.shape[0], np.int32)
    cdef int32_t[::1] out = values
    for i in range(bits.shape[0]):
        out[i] = fw_window(bits[i], window)
    return values


def kept(const uint64_t[::1] bits, const uint32_t[::1] threshold):
    """Return whether each token is kept, given its bits and its word's keep threshold."""
    cdef int64_t i
    values = np.empty(bits.shape[0], np.uint8)
    cdef uint8_t[::1] out = values
    if threshold.shape[0] != bits.shape[0]:
        raise ValueError(f"bits and threshold differ in length: {bits.shape[0]} and {threshold.shape[0]}")
    for i in range(bits.shape[0]):
        out[i] = fw_keep(bits[i], threshold[i])
    return values.view(np.bool_)


def noise_words(const uint64_t[::1] bits, const uint32_t[::1] threshold, const int32_t[::1] alias):
    """Return one noise word for each draw, from the alias table."""
    cdef int64_t i
    words = np.empty(bits.shape[0], np.int32)
    cdef int32_t[::1] out = words
    if threshold.shape[0] == 0 or alias.shape[0] != threshold.shape[0]:
        raise ValueError(f"not an alias table: {threshold.shape[0]} thresholds and {alias.shape[0]} aliases")
    for i in range(bits.shape[0]):
        out[i] = fw_noise(bits[i], &threshold[0], &alias[0], <uint32_t> threshold.shape[0])
    return words


def renewed(long long number, long long slot, long long noise_slots, long long noise_life):
    """Return the number, within its chunk, of the last tile up to tile `number` that renewed a noise slot."""
    return fw_renewed(number, slot, noise_slots, noise_life)


def node_share(float step):
    """Return the share of its step that a node of the crown takes in a tile."""
    return fw_node_share(step)


def burst_share(int copies, float few, float output_rate):
    """Return the share of its step that the row of a word takes of which a tile holds this many copies."""
    return fw_burst_share(copies, few, output_rate)


def learning_rate(double first, double last, long long done, long long total):
    """Return the learning rate at `done` of `total` tokens."""
    return fw_learning_rate(first, last, done, total)


def alias_table(const double[::1] weights):
    """Return Vose's alias table of a discrete distribution.

    Parameters
    ----------
    weights : float64 (V,)
        Non-negative weights with any positive sum; V < 2**31.

    Returns
    -------
    threshold : uint32 (V,)
        Column k yields k if 32 random bits are below ``threshold[k]`` ...
    alias : int32 (V,)
        ... and ``alias[k]`` otherwise. Columns that always yield k are their own alias.

    Raises
    ------
    ValueError
        There are no weights or too many, one is negative or not finite, or all are 0.

    Notes
    -----
    M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", 1991. O(V) time; the same
    weights give the same table on every machine (one thread, double precision, a fixed order).

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v._sampler import alias_table
    >>> threshold, alias = alias_table(np.array([3.0, 1.0]))
    >>> [round(float(c) / 2**32, 3) for c in threshold], alias.tolist()
    ([1.0, 0.5], [0, 0])
    """
    cdef int64_t n = weights.shape[0], k, smaller, larger, n_small = 0, n_large = 0
    cdef double total = 0.0, scale, p
    if n >= 1 << 31:
        raise ValueError(f"{n:,} weights: an alias is an int32, which can number {(1 << 31) - 1:,}")
    for k in range(n):
        if not (0.0 <= weights[k] <= 1.7976931348623157e308):
            raise ValueError(f"weights[{k}] is {weights[k]}: weights must be finite and not negative")
        total += weights[k]
    if not (0.0 < total <= 1.7976931348623157e308):
        raise ValueError(f"the weights add up to {total}: at least one must be above 0, and the sum finite")
    mass_array, stack = np.empty(n, np.float64), np.empty(n, np.int32)
    threshold_array, alias_array = np.empty(n, np.uint32), np.arange(n, dtype=np.int32)
    cdef double[::1] mass = mass_array
    cdef int32_t[::1] todo = stack             # small columns from the left, large ones from the right
    cdef uint32_t[::1] threshold = threshold_array
    cdef int32_t[::1] alias = alias_array
    scale = <double> n / total
    with nogil:
        for k in range(n):
            mass[k] = weights[k] * scale
            threshold[k] = 0xffffffff
            if mass[k] < 1.0:
                todo[n_small] = <int32_t> k
                n_small += 1
            else:
                n_large += 1
                todo[n - n_large] = <int32_t> k
        while n_small > 0 and n_large > 0:
            n_small -= 1
            smaller = todo[n_small]
            larger = todo[n - n_large]
            p = mass[smaller] * 4294967296.0
            threshold[smaller] = <uint32_t> p if p < 4294967295.0 else 0xffffffff
            alias[smaller] = <int32_t> larger
            mass[larger] -= 1.0 - mass[smaller]
            if mass[larger] < 1.0:
                n_large -= 1
                todo[n_small] = <int32_t> larger
                n_small += 1
    return threshold_array, alias_array


def huffman_tree(const int64_t[::1] counts):
    """Return the paths of a Huffman tree whose leaves are words.

    Parameters
    ----------
    counts : int64 (V,)
        In falling order, each at least 1; V is at most 2**30.

    Returns
    -------
    begin : int64 (V + 1,)
        The steps of word w are ``step[begin[w]:begin[w + 1]]``, from the root on.
    step : int32
        ``2 * node + code``: the inner node, in 0..V - 2 in the order of their making, so that the root is the last; and
        the code, 1 where the path goes on to the more frequent of the node's children.

    Raises
    ------
    ValueError
        There are too many words.

    Notes
    -----
    Of equally frequent candidates an inner node is joined before a word, and a later word before an earlier one, as in
    word2vec.c: codes and the numbers of the nodes are the same as there. O(V) time and as many steps as the codes have
    bits.

    Examples
    --------
    >>> import numpy as np
    >>> from fastw2v._sampler import huffman_tree
    >>> begin, step = huffman_tree(np.array([5, 2, 2]))
    >>> [[(s // 2, s % 2) for s in step[begin[w]:begin[w + 1]].tolist()] for w in range(3)]
    [[(1, 1)], [(1, 0), (0, 1)], [(1, 0), (0, 0)]]
    """
    cdef int64_t n = counts.shape[0], nodes = max(n - 1, 0), leaf = n - 1, inner = 0, made, side, at, place, word
    cdef int64_t child[2]
    if n > 1 << 30:
        raise ValueError(f"{n:,} words: a step is an int32, which can name the nodes of {1 << 30:,} words at most")
    parent_array, code_array = np.zeros(n + nodes, np.int32), np.zeros(n + nodes, np.uint8)
    total_array, depth_array = np.zeros(nodes, np.int64), np.zeros(n + nodes, np.int32)
    begin_array = np.zeros(n + 1, np.int64)
    cdef int32_t[::1] parent = parent_array, depth = depth_array, step
    cdef uint8_t[::1] code = code_array
    cdef int64_t[::1] total = total_array, begin = begin_array
    with nogil:
        for made in range(nodes):
            for side in range(2):
                if leaf >= 0 and (inner >= made or counts[leaf] < total[inner]):
                    child[side] = leaf
                    total[made] += counts[leaf]
                    leaf -= 1
                else:
                    child[side] = n + inner
                    total[made] += total[inner]
                    inner += 1
                parent[child[side]] = <int32_t> made
                code[child[side]] = <uint8_t> side
        for at in range(n + nodes - 2, -1, -1):
            depth[at] = depth[n + parent[at]] + 1
        for word in range(n):
            begin[word + 1] = begin[word] + depth[word]
    step_array = np.empty(begin_array[n], np.int32)
    step = step_array
    with nogil:
        for word in range(n):
            at = word
            for place in range(begin[word + 1] - 1, begin[word] - 1, -1):
                step[place] = 2 * parent[at] + code[at]
                at = n + parent[at]
    return begin_array, step_array


def initial_rows(float[:, :] rows, uint64_t seed):
    """Fill the input rows uniformly in [-1, 1) / D, as gensim does: a pure function of (seed, row, column)."""
    cdef int64_t v, d, n = rows.shape[0], dim = rows.shape[1]
    cdef uint64_t key = fw_key(seed, 0, FW_DRAW_ROWS)
    with nogil:
        for v in range(n):
            for d in range(dim):
                rows[v, d] = 2 * fw_centered(fw_draw(key, <uint64_t> v, <uint64_t> d)) / <float> dim
