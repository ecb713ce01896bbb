"""Backend "numpy": the tile built from the textbook's layers of pairs; slow, plain, the oracle of every kernel test.

A tile is up to T consecutive kept tokens of a chunk, trained from one snapshot of its rows. It has two sides: its own
rows, one for each of its tokens, and its halo, the rows of the tokens within a window around them. In skip-gram the own
rows are input rows and the halo rows are output rows; in CBOW the reverse.

Run computes in the type of its arrays: float64 in tests, float32 as a backend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.layers import Embedding, EmbeddingDot, SigmoidWithLoss
from fastw2v.planning import draws
from fastw2v.planning.learning_rate import rate_after
from fastw2v.planning.plan import ChunkStats, Plan
from fastw2v.planning.rows import Arrays
from fastw2v.planning.staleness import burst_shares
from fastw2v.planning.tables import Tables
from fastw2v.planning.tree import Tree

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus


@dataclass
class Stream:
    """The kept tokens of a chunk, with margins of up to W more of the same sentences on both sides."""

    words: NDArray[np.int64]
    positions: NDArray[np.int64]  # in the corpus
    sentences: NDArray[np.int64]
    share: NDArray[np.float64]  # of its step that each token's rows take; see `burst_shares`
    begin: int  # the centers are [begin, end)
    end: int


@dataclass
class Contexts:
    """The contexts of a tile's tokens in one pass: slot q of token i is the stream token i + first + q - W.

    ``first`` is the pass's first slot; a single pass has all slots of a window, 2 W + 1.
    """

    first: int
    words: NDArray[np.int64]  # (n, slots), 0 where `mask` is False
    mask: NDArray[np.bool_]  # (n, slots)
    weight: NDArray[np.float64]  # (n, slots), of each pair
    share: NDArray[np.float64]  # (n, slots), of its step that each context's row takes

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of pairs of each token."""
        return self.mask.sum(axis=1)


class Run:
    """One training run in NumPy; see `fastw2v.backends.choice.Run` for the calls.

    Parameters
    ----------
    arrays : Arrays
        Trained in place.
    corpus : EncodedCorpus
    tables : Tables
    plan : Plan
    n_jobs : int
        Ignored: this backend uses one thread.
    """

    def __init__(self, arrays: Arrays, corpus: EncodedCorpus, tables: Tables, plan: Plan, *, n_jobs: int = 1) -> None:
        self.corpus, self.tables, self.plan = corpus, tables, plan
        self.stats = ChunkStats()
        self._stopped = False
        self._input = Embedding(arrays.w_in)
        self._output = EmbeddingDot(arrays.w_out)
        self._nodes = arrays.w_out[plan.first_node :]
        self._loss = SigmoidWithLoss(reduction="sum")

    def train_chunk(self, epoch: int, first: int, last: int) -> ChunkStats:
        """Train the chunks [first, last) of an epoch (from 0) and return their sums."""
        self.stats, self._stopped = ChunkStats(), False
        for chunk in range(first, last):
            if self._stopped:
                break
            stream = self.stream(epoch, chunk)
            noise = np.zeros(self.plan.noise_slots, np.int64)
            for number, i0 in enumerate(range(stream.begin, stream.end, self.plan.tile_tokens)):
                for each in range(self.plan.passes):
                    self._train_pass(epoch, stream, number, each, i0, noise)
            self.stats.tokens += int(self.plan.chunk_begin[chunk + 1] - self.plan.chunk_begin[chunk])
            self.stats.chunks += 1
        self.stats.finite = bool(np.isfinite(self.stats.loss_sum))
        return self.stats

    def request_stop(self) -> None:
        """Make `train_chunk` return at the end of the chunk."""
        self._stopped = True

    def pull(self) -> None:
        """Do nothing: the host's arrays are always current."""

    def push(self) -> None:
        """Do nothing: this backend trains the host's arrays."""

    def device_rows(self) -> None:
        """Return None: the rows are the host's arrays."""

    def close(self) -> None:
        """Do nothing: this backend holds no threads and no memory of its own."""

    # ------------------------------------------------------------------ draws

    def _key(self, epoch: int, purpose: int) -> int:
        return draws.key(self.plan.seed, epoch, purpose)

    def stream(self, epoch: int, chunk: int) -> Stream:
        """Subsample a chunk and its margins; return the kept tokens."""
        offsets, window = self.corpus.offsets, self.plan.window
        begin, end = self.plan.chunk_begin[chunk : chunk + 2]
        low = offsets[self.plan.chunk_sentence[chunk]]
        high = offsets[np.searchsorted(offsets, end)]
        positions = np.arange(low, high)
        threshold = self.tables.keep_threshold[self.corpus.ids[low:high]]
        positions = positions[draws.kept(draws.draw(self._key(epoch, draws.KEEP), positions), threshold)]
        sentences = np.searchsorted(offsets, positions, side="right") - 1
        a, b = np.searchsorted(positions, [begin, end])
        left = min(window, a - np.searchsorted(sentences, sentences[a], side="left")) if a < b else 0
        right = min(window, np.searchsorted(sentences, sentences[b - 1], side="right") - b) if a < b else 0
        part = slice(a - left, b + right)
        words, rate = self.corpus.ids[positions[part]].astype(np.int64), self._rate(epoch, int(begin))
        rates = (
            self.tables.output_rate
            if self.plan.negative_sampling
            else np.ones(self.tables.keep_threshold.shape, np.float32)
        )
        share = burst_shares(words, self.plan.tile_tokens, self.plan.burst_bound, rate, rates)
        return Stream(words, positions[part], sentences[part], share, left, left + b - a)

    def _contexts(self, epoch: int, stream: Stream, i0: int, i1: int, number: int) -> Contexts:
        """Return pass ``number`` over the windows of the stream tokens [i0, i1)."""
        window = self.plan.window
        first, end = (int(slot) for slot in self.plan.pass_slot[number : number + 2])
        i = np.arange(i0, i1)[:, None]
        reach = np.full(i.shape, window)
        if self.plan.draw_windows:
            bits = draws.draw(self._key(epoch, draws.WINDOW), stream.positions[i0:i1])
            reach = draws.windows(bits, window)[:, None]
        distance = np.arange(first - window, end - window)[None, :]
        j = i + distance
        inside = (j >= 0) & (j < len(stream.words))
        j = np.where(inside, j, 0)
        mask = inside & (distance != 0) & (abs(distance) <= reach) & (stream.sentences[j] == stream.sentences[i])
        weight = mask * self.plan.pair_weight[abs(distance)].astype(np.float64)
        return Contexts(first, np.where(mask, stream.words[j], 0), mask, weight, stream.share[j])

    def _draw_noise(self, epoch: int, position: int, index: NDArray[np.int64]) -> NDArray[np.int64]:
        bits = draws.draw(self._key(epoch, draws.NOISE), position, index)
        return draws.noise_words(bits, self.tables.noise_threshold, self.tables.noise_alias)

    def _shared_noise(
        self,
        epoch: int,
        position: int,
        step: int,
        noise: NDArray[np.int64],
        centers: NDArray[np.int64],
        seen: Contexts,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the pass's noise words (n, S), their weights, and their weights in the loss.

        Renew the slots of ``noise`` that are due. Only the new words count in the loss: training has just used the
        others, so their loss would be too low.
        """
        plan = self.plan
        slots = range(plan.noise_slots)
        fresh = np.array([draws.renewed(step, slot, plan.noise_slots, plan.noise_life) == step for slot in slots])
        index = step % plan.passes * plan.noise_slots + np.flatnonzero(fresh)
        noise[fresh] = self._draw_noise(epoch, position, index)
        if plan.cbow:
            weight = (seen.counts > 0)[:, None] * (noise[None, :] != centers[:, None])
        else:
            hits = (seen.weight[:, :, None] * (seen.words[:, :, None] == noise)).sum(axis=1)
            weight = seen.weight.sum(axis=1)[:, None] - hits
        counted = fresh if fresh.any() else np.ones(plan.noise_slots)
        words = np.broadcast_to(noise, weight.shape)
        return words, weight * plan.negative / plan.noise_slots, weight * plan.negative * counted / counted.sum()

    def _pair_noise(
        self, epoch: int, positions: NDArray[np.int64], centers: NDArray[np.int64], seen: Contexts
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Draw K noise words for each pair, (n, slots * K); the weight is 0 where one equals the pair's target."""
        targets = centers[:, None] if self.plan.cbow else seen.words
        weight = (seen.counts > 0)[:, None] if self.plan.cbow else seen.weight
        index = seen.first * self.plan.negative + np.arange(targets.shape[1] * self.plan.negative)
        words = np.stack([self._draw_noise(epoch, position, index) for position in positions])
        missed = words != targets.repeat(self.plan.negative, axis=1)
        return words, weight.repeat(self.plan.negative, axis=1) * missed

    # ------------------------------------------------------------------ one tile

    def _train_pass(
        self, epoch: int, stream: Stream, tile: int, number: int, i0: int, noise: NDArray[np.int64]
    ) -> None:
        """Train pass ``number`` over the windows of a tile."""
        plan = self.plan
        i1 = min(i0 + plan.tile_tokens, stream.end)
        positions, centers, own_share = stream.positions[i0:i1], stream.words[i0:i1], stream.share[i0:i1, None]
        seen = self._contexts(epoch, stream, i0, i1, number)
        if plan.cbow:
            targets, weight, share = centers[:, None], (seen.counts > 0)[:, None].astype(np.float64), own_share
            hidden = self._hidden(seen)
        else:
            targets, weight, share = seen.words, seen.weight, seen.share
            hidden = self._input.forward(centers)
        self.stats.pairs += float(weight.sum())
        rate = self._rate(epoch, int(positions[0]))
        gradient = np.zeros_like(hidden)
        if plan.pairwise_noise and plan.negative_sampling:
            words, noise_weight = self._pair_noise(epoch, positions, centers, seen)
            gradient += self._score_words(hidden, targets, weight, share, words, noise_weight, noise_weight)
        elif plan.negative_sampling:
            step = tile * plan.passes + number
            shared = self._shared_noise(epoch, int(positions[0]), step, noise, centers, seen)
            gradient += self._score_words(hidden, targets, weight, share, *shared)
        if plan.hierarchical:
            gradient += self._train_crown(hidden, targets, weight, rate)
            gradient += self._train_below(hidden, targets, weight, rate, seen.first)
        self._input.backward(self._context_gradient(gradient, seen) if plan.cbow else gradient * own_share)
        self._update(rate)

    def _score_words(
        self,
        hidden: NDArray[np.float64],
        targets: NDArray[np.int64],
        weight: NDArray[np.float64],
        share: NDArray[np.float64],
        noise_words: NDArray[np.int64],
        noise_weight: NDArray[np.float64],
        loss_weight: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Score targets and noise words, for `_update`; return their part of the hidden rows' gradient.

        The targets' rows learn only ``share`` of their part.
        """
        labels = np.concatenate([np.ones(targets.shape), np.zeros(noise_words.shape)], axis=1)
        scores = self._output.forward(hidden, np.concatenate([targets, noise_words], axis=1))
        loss_weights = np.concatenate([weight, loss_weight], axis=1)
        self.stats.loss_sum += float(self._loss.forward(scores, labels, weights=loss_weights))
        self._loss.forward(scores, labels, weights=np.concatenate([weight, noise_weight], axis=1))
        gradient = self._loss.backward()
        hidden_gradient = np.asarray(self._output.backward(gradient))
        self._output.backward(gradient * np.concatenate([share, np.ones(noise_words.shape)], axis=1))
        return hidden_gradient

    def _hidden(self, seen: Contexts) -> NDArray[np.float64]:
        rows = self._input.forward(seen.words) * seen.mask[:, :, None]
        total = rows.sum(axis=1)
        return total / np.maximum(seen.counts, 1)[:, None].astype(total.dtype) if self.plan.cbow_mean else total

    def _context_gradient(self, gradient: NDArray[np.float64], seen: Contexts) -> NDArray[np.float64]:
        """Return the gradient of each context row: the hidden row's, whole or divided by the number of context rows."""
        if self.plan.cbow_divide:
            gradient = gradient / np.maximum(seen.counts, 1)[:, None].astype(gradient.dtype)
        return gradient[:, None, :] * (seen.mask * seen.share)[:, :, None]

    def _rate(self, epoch: int, position: int) -> float:
        """Return the learning rate of a tile: that at its first token."""
        plan = self.plan
        done = epoch * plan.tokens + position
        return float(rate_after(plan.learning_rate, plan.min_learning_rate, done, plan.epochs * plan.tokens))

    def _update(self, rate: float) -> None:
        """Take a step of gradient descent; skip frozen input rows. Output rows move at their shares of the rate."""
        if self.tables.frozen is not None:
            self._input.grads[0][self.tables.frozen.astype(bool)] = 0
        layers: list[tuple[Any, Any]] = [(self._input, 1)]
        if self.plan.negative_sampling:
            layers.append((self._output, self.tables.output_rate[:, None]))
        for layer, share in layers:
            (rows,), (gradient,) = layer.params, layer.grads
            rows -= rows.dtype.type(rate) * gradient * share

    # ------------------------------------------------------------------ the nodes of hierarchical softmax

    def _train_crown(
        self, hidden: NDArray[np.float64], targets: NDArray[np.int64], weight: NDArray[np.float64], rate: float
    ) -> NDArray[np.float64]:
        """Train the nodes around the root with all tokens at once; return their part of the hidden rows' gradient."""
        tree, plan = self._tree, self.plan
        first = tree.first_in_crown
        rows = self._nodes[first:]
        bits = tree.crown_path[targets][:, :, None] >> np.arange(32)[None, None, :] & 1
        on, code0 = (weight[:, :, None] * bits[:, :, 16 * side :][:, :, : len(rows)] for side in (0, 1))
        on, code0 = on.sum(axis=1), code0.sum(axis=1)
        layer = EmbeddingDot(rows)
        ids = np.broadcast_to(np.tile(np.arange(len(rows)), 2), (len(hidden), 2 * len(rows)))
        labels = np.repeat([1.0, 0.0], len(rows))[None, :]
        scores, weights = layer.forward(hidden, ids), np.concatenate([code0, on - code0], axis=1)
        self.stats.loss_sum += float(self._loss.forward(scores, labels, weights=weights))
        gradient = layer.backward(self._loss.backward())
        share = self.tables.output_rate[plan.first_node + first :] * draws.node_share(rate * on.sum(axis=0))
        rows -= rows.dtype.type(rate) * layer.grads[0] * share[:, None]
        return np.asarray(gradient)

    def _train_below(
        self,
        hidden: NDArray[np.float64],
        targets: NDArray[np.int64],
        weight: NDArray[np.float64],
        rate: float,
        first_slot: int,
    ) -> NDArray[np.float64]:
        """Train the nodes below the crown, word after word; return their part of the hidden rows' gradient."""
        tree, plan = self._tree, self.plan
        gradient = np.zeros_like(hidden)
        token, slot = np.nonzero(weight)
        place = token + (0 if plan.cbow else slot + first_slot - plan.window)  # of the target, beside the tile's first
        for each in np.unique(place):
            pairs = place == each
            nodes, codes = tree.path(int(targets[token[pairs][0], slot[pairs][0]]))
            below = nodes < tree.first_in_crown
            nodes, codes = nodes[below], codes[below]
            layer = EmbeddingDot(self._nodes[nodes])
            scores = layer.forward(
                hidden[token[pairs]], np.broadcast_to(np.arange(len(nodes)), (pairs.sum(), len(nodes)))
            )
            weights = weight[token[pairs], slot[pairs]][:, None]
            self.stats.loss_sum += float(self._loss.forward(scores, 1 - codes[None, :], weights=weights))
            gradient[token[pairs]] += layer.backward(self._loss.backward())
            share = self.tables.output_rate[plan.first_node + nodes][:, None]
            self._nodes[nodes] -= self._nodes.dtype.type(rate) * layer.grads[0] * share
        return gradient

    @property
    def _tree(self) -> Tree:
        assert self.tables.tree is not None
        return self.tables.tree
