"""How a model gets its words, under gensim's names: build_vocab and its steps, from text or counts, and growth."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.compat.arguments import check_vocabulary_arguments, gensims_names, refuse_unknown, whole
from fastw2v.compat.lifecycle import refuse_in_training
from fastw2v.compat.raw_vocabulary import (
    NULL_WORD,
    RawVocabulary,
    Table,
    TrimRule,
    check_trim_rule,
    effective_min_count,
    in_order,
    kept_words,
    report_of,
)
from fastw2v.compat.sentences import HeldCorpus, count_sentences, one_of
from fastw2v.compat.vector_attributes import paths_of_words
from fastw2v.corpus.faults import describe_most_frequent, describe_too_few
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, EmptyCorpusError, ParameterError, warn_user
from fastw2v.machine import check_memory
from fastw2v.parameters import check, shown
from fastw2v.planning.rows import (
    OutputRows,
    count_output_rows,
    describe_rows,
    initial_arrays,
    packed_rows,
    row_bytes,
    split_output_rows,
)
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.planning.tree import make_tree
from fastw2v.training.growth import grown_input_rows, grown_output_rows
from fastw2v.training.logs import log_counts, log_reading, log_vocabulary
from fastw2v.training.seed import resolve_seed

# Arguments that are whole numbers, and may be set at any time.
_WHOLE = ("vector_size", "window", "epochs", "negative", "min_count", "max_final_vocab", "workers", "seed")


class NoVocabularyError(CorpusError, RuntimeError):
    """No vocabulary can be made; gensim raises a RuntimeError once such a model is trained."""


class VocabularyBuilder:
    """The part of gensim's Word2Vec that makes the vocabulary and its rows.

    Attributes
    ----------
    effective_min_count : int
        `min_count`, or what `max_final_vocab` has raised it to.
    """

    wv: Any
    syn1neg: NDArray[np.float32]
    syn1: NDArray[np.float32]
    hs: int
    negative: int
    vector_size: int
    min_count: int
    max_final_vocab: int | None
    sample: float
    sorted_vocab: int
    null_word: int
    seed: int
    workers: int
    corpus_count: int
    corpus_total_words: int
    train_count: int
    effective_min_count: int
    add_lifecycle_event: Callable[..., None]
    spool: Any
    _held: HeldCorpus | None
    _raw: RawVocabulary | None = None

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
        **unknown: Any,
    ) -> dict[str, int] | None:
        """Read the corpus, count its words and make the first vectors, or those of new words.

        Parameters
        ----------
        corpus_iterable, corpus_file
            One of the two.
        update : bool
            True adds the words that the model does not know and that are kept, in the order of arrival, after the known
            ones, which keep their rows and vectors. Counts add up. Whether a word is kept depends on its count in this
            text alone.
        keep_raw_vocab : bool
            Keep the count of every word in `raw_vocab`.
        trim_rule : callable(word, count, min_count), optional
            Returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT (by `min_count`) for each word of this text.
        min_count, sample : optional
            In place of the model's, from now on; with `update`, `min_count` is for this text alone.
        dry_run : bool
            Count only, and return what `prepare_vocab` reports; the vocabulary stays as it is.
        progress_per
            Has no effect.
        """
        refuse_unknown("build_vocab", unknown)
        if update:
            self._check_can_grow()
        min_count = whole(min_count)
        self._make_whole()
        self._check_vocabulary_arguments(trim_rule, min_count, sample)
        try:
            self.scan_vocab(corpus_iterable, corpus_file, progress_per)
        except NoVocabularyError as error:
            if not update or dry_run:
                raise
            warn_user(f"build_vocab(update=True): no word joins: {error}")
            return None
        report = self._prepare(update, keep_raw_vocab, trim_rule, min_count, sample, dry_run, at_least=2)
        if not dry_run:
            self._let_subclass_prepare(update)
        self.add_lifecycle_event("build_vocab", update=update, trim_rule=str(trim_rule))
        return report if dry_run else None

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Hashable, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Make the vocabulary from words and their counts, in place of a text.

        Parameters
        ----------
        word_freq : mapping of words to counts
        corpus_count : int, optional
            How many sentences the counts are of, for the attribute of that name.
        keep_raw_vocab, trim_rule, update
            As for `build_vocab`.
        """
        if not isinstance(word_freq, Mapping):
            raise ParameterError(
                f"word_freq={shown(word_freq)}: it must be a mapping of words to counts, such as a dict or a Counter "
                "(of a pandas Series word_freq.to_dict()); sentences are for build_vocab"
            )
        if update:
            self._check_can_grow()
        self._check_vocabulary_arguments(trim_rule)
        self._raw = RawVocabulary(Table(word_freq))
        self.corpus_count = corpus_count or 0
        self._prepare(update, keep_raw_vocab, trim_rule)  # one word is enough: more may join, and `train` looks again
        self._let_subclass_prepare(update)

    def _let_subclass_prepare(self, update: bool) -> None:
        """Call what a subclass overrides where gensim calls it; the rows are there already."""
        if any(map(self._overrides, ("prepare_weights", "init_weights", "update_weights"))):
            self.prepare_weights(update=update)

    def _overrides(self, name: str) -> bool:
        """Return whether a subclass, or a script on the model itself, has a method of its own."""
        return getattr(getattr(self, name), "__func__", None) is not getattr(VocabularyBuilder, name)

    def _make_whole(self) -> None:
        """Turn arguments that are whole floats into ints."""
        for name in _WHOLE:
            setattr(self, name, whole(getattr(self, name)))

    # -- its steps --

    def scan_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of a text, and return the number of words and of sentences.

        `prepare_vocab` then chooses. Nothing is dropped here, so `progress_per`, `workers` and `trim_rule` have no
        effect.
        """
        given = one_of(corpus_iterable, corpus_file)
        self._check_vocabulary_arguments()
        log_reading()
        with gensims_names():
            try:
                reading = count_sentences(given, self.workers, self.spool)
            except EmptyCorpusError as error:
                raise NoVocabularyError(*error.args) from None
        if reading.unsegmented:
            warn_user(reading.unsegmented)
        self._raw = RawVocabulary(reading.counted, reading, given)
        self.corpus_total_words, self.corpus_count = reading.counted.tokens, reading.counted.sentences
        log_counts(len(reading.counted.counts), self.corpus_total_words, self.corpus_count)
        return self.corpus_total_words, self.corpus_count

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Choose the words that `scan_vocab` counted, and make their rows; parameters are those of `build_vocab`.

        Returns
        -------
        dict
            ``drop_unique``: distinct words that are not kept; ``num_retained_words`` and ``retain_total``: words that
            are, and their occurrences; ``downsample_unique`` and ``downsample_total``: how many of these words
            subsampling thins out, and the occurrences that it leaves of all.
        """
        if update:
            self._check_can_grow()
        self._check_vocabulary_arguments(trim_rule, min_count, sample)
        return self._prepare(update, keep_raw_vocab, trim_rule, min_count, sample, dry_run)

    def prepare_weights(self, update: bool = False) -> None:
        """Make the rows anew; with `update` there is nothing left to do, since `prepare_vocab` has made new rows."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Take every row back to its start; words and counts stay."""
        vocabulary, held = self._known_vocabulary("init_weights"), self._held
        self._hold_fresh(vocabulary)
        self._held = held  # its ids are of the same words

    def update_weights(self) -> None:
        """Do nothing: `prepare_vocab` has made the rows of new words."""
        self._check_can_grow()

    def reset_from(self, other_model: Any) -> None:
        """Take over the words and counts of another model, with rows at their start."""
        if not hasattr(other_model, "wv") or not len(other_model.wv):
            raise RuntimeError("reset_from: the other model has no vocabulary: call its build_vocab(sentences) first")
        wv = other_model.wv
        counts = [wv.get_vecattr(word, "count") for word in wv.index_to_key]
        self.corpus_count, self.corpus_total_words = other_model.corpus_count, other_model.corpus_total_words
        self._hold_fresh(Vocabulary(wv.index_to_key, np.array(counts, np.int64)))
        if self._overrides("init_weights"):
            self.init_weights()

    @property
    def raw_vocab(self) -> dict[Hashable, int] | None:
        """The count of each word, from `scan_vocab` until `prepare_vocab`, or longer with `keep_raw_vocab`."""
        return None if self._raw is None else self._raw.frequencies()

    @raw_vocab.setter
    def raw_vocab(self, frequencies: Mapping[Hashable, int] | None) -> None:
        self._raw = None if frequencies is None else RawVocabulary(Table(frequencies))

    # -- how they are done --

    def _check_vocabulary_arguments(
        self, trim_rule: Any = None, min_count: int | None = None, sample: float | None = None
    ) -> None:
        """Raise before anything is read."""
        check_trim_rule(trim_rule)
        for name, value in (("min_count", min_count), ("sample", sample)):
            if value is not None:
                check(name, value)
        with gensims_names():
            check_vocabulary_arguments(self.workers, self.min_count, self.max_final_vocab, self.seed)
            check("vector_size", self.vector_size)

    def _known_vocabulary(self, what: str) -> Vocabulary:
        if not hasattr(self, "wv") or not len(self.wv):
            raise RuntimeError(f"{what}: there is no vocabulary yet: call build_vocab(sentences) first")
        return Vocabulary(self.wv.index_to_key, self.wv.counts)

    def _check_can_grow(self) -> None:
        self._known_vocabulary("update=True adds words to those of the model")
        if self._output_rows().is_empty:
            raise RuntimeError(
                "update=True: model.wv was assigned, and there are no output rows (syn1neg, syn1) to train it with: "
                "build the vocabulary of its words first, build_vocab_from_freq({word: count})"
            )

    def _prepare(
        self,
        update: bool,
        keep_raw_vocab: bool,
        trim_rule: TrimRule | None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
        *,
        at_least: int = 1,
    ) -> dict[str, int]:
        """Choose words, and hold them with their rows unless `dry_run`; see `prepare_vocab`."""
        raw = self._raw
        if raw is None:
            raise RuntimeError("prepare_vocab: no words have been counted: call scan_vocab(sentences) first")
        min_count = self.min_count if min_count is None else min_count
        sample = self.sample if sample is None else sample
        least = effective_min_count(raw.words.counts, min_count, self.max_final_vocab)
        kept = kept_words(raw.words, least, trim_rule)
        report = report_of(raw.words.counts, kept, sample)
        if dry_run:
            self.effective_min_count = least
            return report
        known = self._known_vocabulary("update=True") if update else None
        if known is not None and not len(kept):
            warn_user(f"update=True: no word joins: {_describe_few(raw, least, 0)}")
            self._raw = None
            return report
        if known is None and report["num_retained_words"] < at_least:
            why = _describe_trimmed(kept) if trim_rule else _describe_raised(self.max_final_vocab, min_count, least)
            raise NoVocabularyError(why or _describe_few(raw, least, report["num_retained_words"]))
        self.effective_min_count, self.sample = least, sample
        if known is None:
            self.min_count = min_count
        else:
            _warn_of_no_new_words(raw, kept, known, least)
        self._raw = RawVocabulary(Table(raw.frequencies())) if keep_raw_vocab else None
        self._choose(raw, kept, known)
        return report

    def _choose(self, raw: RawVocabulary, kept: NDArray[np.bool_], known: Vocabulary | None) -> None:
        """Hold the words that are kept, or the known ones and those, and the text with their ids."""
        old = [] if known is None else known.words
        found = raw.words.find(old)
        new = kept.copy()
        new[found[found >= 0]] = False
        chosen = in_order(new, raw.words.counts, by_count=known is None and bool(self.sorted_vocab))
        words = [*old, *raw.words.words(chosen)]
        numbers = np.concatenate([found, chosen])
        counts = np.where(numbers >= 0, raw.words.counts[numbers], 0)
        if known is not None and known.counts is not None:
            counts[: len(old)] += known.counts
        if self.null_word and NULL_WORD not in words:
            words, counts, numbers = [*words, NULL_WORD], np.append(counts, 1), np.append(numbers, -1)
        vocabulary = Vocabulary(words, counts)
        present = numbers[numbers >= 0]
        tokens, rows = int(raw.words.counts.sum()), int(raw.words.counts[present].sum())
        log_vocabulary(len(vocabulary), rows, tokens, len(raw.words.counts) - len(present))
        if known is None:
            self._hold_fresh(vocabulary)
        else:
            self._hold_grown(vocabulary)
        if raw.reading is not None:
            self._held = HeldCorpus(raw.source, raw.reading.encoded(numbers, words, len(chosen), to_train=False))

    def _hold_fresh(self, vocabulary: Vocabulary) -> None:
        """Hold a vocabulary with rows at their start: random input rows, output rows of zeros."""
        refuse_in_training(self, "build_vocab")
        words, size = len(vocabulary), self.vector_size
        params = TrainingParameters(loss=self._loss)
        rows_out = count_output_rows(words, params)
        check_memory(row_bytes(words + rows_out, size), describe_rows(words, rows_out, size))
        rows = split_output_rows(np.zeros((rows_out, size), np.float32), words, params)
        for name in ("syn1neg", "syn1"):
            vars(self).pop(name, None)  # of other words; hs and negative may have changed, too
        vectors = packed_rows(initial_arrays(words, size, resolve_seed(self.seed), 0).w_in)
        self._held, self.train_count = None, 0
        self._hold(vectors, rows, vocabulary)
        self._put_paths()

    def _hold_grown(self, vocabulary: Vocabulary) -> None:
        """Hold a vocabulary that begins with the known words: their rows stay, new words begin at rows of their own."""
        refuse_in_training(self, "build_vocab")
        rows = grown_input_rows(self.wv.vectors, vocabulary, resolve_seed(self.seed))
        self._held = None  # its ids are of the words before
        self._hold(rows, grown_output_rows(self._output_rows(), len(vocabulary)), vocabulary)
        self._put_paths()

    def _put_paths(self) -> None:
        """Give the words the attributes that hierarchical softmax has in gensim: "code", and "point", their nodes."""
        if self.hs:
            self.wv.expandos |= paths_of_words(make_tree(self.wv.counts))

    @property
    def _loss(self) -> str:
        """The loss by which `hs` and `negative` train; with neither, what negative sampling would need."""
        if not self.hs:
            return "ns"
        return "hs" if self.negative == 0 else "both"

    def _output_rows(self) -> OutputRows:
        """Return the output rows that this model has."""
        return OutputRows(getattr(self, "syn1neg", None), self.syn1[:-1] if hasattr(self, "syn1") else None)

    def _hold(self, vectors: NDArray[np.float32], rows: OutputRows, vocabulary: Vocabulary) -> None:
        """Hold words and rows; the model says how."""
        raise NotImplementedError


def _warn_of_no_new_words(raw: RawVocabulary, kept: NDArray[np.bool_], known: Vocabulary, min_count: int) -> None:
    """Warn if a text has words that the model lacks, and none of them joins."""
    found = raw.words.find(known.words)
    unknown = np.ones(len(kept), bool)
    unknown[found[found >= 0]] = False
    if unknown.any() and not (unknown & kept).any():
        first = raw.words.words(np.flatnonzero(unknown)[:1])[0]
        warn_user(
            f"update=True adds no word: of {np.count_nonzero(unknown):,} new words, such as {shown(first)}, none is "
            f"kept (min_count={min_count}, trim_rule); pass min_count=1 to build_vocab, or more text"
        )


def _describe_trimmed(kept: NDArray[np.bool_]) -> str:
    return (
        f"trim_rule keeps {np.count_nonzero(kept):,} of {len(kept):,} words, and training needs two: return RULE_KEEP, "
        "or RULE_DEFAULT where words are frequent enough"
    )


def _describe_raised(max_final_vocab: int | None, asked: int, raised: int) -> str | None:
    """Say that `max_final_vocab` leaves too few words, because many occur as often; None if it did not."""
    if raised <= asked:
        return None
    return (
        f"max_final_vocab={max_final_vocab} raises min_count to {raised:,}, because more words than that occur "
        f"{raised - 1:,} times, and leaves fewer than two: raise max_final_vocab, or pass max_final_vocab=None"
    )


def _describe_few(raw: RawVocabulary, min_count: int, kept: int) -> str:
    counts = raw.words.counts
    if not len(counts):
        return "there are no words: pass sentences, or a mapping of words to counts"
    top = int(counts.argmax())
    most_frequent = describe_most_frequent(raw.words.words(np.array([top]))[0], int(counts[top]))
    return describe_too_few(kept, min_count, most_frequent, int(counts.sum()), len(counts))
