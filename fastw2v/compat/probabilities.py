"""What gensim's models say of probabilities: of sentences, and of words between others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import gensims_names
from fastw2v.compat.lifecycle import check_can_predict, warn_of_unknown_context
from fastw2v.compat.queries import refuse_string
from fastw2v.errors import ParameterError
from fastw2v.estimators.likelihood import log_probabilities, softmax_between
from fastw2v.parameters import shown, whole_number
from fastw2v.vectors.search import best_rows


class Probabilities:
    """The part of gensim's Word2Vec that tells how likely sentences and words are."""

    wv: Any
    syn1neg: NDArray[np.float32]
    syn1: NDArray[np.float32]
    sg: int
    hs: int
    window: int
    cbow_mean: int

    def score(
        self,
        sentences: Iterable[Any],
        total_sentences: int = 1_000_000,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: int = 1,
    ) -> NDArray[np.float32]:
        """Return the log probability of each sentence, of at most ``total_sentences``; for models with ``hs=1``.

        `chunksize`, `queue_factor` and `report_delay` have no effect; sentences over 10,000 words are not cut.
        """
        if not len(self.wv):
            raise RuntimeError("you must first build vocabulary before scoring new data: call build_vocab(sentences)")
        if not self.hs:
            raise RuntimeError("only models of hierarchical softmax have probabilities: train with hs=1 and negative=0")
        mean = None if self.sg else bool(self.cbow_mean)
        most = whole_number("total_sentences", total_sentences, 0)
        if not isinstance(sentences, Iterable) or isinstance(sentences, (str, bytes)):
            raise ParameterError(f"sentences={shown(sentences)}: it must be a list of token lists")
        some = list(islice(sentences, most))
        if most and not some and hasattr(sentences, "__next__"):
            raise ParameterError("sentences: the iterator yielded none; it may have been read before: pass a list")
        with gensims_names():
            return log_probabilities(some, self.wv, self.syn1[:-1], self.window, mean, "tokens").astype(np.float32)

    def predict_output_word(
        self, context_words_list: Iterable[Any], topn: int | None = 10
    ) -> list[tuple[Any, float]] | None:
        """Return the most likely words between context words, with their share of the model's softmax.

        Return None if no context word is known; of all words with ``topn=None``.
        """
        refuse_string("context_words_list", context_words_list)
        check_can_predict(self)
        words = list(context_words_list)
        if odd := [word for word in words if not isinstance(word, Hashable)]:
            raise ParameterError(f"context_words_list holds {shown(odd[0])}: it must be a list of words")
        rows = [self.wv.row(word) for word in words if word in self.wv]
        if not rows:
            warn_of_unknown_context(words)
            return None
        shares = softmax_between(self.wv._rows[rows], self.syn1neg, bool(self.cbow_mean))
        best = best_rows(shares, len(shares) if topn is None else whole_number("topn", topn, 0))
        return [(self.wv.index_to_key[row], float(shares[row])) for row in best]
