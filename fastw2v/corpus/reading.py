"""From any corpus to counted words and provisional ids: which words get rows is decided afterwards."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastw2v.corpus.counted import Counted
from fastw2v.corpus.counting import count_files, count_stream
from fastw2v.corpus.doubts import (
    describe_spaces,
    describe_unsegmented,
    doubt_kinds,
    doubt_lonely,
    doubt_text,
    doubt_tokens,
    doubt_twins,
)
from fastw2v.corpus.encoded_corpus import EncodedCorpus, EncodeReport, most_frequent
from fastw2v.corpus.faults import check_corpus_type, describe_empty, describe_odd_path
from fastw2v.corpus.files import bytes_on_disk, doubt_repeated, find
from fastw2v.corpus.id_store import IdStore, id_store
from fastw2v.corpus.iterables import count_iterable
from fastw2v.corpus.lines import count_lines
from fastw2v.corpus.open_files import Opened
from fastw2v.corpus.structured_files import check_are_text, check_is_text
from fastw2v.corpus.tokenizers import Tokenizer, resolve
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.errors import CorpusError, CorpusTypeError, EmptyCorpusError, TooManyWordsError
from fastw2v.machine import resolve_jobs
from fastw2v.progress.phase import Silent, begin_phase


@dataclass(frozen=True)
class Reading:
    """A corpus that was read and counted; `encoded` gives rows to the words that are chosen.

    Attributes
    ----------
    counted : Counted
        Its words in the order of first occurrence.
    tokenizer : str or callable
        The resolved one.
    unsegmented : str or None
        What is to be said of text whose words are not separated, or not by spaces of ASCII.
    started : float
        When reading began.
    verbose : int
        Whether to show how it goes on.
    """

    counted: Counted
    tokenizer: Tokenizer
    unsegmented: str | None
    started: float
    verbose: int = 0

    def encoded(
        self,
        chosen: np.ndarray,
        words: Sequence[Hashable] | None = None,
        new_words: int = 0,
        *,
        to_train: bool = True,
    ) -> EncodedCorpus:
        """Number the tokens of the chosen words; works once.

        Parameters
        ----------
        chosen : ndarray of int
            The provisional id of each row's word, -1 where it does not occur.
        words : sequence of words, optional
            The word of each row; needed where some do not occur.
        new_words : int
            How many of them were added to a vocabulary, for the report.
        to_train : bool
            Warn where the sentences have no pairs; without, `doubt_lonely` is the caller's, once they are trained on.
        """
        counted, began = self.counted, time.perf_counter()
        rows, counts = _rows(chosen, counted)
        kept, dropped = int(counts.sum()), np.flatnonzero((rows < 0) & (counted.counts > 0))
        words = counted.words(chosen) if words is None else words
        examples = counted.words(dropped[most_frequent(counted.counts[dropped])])
        with begin_phase("encoding", total=kept, unit="words", verbose=self.verbose) as phase:
            ids, offsets = counted.renumber(rows, kept, phase)
        report = EncodeReport(
            raw_tokens=counted.tokens,
            raw_sentences=counted.sentences,
            distinct_words=len(counted.counts),
            dropped_words=len(dropped),
            dropped_tokens=counted.tokens - kept,
            dropped_examples=tuple(examples),
            new_words=new_words,
            unseen_words=int(np.count_nonzero(counts == 0)),
            seconds=time.perf_counter() - self.started,
            encoding_seconds=time.perf_counter() - began,
            **vars(counted.stats),
        )
        if to_train:
            of_tokens = self.tokenizer == "tokens"
            doubt_lonely(report, offsets, of_tokens=of_tokens)
            if self.tokenizer != "words":
                doubt_twins(words, counts, of_tokens=of_tokens)
        return EncodedCorpus(Vocabulary(words, counts), ids, offsets, report, self.tokenizer)


def read_corpus(
    corpus: str | os.PathLike[str] | Iterable[Any],
    *,
    tokenizer: Tokenizer | None = None,
    errors: str = "strict",
    n_jobs: int | None = None,
    spool: str | os.PathLike[str] | bool | None = None,
    verbose: int = 0,
    may_be_empty: bool = False,
) -> Reading:
    """Read a corpus once and count its words; parameters and errors are those of `fastw2v.encode`, checked before.

    With ``may_be_empty`` a corpus without words is no error: it is one rank's part.
    """
    started, told = time.perf_counter(), tokenizer is not None
    try:
        with begin_phase("counting", verbose=verbose) as phase:
            counted, tokenizer = _read(corpus, tokenizer, errors, resolve_jobs(n_jobs), id_store(spool), phase)
    except TooManyWordsError:
        raise CorpusError("the corpus contains over 2,147,483,647 distinct words, too many for int32 ids") from None
    if not counted.tokens:
        if not may_be_empty:
            raise EmptyCorpusError(describe_empty(corpus, counted.sentences, tokenizer))
    elif tokenizer == "tokens":
        doubt_tokens(counted)
    elif callable(tokenizer):
        doubt_kinds(counted)
    elif not told:
        doubt_text(counted)
    split_here = counted.tokens and not told and tokenizer != "tokens"
    unsegmented = (describe_unsegmented(counted) or describe_spaces(counted)) if split_here else None
    return Reading(counted, tokenizer, unsegmented, started, verbose)


def _read(
    corpus: Any, tokenizer: Tokenizer | None, errors: str, n_threads: int, store: IdStore, phase: Silent
) -> tuple[Counted, Tokenizer]:
    """Pass the corpus to the module that reads its type; return the counted corpus and the resolved tokenizer."""
    is_path = isinstance(corpus, (str, os.PathLike))
    if not is_path:
        check_corpus_type(corpus)
    counted: Counted
    if is_path or is_list_of_paths(corpus):
        files = [file for path in ([corpus] if is_path else corpus) for file in find(path)]
        doubt_repeated(files)
        phase.expect(bytes_on_disk(files))
        check_are_text(files, told=tokenizer is not None)
        tokenizer = resolve(tokenizer, "file")
        if tokenizer == "whitespace":
            counted = count_files(files, errors, n_threads, store=store, phase=phase)
        else:
            counted = count_lines(files, errors, tokenizer, store, phase)
    elif is_stream(corpus):
        opened = Opened(corpus)
        check_is_text(opened, told=tokenizer is not None)
        tokenizer = resolve(tokenizer, "file")
        if tokenizer == "whitespace":
            counted = count_stream(opened, errors, store=store, phase=phase)
        else:
            counted = count_lines(opened, errors, tokenizer, store, phase)
    else:
        counted, tokenizer = count_iterable(corpus, tokenizer, store, phase)
    return counted, tokenizer


def is_list_of_paths(corpus: object) -> bool:
    """Return whether it is a list or tuple whose first item is a path. (A string in a list is a document.)

    Raises
    ------
    CorpusTypeError
        It is one, but another item is not a path.
    """
    if not (isinstance(corpus, (list, tuple)) and corpus and isinstance(corpus[0], os.PathLike)):
        return False
    for i, item in enumerate(corpus):
        if not isinstance(item, os.PathLike):
            raise CorpusTypeError(describe_odd_path(i, item))
    return True


def is_stream(corpus: object) -> bool:
    """Return whether it is an open file, of text or of bytes."""
    return isinstance(corpus, io.IOBase) or (hasattr(corpus, "read") and hasattr(corpus, "readline"))


def _rows(chosen: np.ndarray, counted: Counted) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each provisional id (-1: left out) and the count of each row, from the id chosen for each."""
    occurs = chosen >= 0
    rows = np.full(len(counted.counts), -1, np.int32)
    rows[chosen[occurs]] = np.flatnonzero(occurs).astype(np.int32)
    counts = np.zeros(len(chosen), np.int64)
    counts[occurs] = counted.counts[chosen[occurs]]
    return rows, counts
