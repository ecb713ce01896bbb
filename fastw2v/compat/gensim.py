"""gensim's Word2Vec on this package's trainer: a script changes its import line and runs.

``from fastw2v.compat.gensim import CallbackAny2Vec, KeyedVectors, LineSentence, Word2Vec`` instead of the imports from
``gensim.models``. `Word2Vec` documents what each parameter becomes; one without a counterpart raises.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.absent import OF_MODELS, Absent, AbsentFromClass, NotAModelError
from fastw2v.compat.arguments import (
    check_arguments,
    check_rates,
    check_something_to_train,
    gensims_names,
    refuse_unknown,
    warn_of_other_totals,
    whole,
)
from fastw2v.compat.brown_corpus import BrownCorpus
from fastw2v.compat.callbacks import Bridge, CallbackAny2Vec, checked_callbacks
from fastw2v.compat.files import is_mapped
from fastw2v.compat.hooks import NoHooks
from fastw2v.compat.keyed_vectors import KeyedVectors
from fastw2v.compat.lifecycle import (
    Lifecycle,
    OnClass,
    check_can_train,
    refuse_in_training,
    rows_to_save,
    warn_of_rising_rate,
)
from fastw2v.compat.line_sentence import LineSentence, PathLineSentences, Text8Corpus
from fastw2v.compat.other_names import missing_name
from fastw2v.compat.own_attributes import (
    OF_MODELS_THEMSELVES,
    SAVED,
    own_attributes,
    restore_own_attributes,
)
from fastw2v.compat.probabilities import Probabilities
from fastw2v.compat.raw_vocabulary import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, check_trim_rule
from fastw2v.compat.saving import saving
from fastw2v.compat.sentences import HeldCorpus, one_of, read_sentences
from fastw2v.compat.vocabulary import VocabularyBuilder
from fastw2v.compat.word2vec_format import kept_of
from fastw2v.corpus.given_vocabulary import NoKnownWordsError
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import EmptyCorpusError, ParameterError, warn_user
from fastw2v.formats import load_all, save
from fastw2v.parameters import is_plain, plain, shown
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.training.next_pass import seed_of_pass
from fastw2v.training.record import record
from fastw2v.training.seed import resolve_seed
from fastw2v.training.session import Request, Session, begin, run
from fastw2v.training.state import TrainingState

__all__ = [
    "FAST_VERSION",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "BrownCorpus",
    "CallbackAny2Vec",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Text8Corpus",
    "Word2Vec",
    "Word2VecKeyedVectors",
]

FAST_VERSION = 1  # gensim's sign, above -1, that compiled code trains
Word2VecKeyedVectors = KeyedVectors  # the name in gensim 3


def __getattr__(name: str) -> Any:
    raise missing_name(__name__, name)


class Word2Vec(NoHooks, Lifecycle, Probabilities, VocabularyBuilder, Absent):
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
        As in gensim: `min_count` is raised until no more than this many words are left.
    trim_rule : callable(word, count, min_count), optional
        For the `build_vocab` of this call: returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT (by `min_count`).
    sorted_vocab : {1, 0}
        Order words by count, or by first arrival.
    null_word : {0, 1}
        Whether to add a word "\\0" of count 1, whose vector stays as it starts unless it occurs.
    compute_loss : bool
        Has no effect: the loss is always recorded, and a callback may reset it; see `get_latest_training_loss`.
    callbacks : iterable of CallbackAny2Vec
        For the training of this call, as in gensim 4; each `train` takes its own. gensim's callbacks work as well.
    hashfxn, batch_words, comment, max_vocab_size
        Are kept and have no effect: initial rows depend only on seed and row, for words that join later on seed and
        word; there are no batches; and every word is counted to the end, so that what is kept depends on the text
        alone.
    hs : {0, 1}
        1: hierarchical softmax, with ``negative=0`` alone, else beside negative sampling.

    Attributes
    ----------
    wv : KeyedVectors
        Empty until `build_vocab`.
    syn1neg : array of float32, shape (V, D)
        The context vectors; with ``negative`` above 0.
    syn1 : array of float32, shape (V, D)
        The rows of the tree's V - 1 inner nodes, numbered as in gensim, and a row of zeros; with ``hs=1``.
    corpus_count, corpus_total_words : int
        Sentences and words of the corpus that `build_vocab` read last.
    train_count, total_train_time : int, float
        Calls of `train` since the vocabulary was built, and all their seconds.
    min_alpha_yet_reached : float
        The learning rate at which the last training ended.
    spool : path, bool or None
        Where the ids of a text are kept between `build_vocab` and the end of `train`: in memory (None, the default), 4
        bytes for each word, or in files, as for `fastw2v.Word2Vec`. Set it before `build_vocab`, or on the class:
        ``Word2Vec.spool = True``.

    Notes
    -----
    All arguments are attributes, too. Each training reads them afresh, so ``model.alpha = 0.01`` or
    ``model.workers = 8`` holds from the next `train`, and ``model.min_count = 2`` from the next `build_vocab`.

    `build_vocab` reads the corpus once, and the next `train` on the same object trains on what was read; so generators
    work. Later calls read it again, since it may have changed, except generators. Once trained, a model keeps neither
    the corpus nor its ids: copies and pickles hold vectors and parameters. Sentences over 10,000 words are not cut.
    `train` on other text continues from the current vectors, with the same words; `build_vocab(text, update=True)`
    before it adds those of the text. Subsampling and noise words then follow the summed counts (gensim takes the keep
    probability of a word from the last text that held it). ``negative=0`` makes a model that has words and vectors, and
    whose training raises. `wv` stays the same object, whose
    array each `train` changes in place; rows where ``wv.vectors_lockf`` is 0 stay as they are.

    Examples
    --------
    >>> sentences = [["red", "wine"], ["red", "rose"]] * 50
    >>> model = Word2Vec(sentences, vector_size=8, min_count=1, sample=0, workers=1)  # 0: few words, all frequent
    >>> model.wv["rose"].shape, model.wv.key_to_index["red"]
    ((8,), 0)
    """

    _absent = OF_MODELS
    _refused = frozenset(["random"])
    load_word2vec_format = AbsentFromClass()
    wv: KeyedVectors
    syn1neg: NDArray[np.float32]
    syn1: NDArray[np.float32]
    spool: str | os.PathLike[str] | bool | None = None

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
        **unknown: Any,
    ) -> None:
        refuse_unknown("Word2Vec", unknown)
        check_trim_rule(trim_rule)
        self.vector_size, self.window, self.epochs, self.negative = vector_size, window, epochs, negative
        self.alpha, self.min_alpha, self.sample, self.ns_exponent = alpha, min_alpha, sample, ns_exponent
        self.min_count, self.max_final_vocab, self.shrink_windows = min_count, max_final_vocab, shrink_windows
        self.sg, self.hs, self.cbow_mean, self.seed, self.workers = sg, hs, cbow_mean, seed, workers
        self.max_vocab_size, self.null_word, self.sorted_vocab = max_vocab_size, null_word, sorted_vocab
        self.batch_words, self.hashfxn, self.comment, self.compute_loss = batch_words, hashfxn, comment, compute_loss
        self.effective_min_count, self.lifecycle_events, self.min_alpha_yet_reached = min_count, [], alpha
        callbacks = checked_callbacks(callbacks)
        self.corpus_count = self.corpus_total_words = self.train_count = 0
        self.loss_history: list[float] = []
        self.total_train_time = self.running_training_loss = 0.0
        self._held: HeldCorpus | None = None
        self._rows_are_of: Vocabulary | None = None
        given = sentences is not None or corpus_file is not None
        if given:
            check_something_to_train(hs, negative)
        if negative != 0 or hs:
            with gensims_names():
                self._params(whole(epochs), alpha, min_alpha)  # a wrong value raises before anything is read
        self.wv = KeyedVectors._awaited(vector_size)
        if given:
            # By keyword, as gensim calls them: a subclass may have arguments of its own before these.
            self.build_vocab(corpus_iterable=sentences, corpus_file=corpus_file, trim_rule=trim_rule)
            self.train(
                corpus_iterable=sentences,
                corpus_file=corpus_file,
                total_examples=self.corpus_count,
                total_words=self.corpus_total_words,
                epochs=epochs,
                start_alpha=alpha,
                end_alpha=min_alpha,
                compute_loss=compute_loss,
                callbacks=callbacks,
            )
        else:
            self._warn_of_unused(trim_rule, callbacks)
        self.add_lifecycle_event("created", params=str(self))

    def _warn_of_unused(self, trim_rule: Any, callbacks: Collection[Any]) -> None:
        if trim_rule is not None:
            warn_user("trim_rule has no effect without sentences: pass it to build_vocab(sentences, trim_rule=...)")
        if callbacks:
            warn_user(
                "callbacks belong to the training of the call that they are given to, as in gensim 4, and without "
                "sentences nothing is trained: pass them to train(sentences, callbacks=...)"
            )

    def __repr__(self) -> str:
        words = len(getattr(self, "wv", ()))
        return f"{type(self).__name__}<vocab={words}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def _params(
        self, epochs: int, alpha: float, min_alpha: float, names: tuple[str, str] = ("alpha", "min_alpha")
    ) -> TrainingParameters:
        self._make_whole()
        switches = {"sg": self.sg, "hs": self.hs, "cbow_mean": self.cbow_mean}
        check_arguments(self.workers, self.min_count, self.max_final_vocab, self.seed, switches)
        check_rates(alpha, min_alpha, names)
        return TrainingParameters(
            vector_size=self.vector_size,
            architecture="skipgram" if self.sg else "cbow",
            window=self.window,
            shrink_windows=bool(self.shrink_windows),
            loss=self._loss,
            negative=_UNUSED if self.hs and self.negative == 0 else self.negative,
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

    def __getitem__(self, word: Any) -> Any:
        """Raise: vectors are those of `wv`."""
        raise TypeError(f"a model has no vectors of its own, as in gensim 4: use model.wv[{shown(word)}]")

    def __contains__(self, word: Any) -> bool:
        """Raise: words are those of `wv`."""
        raise TypeError(f"a model has no words of its own, as in gensim 4: use {shown(word)} in model.wv")

    __iter__ = None  # without this line Python would look up 0, 1, 2, ...

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
        **unknown: Any,
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
            Called during this training alone.
        total_examples, total_words, word_count, queue_factor, report_delay, compute_loss
            Have no effect: both totals are counted, the loss always recorded, and progress logged every second.

        Returns
        -------
        int, int
            Words of the vocabulary in the text, and all words, both times the epochs. Without a known word nothing
            is trained, with a warning.

        Notes
        -----
        Each call makes draws of its own, so that many calls of one epoch differ from one call of many epochs only by
        the learning rate. Subsampling and noise words follow the counts of the vocabulary, also for other text.
        """
        refuse_unknown("train", unknown)
        self._refuse_hooks()
        refuse_in_training(self, "train")
        callbacks = checked_callbacks(callbacks)
        check_something_to_train(self.hs, self.negative)
        check_can_train(self)
        given = one_of(corpus_iterable, corpus_file)
        self.compute_loss = compute_loss
        self.epochs = rounds = self.epochs if epochs is None else whole(epochs)
        try:
            with gensims_names():
                session = self._next_session(given, rounds, start_alpha, end_alpha)
        except NoKnownWordsError as error:
            warn_user(f"nothing was trained: {error}; new words join by build_vocab(sentences, update=True)")
            return 0, error.tokens * rounds
        except EmptyCorpusError as error:
            warn_user(f"nothing was trained: {error}")
            return 0, 0
        self.train_count += 1
        state, corpus = session.state, session.corpus
        warn_of_other_totals(corpus.report, total_examples, total_words)
        self.loss_history, self.running_training_loss = [], 0.0
        bridge = Bridge(self, state, callbacks)
        self._in_training = True
        try:
            bridge.call("on_train_begin")
            bridge.call("on_epoch_begin")
            with gensims_names():
                run(session._replace(request=replace(session.request, callbacks=(bridge,))))
        finally:
            self._in_training = False
            if not state.diverged:
                self._take(state, own=state.complete)
            self.total_train_time += state.report.seconds
        self.add_lifecycle_event("train", params=str(self), epochs=rounds, seconds=round(state.report.seconds, 3))
        bridge.call("on_train_end")
        return len(corpus.ids) * rounds, corpus.report.raw_tokens * rounds

    def _next_session(self, given: Any, epochs: int, start_alpha: float | None, end_alpha: float | None) -> Session:
        """Begin a session from the current vectors, with the vocabulary's counts and draws that no call had before."""
        first = ("alpha", self.alpha) if start_alpha is None else ("start_alpha", start_alpha)
        last = ("min_alpha", self.min_alpha) if end_alpha is None else ("end_alpha", end_alpha)
        parameters = self._params(epochs, first[1], last[1], (first[0], last[0]))
        vocabulary = self._vocabulary()
        request = self._request(
            parameters,
            initial_vectors=self.wv.vectors,
            vocabulary=vocabulary,
            frozen=self.wv.locked_keys(),
        )
        corpus = None if self._held is None else self._held.take(given)
        if corpus is None or corpus.vocabulary.words != vocabulary.words:
            corpus = read_sentences(given, vocabulary, self.workers, self.spool)
        seed = resolve_seed(self.seed)
        if self.train_count:
            warn_of_rising_rate(self, first[1])
            seed = seed_of_pass(seed, self.train_count)
        return begin(request, corpus, seed=seed, output_rows=self._output_rows(), counts=self.wv.counts)

    def _vocabulary(self) -> Vocabulary:
        """Return the keys and counts as they are now; keys that are those of before share what was made of them."""
        before = self._rows_are_of
        if before is None or before.words != self.wv.index_to_key:
            return self.wv.vocabulary
        return Vocabulary(before.words, self.wv.counts)

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

    def _take(self, state: TrainingState, *, own: bool = False) -> None:
        """Hold the session's rows; `wv` stays the same object, as in gensim."""
        self._hold(state.w_in, state.output_rows, self._vocabulary(), own=own)

    def _hold(
        self, vectors: NDArray[np.float32], rows: OutputRows, vocabulary: Vocabulary, *, own: bool = False
    ) -> None:
        """Copy rows, unless nobody else will change them: those of a session under way are trained on."""
        if rows.words is not None:
            self.syn1neg = rows.words if own else np.array(rows.words)
        if rows.nodes is not None:
            self.syn1 = np.zeros(vectors.shape, np.float32)
            self.syn1[:-1] = rows.nodes
        if hasattr(self, "wv"):
            self.wv._renew(vectors, vocabulary)
        else:
            self.wv = KeyedVectors.from_vectors(np.array(vectors), vocabulary)
        self._rows_are_of = vocabulary

    def get_latest_training_loss(self) -> float:
        """Return the loss summed over the pairs (CBOW: targets) of all finished epochs of the last `train`; never NaN.

        The sum is in double precision, so it does not saturate as gensim's float32 does. A callback may reset it, as in
        ``model.running_training_loss = 0.0``. `loss_history` has the mean of each epoch.
        """
        return self.running_training_loss

    # -- files --

    @saving
    def save(self, fname: str | os.PathLike[str], *, overwrite: bool, name: str) -> None:
        """Write the model in this package's native format, whatever the name; arguments are as of `KeyedVectors.save`.

        Attributes that a script or a subclass has set are saved if their values are plain: None, numbers, strings,
        lists and dicts of these. A warning names the others.
        """
        self.add_lifecycle_event("saving", fname=name)
        own = {name: getattr(self, name) for name in SAVED}
        own = {name: plain(value) for name, value in own.items() if is_plain(value)}
        own["lifecycle_events"] = json.loads(json.dumps(self.lifecycle_events, default=str))
        own["own_attributes"] = own_attributes(self, Word2Vec, OF_MODELS_THEMSELVES)
        metadata = {"gensim": own, "keyed_vectors": kept_of(self.wv)}
        metadata |= record(self._recorded(), self.loss_history, None, None)
        context, nodes = rows_to_save(self)
        rows = {"context_vectors": context, "node_vectors": nodes}
        save(fname, self.wv, format="native", metadata=metadata, overwrite=overwrite, **rows)

    def _recorded(self) -> dict[str, Any]:
        """Return the parameters for `fastw2v.Word2Vec.load`, unless a script has set impossible ones."""
        try:
            return {
                **asdict(self._params(self.epochs, self.alpha, self.min_alpha)),
                "min_count": self.min_count,
                "max_vocab": self.max_final_vocab,
                "random_state": self.seed,
                "n_jobs": self.workers,
            }
        except ParameterError:
            return {}

    @OnClass
    @classmethod
    def load(cls, fname: str | os.PathLike[str], mmap: str | None = None, rethrow: bool = False) -> Word2Vec:
        """Load a model that `save` wrote, ready for use and further training; gensim's own pickles are refused.

        ``mmap="r"`` leaves the vectors in the file until they are trained further; `rethrow` has no effect. Callbacks
        are not in the file.
        """
        loaded = load_all(fname, format="native", mmap=is_mapped(mmap), double=True)
        own = loaded.metadata.get("gensim")
        if not isinstance(own, dict):
            raise NotAModelError(
                f"{os.fspath(fname)}: not a model saved by fastw2v.compat.gensim; KeyedVectors.load reads vectors"
            )
        model = cls.__new__(cls)  # a subclass may take other arguments
        Word2Vec.__init__(model)  # without checks: a script may have changed an attribute, and train looks again
        kept = [name for name in SAVED if name in own and is_plain(own[name])]
        vars(model).update({name: own[name] for name in kept})
        restore_own_attributes(model, Word2Vec, OF_MODELS_THEMSELVES, own.get("own_attributes"))
        model.wv = KeyedVectors._from_file(loaded, fname)
        model._rows_are_of = None if None in model.wv.index_to_key else model.wv.vocabulary
        if loaded.context_vectors is not None:
            model.syn1neg = loaded.context_vectors
        if loaded.node_vectors is not None:
            model.syn1 = np.zeros_like(loaded.word_vectors.vectors)
            model.syn1[:-1] = loaded.node_vectors
            model._put_paths()
        model.loss_history = list(loaded.metadata.get("loss_history", []))
        model.lifecycle_events = [event for event in own.get("lifecycle_events") or [] if isinstance(event, dict)]
        model.add_lifecycle_event("loaded", fname=str(fname))
        return model

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the corpus that `build_vocab` read, and words that were counted and not yet chosen."""
        return {**vars(self), "_held": None, "_raw": None, "_in_training": False}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a pickle or a copy; a deep one has a `wv` of its own, which needs no other copy."""
        vars(self).update(state)

    def __copy__(self) -> Word2Vec:
        """Return a copy whose `wv` is an object of its own, so that training one model does not change the other."""
        made = type(self).__new__(type(self))
        made.__setstate__(self.__getstate__())
        if hasattr(made, "wv"):
            made.wv = copy(made.wv)
        return made


_UNUSED = 5  # noise words of a model that draws none
