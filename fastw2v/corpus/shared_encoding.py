"""`encode` for several ranks: each reads its own part of the text, and all number words alike."""

from __future__ import annotations

import os
import time
import zlib
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from fastw2v.corpus.counted import Counted, Mark
from fastw2v.corpus.counting import count_groups
from fastw2v.corpus.doubts import describe_spaces, describe_unsegmented, doubt_text
from fastw2v.corpus.encoded_corpus import EncodedCorpus
from fastw2v.corpus.encoding import DEFAULT_MIN_COUNT, encode_to_train, with_frequent_words, with_words_of
from fastw2v.corpus.faults import describe_empty, describe_most_frequent, describe_too_few
from fastw2v.corpus.files import TextFile, bytes_on_disk, doubt_repeated, find
from fastw2v.corpus.given_vocabulary import LEAST_COVERAGE, HasVector, NoKnownWordsError, as_vocabulary
from fastw2v.corpus.id_store import id_store
from fastw2v.corpus.lines import count_lines_of_pieces
from fastw2v.corpus.pieces import OwnPiece, own_pieces
from fastw2v.corpus.reading import Reading, is_list_of_paths, is_stream, read_corpus
from fastw2v.corpus.shared_counts import Shared, Words, first_places, share_counts, to_bytes
from fastw2v.corpus.spread import spread
from fastw2v.corpus.structured_files import check_are_text
from fastw2v.corpus.tokenizers import Tokenizer, check_tokenizer, resolve
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.distributed.comm import Comm, agreed
from fastw2v.errors import CorpusError, CorpusTypeError, EmptyCorpusError, warn_user
from fastw2v.machine import resolve_jobs
from fastw2v.parameters import Errors, check, shown
from fastw2v.progress.figures import counted
from fastw2v.progress.phase import begin_phase

SHARED_FILES = "put the corpus on a file system that all machines share"


def encode_shared(
    corpus: Any,
    comm: Comm,
    *,
    tokenizer: Tokenizer | None = None,
    min_count: int = DEFAULT_MIN_COUNT,
    max_vocab: int | None = None,
    vocabulary: Any = None,
    has_vector: HasVector | None = None,
    errors: Errors = "strict",
    n_jobs: int | None = None,
    spool: str | os.PathLike[str] | bool | None = None,
    verbose: int = 0,
    piece_bytes: int | None = None,
) -> EncodedCorpus:
    """Read a corpus with all ranks; parameters and errors are those of `fastw2v.encode`.

    Parameters
    ----------
    corpus
        Paths, the same on every rank: each reads its own pieces of the files. An iterable: each rank passes its own
        part, or all pass the same, which then each holds as a whole. An `EncodedCorpus` is returned as is.
    comm : Comm
    has_vector : callable, optional
        Whether training starts from a vector of a word.
    piece_bytes : int, optional
        See `own_pieces`.

    Returns
    -------
    EncodedCorpus
        A `SpreadCorpus`, unless all ranks passed the same iterable.
    """
    with agreed(comm):
        for name, value in (("min_count", min_count), ("max_vocab", max_vocab), ("errors", errors), ("spool", spool)):
            check(name, value)
        check_tokenizer(tokenizer)
        given = None if vocabulary is None else as_vocabulary(vocabulary)
    how: dict[str, Any] = {"tokenizer": tokenizer, "errors": errors, "n_jobs": n_jobs, "spool": spool}
    how["verbose"] = verbose if comm.rank == 0 else 0
    if isinstance(corpus, EncodedCorpus):
        chosen: dict[str, Any] = {"min_count": min_count, "max_vocab": max_vocab, "vocabulary": vocabulary}
        chosen |= {"has_vector": has_vector, "tokenizer": tokenizer, "errors": errors, "spool": spool}
        return encode_to_train(corpus, **chosen)
    with agreed(comm):
        part = _read_pieces(corpus, comm, how, piece_bytes) if _is_files(corpus) else _read_part(corpus, comm, how)
    if part.is_files:
        _check_same_files(part, comm)
    marks = set(comm.texts(part.mark))
    same = not part.is_files and len(marks) == 1 and part.reading.counted.tokens > 0
    if same:
        with agreed(comm):
            return _encode_alone(part.reading, min_count, max_vocab, given)
    with agreed(comm):
        counted = part.reading.counted
        words = [to_bytes(word) for word in counted.words(np.arange(len(counted.counts)))]
        own = Words(words, counted.counts, first_places(counted.numbering, part.ends, len(words)))
    shared = share_counts(own, comm, min_count, max_vocab, None if given is None else given.words)
    totals = comm.sum(np.array([counted.tokens, counted.sentences, *_stats_of(part)], np.float64)).astype(np.int64)
    with agreed(comm):
        _check(shared, corpus, int(totals[0]), int(totals[1]), min_count, given, comm)
        if part.reading.unsegmented and comm.rank == 0:
            warn_user(part.reading.unsegmented)
        found = counted.find(shared.words)
        local = part.reading.encoded(found, shared.words)
    kept = int(shared.counts.sum())
    stats = dict(zip(vars(counted.stats), totals[2:].tolist(), strict=True))
    report = replace(
        local.report,
        raw_tokens=int(totals[0]),
        raw_sentences=int(totals[1]),
        distinct_words=shared.distinct,
        dropped_words=shared.distinct - int(np.count_nonzero(shared.counts)),
        dropped_tokens=int(totals[0]) - kept,
        dropped_examples=tuple(shared.dropped),
        unseen_words=int(np.count_nonzero(shared.counts == 0)),
        **{**stats, "files": part.files},
    )
    return spread(local, Vocabulary(shared.words, shared.counts), report, spool, comm)


class _Part(NamedTuple):
    """What this rank has read."""

    reading: Reading
    ends: list[list[tuple[int, int]]]
    files: int
    is_files: bool
    mark: str  # equal where ranks passed equal iterables, or found the same files


def _stats_of(part: _Part) -> list[int]:
    return list(vars(part.reading.counted.stats).values())


def _is_files(corpus: Any) -> bool:
    return isinstance(corpus, (str, os.PathLike)) or is_list_of_paths(corpus)


def _read_pieces(corpus: Any, comm: Comm, how: dict[str, Any], piece_bytes: int | None) -> _Part:
    """Find the files, and read this rank's pieces of them."""
    started, told = time.perf_counter(), how["tokenizer"] is not None
    files = [file for path in ([corpus] if isinstance(corpus, (str, os.PathLike)) else corpus) for file in find(path)]
    _check_files(files, corpus, told, comm)
    tokenizer = resolve(how["tokenizer"], "file")
    pieces = own_pieces(files, comm.rank, comm.size, piece_bytes)
    store = id_store(how["spool"])
    counted: Counted
    marks: list[list[Mark]]
    with begin_phase("counting", total=sum(piece.size for piece in pieces), verbose=how["verbose"]) as phase:
        if tokenizer == "whitespace":
            groups = _groups(pieces, resolve_jobs(how["n_jobs"]))
            counted, marks = count_groups(groups, how["errors"], len(files), store=store, phase=phase)
        else:
            counted, own_marks = count_lines_of_pieces(pieces, how["errors"], tokenizer, store, phase)
            marks = [own_marks]
    unsegmented = None
    if comm.rank == 0 and not told and counted.tokens:  # as on one machine, by the first words of the text
        doubt_text(counted)
        unsegmented = describe_unsegmented(counted) or describe_spaces(counted)
    reading = Reading(counted, tokenizer, unsegmented, started, how["verbose"])
    ends = [[(mark.number, mark.words) for mark in each] for each in marks]
    return _Part(reading, ends, len(files), True, f"{len(files)}, {bytes_on_disk(files)}")


def _check_files(files: list[TextFile], corpus: Any, told: bool, comm: Comm) -> None:
    if any(file.state is None for file in files):
        raise CorpusError(
            f"{next(file for file in files if file.state is None).name} can be read only once, and by one rank: write "
            "the text to files that all ranks can read"
        )
    if comm.rank == 0:
        doubt_repeated(files)
    check_are_text(files, told=told)


def _check_same_files(part: _Part, comm: Comm) -> None:
    """Raise if ranks have found other files, or files of another size."""
    marks = comm.texts(part.mark)
    other = next((rank for rank, mark in enumerate(marks) if mark != marks[0]), None)
    if other is not None:
        raise CorpusError(
            f"rank {other} has found other files than rank 0 (number of files and bytes: {marks[other]}, not "
            f"{marks[0]}): {SHARED_FILES}"
        )


def _groups(pieces: list[OwnPiece], n_threads: int) -> list[list[OwnPiece]]:
    """Cut this rank's pieces into groups of about equal size, in order; at least one, which may be empty."""
    n_groups = max(1, min(n_threads, len(pieces)))
    bounds = [len(pieces) * group // n_groups for group in range(n_groups + 1)]
    return [pieces[bounds[group] : bounds[group + 1]] for group in range(n_groups)]


def _read_part(corpus: Any, comm: Comm, how: dict[str, Any]) -> _Part:
    """Read the iterable that this rank was given."""
    if is_stream(corpus):
        raise CorpusTypeError(
            "an open file cannot be read by several ranks: pass its path, of which each rank reads its own pieces"
        )
    reading = read_corpus(corpus, **how, may_be_empty=True)
    counted = reading.counted
    words = b"".join(map(to_bytes, counted.words(np.arange(len(counted.counts)))))
    mark = f"{counted.tokens} {counted.sentences} {zlib.crc32(words):08x} {zlib.crc32(counted.counts.tobytes()):08x}"
    return _Part(reading, [[(comm.rank, len(counted.counts))]], 0, False, mark)


def _encode_alone(reading: Reading, min_count: int, max_vocab: int | None, given: Vocabulary | None) -> EncodedCorpus:
    return with_frequent_words(reading, min_count, max_vocab) if given is None else with_words_of(reading, given)


def _check(
    shared: Shared, corpus: Any, tokens: int, sentences: int, min_count: int, given: Vocabulary | None, comm: Comm
) -> None:
    """Raise or warn as one machine would, of the whole corpus."""
    if not tokens:
        raise EmptyCorpusError(describe_empty(corpus, sentences))
    if given is None:
        if len(shared.words) < 2:
            top = describe_most_frequent(*shared.top)
            raise CorpusError(describe_too_few(len(shared.words), min_count, top, tokens, shared.distinct))
        return
    known, words = int(shared.counts.sum()), len(given)
    if not known:
        raise NoKnownWordsError(
            f"no word of the given vocabulary ({counted(words, 'word')}) occurs in the corpus "
            f"({counted(tokens, 'token')}), whose most frequent word is {shown(shared.top[0])}",
            tokens,
        )
    if known < LEAST_COVERAGE * tokens and comm.rank == 0:
        warn_user(
            f"only {known / tokens:.2%} of the corpus's {tokens:,} tokens are words of the given vocabulary "
            f"({counted(words, 'word')}); its most frequent word is {shown(shared.top[0])}"
        )
