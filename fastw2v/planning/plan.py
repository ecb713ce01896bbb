"""The plan of a run: its numbers and its chunks, decided once per fit and passed to a backend.

Backends compute no distribution or schedule of their own, so every device trains the same tiles from the same draws.
Nothing here depends on the device, the instruction set or ``n_jobs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.spread import SpreadCorpus
from fastw2v.planning.chunks import Work, cut_corpus
from fastw2v.planning.learning_rate import rate_after
from fastw2v.planning.noise import NOISE_LIFE, enough_noise_slots
from fastw2v.planning.output_rate import output_rates
from fastw2v.planning.spread_chunks import cut_spread
from fastw2v.planning.staleness import Step, burst_bound, longest_tile, rate_damping
from fastw2v.planning.subsampling import keep_probability
from fastw2v.planning.tree import Tree, make_tree
from fastw2v.planning.windows import plan_windows

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.planning.training_parameters import TrainingParameters


@dataclass(frozen=True)
class Plan:
    """One training run in numbers: what to train, in which pieces, from which seed.

    Attributes
    ----------
    window : int
        W, no wider than the longest sentence.
    pass_slot : int32 (passes + 1,)
        The window is taken in passes: the first of the 2 W + 1 slots of each, and their number; see windows.py.
    pairs : float
        The expected weight of the pairs that a token has in one pass.
    tile_tokens, noise_slots, noise_life : int
        T kept tokens make a tile; it uses S noise words, each of which stays for L tiles of the chunk.
    learning_rate, min_learning_rate : float
        At the first and after the last token of the run; see learning_rate.py.
    chunk_begin : int64 (chunks + 1,)
        The first token of each chunk, and the number of tokens at the end.
    chunk_sentence : int64 (chunks,)
        The sentence to which that token belongs.
    pair_weight : float32 (W + 1,)
        The weight of a positive pair by its distance; see windows.py.
    kept_share : float
        The share of one word in the tokens that subsampling is expected to keep: of the word that moves furthest,
        which is the most frequent one in a run whose counts are the corpus's own.
    output_rate : float
        That word's share of the learning rate; see output_rate.py.
    burst_bound : float
        How many copies of a word a tile may hold before its rows move less, times the learning rate; see staleness.py.
    negative_sampling, hierarchical : bool
        The losses: of words and noise words, of the nodes of a tree.
    outputs : float
        Output rows that a pair trains, in the mean: its word and K noise words, the nodes on its path, or both.
    first_node : int
        The output row of the tree's first node.
    longest_path : int
        Nodes on the longest path; 0 without a tree.
    """

    cbow: bool
    cbow_mean: bool
    cbow_divide: bool
    draw_windows: bool
    pairwise_noise: bool
    window: int
    negative: int
    tile_tokens: int
    noise_slots: int
    noise_life: int
    learning_rate: float
    min_learning_rate: float
    epochs: int
    tokens: int
    seed: int
    chunk_begin: NDArray[np.int64]
    chunk_sentence: NDArray[np.int64]
    kept_share: float
    output_rate: float
    burst_bound: float
    pair_weight: NDArray[np.float32]
    pass_slot: NDArray[np.int32]
    pairs: float
    negative_sampling: bool = True
    hierarchical: bool = False
    outputs: float = 6.0
    first_node: int = 0
    longest_path: int = 0

    @property
    def passes(self) -> int:
        """Passes over the window, each with a snapshot of its own."""
        return len(self.pass_slot) - 1

    @property
    def chunks(self) -> int:
        """Chunks in one epoch."""
        return len(self.chunk_sentence)

    @property
    def weight_within(self) -> NDArray[np.float32]:
        """The weights of the pairs on one side of a token, added up by how far the window reaches, float32 (W + 1,)."""
        return np.cumsum(self.pair_weight, dtype=np.float64).astype(np.float32)

    @property
    def longest_chunk(self) -> int:
        """Raw tokens of the longest chunk."""
        return int(np.diff(self.chunk_begin).max(initial=0))

    def rate_at(self, epoch: int, chunk: int) -> float:
        """Return the learning rate at the first token of a chunk."""
        done = epoch * self.tokens + int(self.chunk_begin[chunk])
        return float(rate_after(self.learning_rate, self.min_learning_rate, done, self.epochs * self.tokens))


@dataclass
class ChunkStats:
    """Sums over the chunks that a call trained, whether every score was finite, and how many threads ran."""

    tokens: int = 0
    pairs: float = 0.0  # the sum of their weights; CBOW: targets with a context
    loss_sum: float = 0.0
    finite: bool = True
    chunks: int = 0
    threads: int = 1


def make_plan(
    corpus: EncodedCorpus,
    params: TrainingParameters,
    seed: int,
    counts: NDArray[np.int64] | None = None,
    kept_by: NDArray[np.int64] | None = None,
    tree: Tree | None = None,
) -> Plan:
    """Make the plan of a run: a function of the corpus (with its word counts), the parameters and the seed alone.

    ``kept_by`` (V,) are the counts that decide which tokens are kept, if they are not the corpus's own. ``tree`` is
    that of hierarchical softmax, if it was made before.
    """
    params = params.with_effect()
    counts = corpus.count_words() if counts is None else counts
    deciding = counts if kept_by is None else kept_by
    keep = keep_probability(deciding, params.sample)
    kept = counts * keep
    if params.hierarchical and tree is None:
        tree = make_tree(deciding)
    outputs = (params.negative + 1.0) * params.negative_sampling + (0 if tree is None else tree.mean_path(kept))
    rate = params.resolved_learning_rate
    rates_of_rows = output_rates(deciding * keep, params)
    fastest = int((kept * np.sqrt(rates_of_rows)).argmax())  # the word that a tile or a thread moves furthest
    kept_share = float(kept[fastest] / max(kept.sum(), 1e-300))
    output_rate = float(rates_of_rows[fastest])
    cbow = params.architecture == "cbow"
    lengths, times = corpus.sentence_lengths()
    windows = plan_windows(lengths, float(kept.sum() / max(counts.sum(), 1)), outputs, params, times)
    step = Step(windows.pairs, outputs, rate, cbow, output_rate, params.hierarchical)
    noise_slots = enough_noise_slots(params.negative, 0.0 if cbow else windows.most_pairs_rms, rate)
    tile_tokens = longest_tile(noise_slots, step, kept_share, float(kept.sum()) * params.epochs)
    damping = rate_damping(tile_tokens, step, kept_share)
    work = Work(windows.window, outputs, params.vector_size, cbow)
    chunks = cut_spread(corpus, work) if isinstance(corpus, SpreadCorpus) else cut_corpus(corpus.offsets, work)
    return Plan(
        cbow=cbow,
        cbow_mean=params.cbow_mean,
        cbow_divide=params.cbow_gradient == "mean",
        draw_windows=windows.drawn,
        pairwise_noise=params.negative_sharing == "pair",
        window=windows.window,
        negative=params.negative,
        tile_tokens=tile_tokens,
        noise_slots=noise_slots,
        noise_life=NOISE_LIFE[params.architecture],
        learning_rate=rate * damping,
        min_learning_rate=params.resolved_min_learning_rate * damping,
        epochs=params.epochs,
        tokens=len(corpus.ids),
        seed=seed,
        chunk_begin=chunks.begin,
        chunk_sentence=chunks.sentence,
        kept_share=kept_share,
        output_rate=output_rate,
        burst_bound=burst_bound(windows.most_pairs, outputs),
        pair_weight=windows.pair_weight,
        pass_slot=windows.pass_slot,
        pairs=windows.pairs,
        negative_sampling=params.negative_sampling,
        hierarchical=params.hierarchical,
        outputs=outputs,
        first_node=len(counts) if params.negative_sampling and params.hierarchical else 0,
        longest_path=0 if tree is None else tree.longest_path,
    )
