"""gensim's Word2Vec on this package's trainer: a script changes its import line and runs.

``from fastw2v.compat.gensim import CallbackAny2Vec, KeyedVectors, LineSentence, Word2Vec`` instead of the imports from
``gensim.models``. `Word2Vec` documents what each parameter becomes; one without a counterpart raises.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from fastw2v.compat.absent import OF_MODELS, Absent
from fastw2v.compat.keyed_vectors import KeyedVectors, refuse
from fastw2v.compat.line_sentence import LineSentence, PathLineSentences, Text8Corpus, reads_again, rewind
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusTypeError, ParameterError
from fastw2v.formats import load_all, save
from fastw2v.parameters import check
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.session import Request, begin, run
from fastw2v.training.state import Progress, TrainingState

__all__ = ["CallbackAny2Vec", "KeyedVectors", "LineSentence", "PathLineSentences", "Text8Corpus", "Word2Vec"]


class CallbackAny2Vec:
    """Base of callbacks; each method is called with the model, whose `wv` holds the current vectors."""

    def on_train_begin(self, model: Word2Vec) -> None:
        """Before the first epoch."""

    def on_train_end(self, model: Word2Vec) -> None:
        """After the last."""

    def on_epoch_begin(self, model: Word2Vec) -> None:
        """Before each epoch."""

    def on_epoch_end(self, model: Word2Vec) -> None:
        """After each epoch."""


class Word2Vec(Absent):
    """gensim's Word2Vec, trained by this package on CPU threads.

    Parameters
    ----------
    sentences, corpus_file
        Token lists, or a file of sentences; given one, the model is trained at once.
    vector_size, window, min_count, negative, ns_exponent, sample, epochs, shrink_windows
        As in gensim.
    alpha, min_alpha : float
        The initial and final learning rate.
    sg : {0, 1}
        CBOW or skip-gram.
    cbow_mean : {0, 1}
        1: the mean of the context rows, its gradient passed in full to each (``cbow_gradient="sum"``). 0: their sum, as
        gensim does it (``cbow_gradient="mean"``).
    seed, workers : int
        The seed and the number of threads. With one worker a run is repeatable under any PYTHONHASHSEED.
    max_final_vocab : int, optional
        Keep exactly this many words, the most frequent (gensim raises `min_count` until no more than this are left).
    compute_loss : bool
        Has no effect: the loss is always recorded; see `get_latest_training_loss`.
    callbacks : iterable of CallbackAny2Vec
        gensim's own callbacks work as well.
    hashfxn, batch_words, comment
        Have no effect: initial rows depend only on seed and row, and there are no batches.
    hs, max_vocab_size, null_word, trim_rule, sorted_vocab
        Raise unless left at their defaults; the message says what to do instead.

    Attributes
    ----------
    wv : KeyedVectors
    syn1neg : array of float32, shape (V, D)
        The context vectors.
    corpus_count, corpus_total_words : int
        Sentences and words of the corpus that `build_vocab` read.

    Notes
    -----
    `build_vocab` reads the corpus once and keeps its ids (4 bytes per word): `train` on the same object reads nothing
    again, and generators work. Sentences over 10,000 words are not cut. `train` on other text continues from the
    current vectors, with the same words.

    Examples
    --------
    >>> model = Word2Vec([["red", "wine"], ["red", "rose"]] * 50, vector_size=8, min_count=1, workers=1)
    >>> model.wv["rose"].shape, model.wv.key_to_index["red"]
    ((8,), 0)
    """

    _absent = OF_MODELS

    def __init__(
        self,
        sentences: Iterable[Any] | None = None,
        corpus_file: str | None = None,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Any = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: Any = None,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
    ) -> None:
        _refuse("hs", hs, 0, "hierarchical softmax is not implemented; use negative sampling (hs=0, negative=5)")
        _refuse("max_vocab_size", max_vocab_size, None, "nothing is dropped while counting; use max_final_vocab")
        _refuse("null_word", null_word, 0, "there is no padding word")
        _refuse("trim_rule", trim_rule, None, "use min_count and max_final_vocab, or leave the words out of the corpus")
        _refuse("sorted_vocab", sorted_vocab, 1, "words are always ordered by their count")
        self.vector_size, self.window, self.epochs, self.negative = vector_size, window, epochs, negative
        self.alpha, self.min_alpha, self.sample, self.ns_exponent = alpha, min_alpha, sample, ns_exponent
        self.min_count, self.max_final_vocab, self.shrink_windows = min_count, max_final_vocab, shrink_windows
        self.sg, self.cbow_mean, self.seed, self.workers = sg, cbow_mean, seed, workers
        self.callbacks = list(callbacks)
        self.corpus_count = self.corpus_total_words = 0
        self.loss_history: list[float] = []
        self.total_train_time = 0.0
        self._loss_sum = 0.0
        self._given: Any = None
        self._corpus: EncodedCorpus | None = None
        self._params(epochs, alpha, min_alpha)  # a wrong value raises before anything is read
        if sentences is not None or corpus_file is not None:
            self.build_vocab(sentences, corpus_file)
            self.train(sentences, corpus_file, epochs=epochs, total_examples=self.corpus_count)

    def __repr__(self) -> str:
        words = len(self.wv) if hasattr(self, "wv") else 0
        return f"Word2Vec<vocab={words}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def _params(self, epochs: int, alpha: float, min_alpha: float) -> TrainingParameters:
        for name, value in (("min_count", self.min_count), ("n_jobs", self.workers)):
            check(name, value)
        check("max_vocab", self.max_final_vocab)
        if self.sg not in (0, 1) or self.cbow_mean not in (0, 1):
            raise ParameterError(f"sg={self.sg!r}, cbow_mean={self.cbow_mean!r}: both must be 0 or 1")
        return TrainingParameters(
            vector_size=self.vector_size,
            architecture="skipgram" if self.sg else "cbow",
            window=self.window,
            shrink_windows=bool(self.shrink_windows),
            negative=self.negative,
            ns_exponent=self.ns_exponent,
            sample=self.sample,
            epochs=epochs,
            learning_rate=alpha,
            min_learning_rate=min_alpha,
            cbow_mean=bool(self.cbow_mean),
            cbow_gradient="sum" if self.cbow_mean else "mean",
            slow_frequent=False,  # alpha then means what it means in gensim
        ).checked()

    # -- reading and training --

    def build_vocab(
        self, corpus_iterable: Any = None, corpus_file: str | None = None, update: bool = False, **ignored: Any
    ) -> None:
        """Read the corpus, count its words and make the first vectors.

        Parameters
        ----------
        corpus_iterable, corpus_file
            One of the two.
        update : bool
            True raises: the vocabulary cannot grow.
        **ignored
            `progress_per` and `keep_raw_vocab` have no effect.
        """
        _refuse("trim_rule", ignored.get("trim_rule"), None, "use min_count and max_final_vocab")
        _refuse("update", update, False, "the vocabulary cannot grow; count the old and the new text together")
        given = _one_of(corpus_iterable, corpus_file)
        request = self._request(self._params(self.epochs, self.alpha, self.min_alpha))
        session = begin(request, self._read(given, request))
        self._corpus, self._given = session.corpus, given
        self.corpus_count, self.corpus_total_words = len(session.corpus), session.corpus.report.raw_tokens
        vars(self).pop("_counts", None)  # of a vocabulary before this one
        self._take(session.state, session.corpus.vocabulary)

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
        **ignored: Any,
    ) -> tuple[int, int]:
        """Continue training from the current vectors.

        Parameters
        ----------
        corpus_iterable, corpus_file
            One of the two; words outside the vocabulary are dropped.
        epochs : int, optional
            By default those of the model.
        start_alpha, end_alpha : float, optional
            By default those of the model.
        callbacks : iterable of CallbackAny2Vec
            Besides those of the model.
        total_examples, total_words, compute_loss, **ignored
            Have no effect: both totals are counted.

        Returns
        -------
        int, int
            Words of the vocabulary in the text, and all words, both times the epochs.
        """
        if not hasattr(self, "wv"):
            raise RuntimeError("you must first build vocabulary before training the model: call build_vocab(sentences)")
        given = _one_of(corpus_iterable, corpus_file)
        self.epochs = rounds = self.epochs if epochs is None else epochs
        rates = [
            own if given is None else given for given, own in ((start_alpha, self.alpha), (end_alpha, self.min_alpha))
        ]
        request = self._request(self._params(rounds, *rates), initial_vectors=self.wv.vectors)
        if given is self._given and self._corpus is not None:
            corpus = self._corpus
        else:
            request = replace(request, vocabulary=self.wv.vocabulary)
            corpus = self._read(given, request)
        session = begin(request, corpus, context_vectors=self.syn1neg)
        state = session.state
        self.loss_history, self._loss_sum = [], 0.0
        bridge = _Bridge(self, state, corpus.vocabulary, [*self.callbacks, *callbacks])
        bridge.call("on_train_begin")
        bridge.call("on_epoch_begin")
        try:
            run(session._replace(request=replace(request, callbacks=(bridge,))))
        finally:
            if not state.diverged:
                self._take(state, corpus.vocabulary)
            self.total_train_time += state.report.seconds
        bridge.call("on_train_end")
        return len(corpus.ids) * rounds, corpus.report.raw_tokens * rounds

    def _request(self, parameters: TrainingParameters, **more: Any) -> Request:
        """Return the checked request for a session."""
        return Request(
            parameters,
            min_count=self.min_count,
            max_vocab=self.max_final_vocab,
            random_state=self.seed,
            device="cpu",
            n_jobs=self.workers,
            **more,
        ).checked()

    def _read(self, given: Any, request: Request) -> EncodedCorpus:
        """Encode anything that gensim accepts as sentences."""
        if isinstance(given, LineSentence) and given.limit is None:
            return self._read_lines(given.source, request)
        if isinstance(given, (str, os.PathLike)):
            return self._read_lines(given, request)
        if isinstance(given, (list, tuple)) and given and isinstance(given[0], str):
            raise CorpusTypeError(
                f"sentences[0] is the string {given[0]!r:.40}, a list of words was expected (gensim would train on "
                "its characters): split it first, as in [text.split() for text in sentences]"
            )
        return replace(request, tokenizer="tokens").read(given)

    def _read_lines(self, source: Any, request: Request) -> EncodedCorpus:
        """Read lines in C; where a Unicode space stands between words, read them again as gensim splits them."""
        if reads_again(source):
            rewind(source)
            corpus = replace(request, tokenizer="whitespace").read(source)
            if not corpus.report.unicode_space_tokens:
                return corpus
            rewind(source)
        return replace(request, tokenizer=str.split).read(source)

    def _take(self, state: TrainingState, vocabulary: Vocabulary) -> None:
        counts = getattr(self, "_counts", vocabulary.counts)
        self._counts = counts
        self.wv = KeyedVectors(np.array(state.w_in), vocabulary.words, counts)
        self.syn1neg = np.array(state.w_out)

    def get_latest_training_loss(self) -> float:
        """Return the loss summed over the pairs (CBOW: targets) of all finished epochs of the last `train`.

        The sum is in double precision, so it does not saturate as gensim's float32 does. `loss_history` has the mean of
        each epoch.
        """
        return self._loss_sum

    def predict_output_word(self, context_words_list: Iterable[Any], topn: int = 10) -> list[tuple[Any, float]] | None:
        """Return the most likely words between context words, with their share of the model's softmax.

        Return None if no context word is known.
        """
        rows = [self.wv.key_to_index[word] for word in context_words_list if word in self.wv]
        if not rows:
            return None
        context = self.wv.vectors[rows].astype(np.float64)
        scores = self.syn1neg @ (context.mean(axis=0) if self.cbow_mean else context.sum(axis=0))
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        best = np.argsort(-shares, kind="stable")[:topn]
        return [(self.wv.index_to_key[row], float(shares[row])) for row in best]

    # -- files --

    def save(self, fname: str | os.PathLike[str], **ignored: Any) -> None:
        """Write the model in this package's native format, whatever the name; gensim's options do nothing."""
        own = {name: getattr(self, name) for name in _KEPT}
        metadata = {"gensim": own, "loss_history": self.loss_history}
        save(fname, self.wv, format="native", context_vectors=self.syn1neg, metadata=metadata)

    @classmethod
    def load(cls, fname: str | os.PathLike[str]) -> Word2Vec:
        """Load a model that `save` wrote, ready for use and further training; gensim's own pickles are refused."""
        loaded = load_all(fname, format="native")
        own = loaded.metadata.get("gensim")
        if not isinstance(own, dict) or loaded.context_vectors is None:
            raise ParameterError(
                f"{os.fspath(fname)}: not a model saved by fastw2v.compat.gensim; KeyedVectors.load reads vectors"
            )
        totals = {name: own.pop(name, 0) for name in ("corpus_count", "corpus_total_words")}
        model = cls(**{name: value for name, value in own.items() if name in _KEPT})
        vars(model).update(totals)
        wv = loaded.word_vectors
        model.wv = KeyedVectors(wv.vectors, wv.index_to_key, wv.counts)
        model._counts = wv.counts
        model.syn1neg = loaded.context_vectors
        model.loss_history = list(loaded.metadata.get("loss_history", []))
        return model


_KEPT = (
    *("vector_size", "window", "epochs", "negative", "alpha", "min_alpha", "sample", "ns_exponent", "min_count"),
    *("max_final_vocab", "shrink_windows", "sg", "cbow_mean", "seed", "workers", "corpus_count", "corpus_total_words"),
)


class _Bridge:
    """A callback of this package that calls gensim's callbacks."""

    def __init__(self, model: Word2Vec, state: TrainingState, vocabulary: Vocabulary, callbacks: list[Any]) -> None:
        self.model, self.state, self.vocabulary, self.callbacks = model, state, vocabulary, callbacks
        self.pairs = 0.0

    def call(self, name: str) -> None:
        """Call a method of every callback that has it."""
        for callback in self.callbacks:
            method = getattr(callback, name, None)
            if method is not None:
                method(self.model)

    def __call__(self, progress: Progress) -> None:
        if not progress.epoch_end:
            return
        pairs = self.state.report.pairs
        self.model.loss_history.append(progress.loss)
        self.model._loss_sum += progress.loss * (pairs - self.pairs)
        self.pairs = pairs
        if self.callbacks:
            self.model._take(self.state, self.vocabulary)
            self.call("on_epoch_end")
            if progress.epoch < progress.epochs:
                self.call("on_epoch_begin")


def _refuse(name: str, value: Any, default: Any, instead: str) -> None:
    refuse(value != default, f"{name}={value!r:.40}", instead)


def _one_of(corpus_iterable: Any, corpus_file: Any) -> Any:
    if (corpus_iterable is None) == (corpus_file is None):
        raise ParameterError("pass either corpus_iterable (sentences) or corpus_file")
    return corpus_iterable if corpus_file is None else corpus_file
