"""Random draws in NumPy: kept tokens, windows, noise words. Bit-equal to native/fw_math.h.

The reference backend uses this module; the CPU and CUDA kernels use the C header. The header describes the method
(SplitMix64 as a counter-based generator, keyed by seed, epoch and purpose).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bits = NDArray[np.uint64]

GOLDEN = 0x9E3779B97F4A7C15
NODE_STEP_MAX = 0.25
MASK = 0xFFFFFFFFFFFFFFFF
KEEP, WINDOW, NOISE, ROWS = 1, 2, 3, 4


def mix(z: ArrayLike) -> Bits:
    """Apply SplitMix64's finaliser, a bijection of 64 bits."""
    with np.errstate(over="ignore"):
        x: Bits = np.asarray(z, np.uint64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)))


def key(seed: int, epoch: int, purpose: int) -> int:
    """Return the key of all draws for one purpose in one epoch."""
    state = int(mix((seed + GOLDEN) & MASK))
    state = int(mix((state + GOLDEN * (epoch + 1)) & MASK))
    return int(mix((state + GOLDEN * purpose) & MASK))


def draw(for_key: int, positions: ArrayLike, index: ArrayLike = 0) -> Bits:
    """Return 64 random bits for each (position, index); the two broadcast against each other."""
    with np.errstate(over="ignore"):
        steps = np.uint64(GOLDEN) * (np.asarray(positions).astype(np.uint64) + np.uint64(1))
        return mix(mix(np.uint64(for_key) + steps) + np.uint64(GOLDEN) * np.asarray(index).astype(np.uint64))


def scaled(bits: Bits, n: int) -> Bits:
    """Return a uniform number in [0, n): whole part in the high 32 bits, fraction in the low 32."""
    high, low = bits >> np.uint64(32), bits & np.uint64(0xFFFFFFFF)
    return high * np.uint64(n) + ((low * np.uint64(n)) >> np.uint64(32))


def below(bits: Bits, n: int) -> NDArray[np.int64]:
    """Return uniform integers in [0, n)."""
    return (scaled(bits, n) >> np.uint64(32)).astype(np.int64)


def kept(bits: Bits, threshold: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return whether each token is kept, given its word's keep threshold."""
    return (bits >> np.uint64(32)) <= threshold


def windows(bits: Bits, window: int) -> NDArray[np.int64]:
    """Return reduced windows, uniform in 1..window."""
    return 1 + below(bits, window)


def noise_words(bits: Bits, threshold: NDArray[np.uint32], alias: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return one noise word for each draw, from the alias table."""
    x = scaled(bits, len(threshold))
    column = (x >> np.uint64(32)).astype(np.int64)
    return np.where((x & np.uint64(0xFFFFFFFF)) < threshold[column], column, alias[column]).astype(np.int64)


def centered(bits: Bits) -> NDArray[np.float32]:
    """Return uniform numbers in [-0.5, 0.5), exact in float32."""
    return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-24) - np.float32(0.5)


def node_share(step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of its step that each node of the crown takes in a tile; see ``fw_node_share``."""
    return np.minimum(1, NODE_STEP_MAX / np.maximum(step, NODE_STEP_MAX))


def renewed(number: int, slot: int, noise_slots: int, noise_life: int) -> int:
    """Return the number, within its chunk, of the last tile up to tile ``number`` that renewed a noise slot."""
    shift = slot * noise_life // noise_slots
    return max((number + shift) // noise_life * noise_life - shift, 0)
