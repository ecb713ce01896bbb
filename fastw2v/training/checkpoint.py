"""Checkpoints: native model files whose metadata also records the position of the run.

A checkpoint can therefore be loaded as a model at any time, and is written all-or-nothing.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastw2v.corpus.spread import SpreadCorpus
from fastw2v.errors import FormatError, warn_user
from fastw2v.formats import load_all, save
from fastw2v.formats.native import read_native_metadata
from fastw2v.formats.sniff import is_checkpoint
from fastw2v.formats.words import encode_words
from fastw2v.parameters import as_path, shown
from fastw2v.planning.rows import OutputRows
from fastw2v.planning.training_parameters import TrainingParameters
from fastw2v.progress.figures import counted
from fastw2v.training.record import record
from fastw2v.vectors.word_vectors import WordVectors
from fastw2v.writing.atomic import check_target, own_descriptor

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.training.state import TrainingState


def check_words(corpus: EncodedCorpus, what: str = "no checkpoint") -> None:
    """Raise before training if the words cannot be written to a file."""
    try:
        encode_words(corpus.vocabulary.words)
    except FormatError as error:
        raise FormatError(f"{what} can be written of this vocabulary: {error}") from None


def check_checkpoint(path: str | os.PathLike[str]) -> None:
    """Raise before training if a checkpoint cannot be written here, or would replace a file of another kind.

    Raises
    ------
    FormatError
        The file exists and is not a checkpoint.
    OSError
        The folder is missing or not writable.
    """
    path = as_path("checkpoint", path, to_read=False)
    check_target(path)
    if own_descriptor(Path(path)) is not None or (os.path.exists(path) and not os.path.isfile(path)):
        raise FormatError(f"{os.fspath(path)} is a device or a pipe, from which no run can continue: name a file")
    if os.path.isfile(path) and os.path.getsize(path) and not is_checkpoint(Path(path)):
        raise FormatError(
            f"{os.fspath(path)} exists and is not a checkpoint, which would replace it: name another file, or delete "
            "this one"
        )


def warn_of_replacing(path: str | os.PathLike[str]) -> None:
    """Warn that a run begins anew where the checkpoint of an unfinished one lies, which it will replace."""
    if not os.path.isfile(path) or not is_checkpoint(Path(path)):
        return
    position = read_native_metadata(Path(path))["training"]
    epoch, epochs = position.get("epoch"), (position.get("params") or {}).get("epochs")
    if isinstance(epoch, int) and isinstance(epochs, int) and epoch < epochs:
        warn_user(
            f"{os.fspath(path)} is the checkpoint of a run that was stopped in epoch {epoch + 1} of {epochs}; this run "
            "begins anew and will replace it. resume=True continues it"
        )


def fingerprint(corpus: EncodedCorpus) -> str:
    """Identify a corpus by its numbers of tokens, sentences and words and a checksum of ids and offsets."""
    if isinstance(corpus, SpreadCorpus):
        return count_mark(corpus)
    checksum = zlib.crc32(corpus.offsets.data, zlib.crc32(corpus.ids.data))
    return f"{len(corpus.ids)}-{len(corpus.offsets) - 1}-{len(corpus.vocabulary)}-{checksum:08x}"


def count_mark(corpus: EncodedCorpus) -> str:
    """Identify a corpus as ranks can that each hold a part: by its numbers of tokens and words, and the counts."""
    counts = corpus.vocabulary.counts
    counts = corpus.count_words() if counts is None else counts
    return f"{len(corpus.ids)}-{len(counts)}-{zlib.crc32(counts.tobytes()):08x}"


def marks_of(corpus: EncodedCorpus) -> dict[str, str]:
    """Return what a checkpoint records of its corpus; a run asks once, as this reads all ids."""
    return {"corpus": fingerprint(corpus), "counts": count_mark(corpus)}


def row_numbers(marked: NDArray[np.uint8] | None) -> list[int]:
    """Return the rows that are marked, such as the frozen ones."""
    return [] if marked is None else [int(row) for row in np.flatnonzero(marked)]


def save_checkpoint(
    path: str | os.PathLike[str], state: TrainingState, corpus: EncodedCorpus, marks: dict[str, str]
) -> None:
    """Write the model, the position of its training, and what `marks_of` says of its corpus."""
    ranks, sync_words = _ranks_of(state)
    position = {
        "epoch": state.epoch,
        "token": int(state.plan.chunk_begin[state.chunk]),  # chunks may be cut elsewhere by another version
        "loss_sum": state.loss_sum,
        "pairs": state.pairs,
        "loss_history": state.loss_history,
        "seed": state.plan.seed,
        "params": asdict(state.params),
        **marks,
        "frozen": row_numbers(state.tables.frozen),
        "ranks": ranks,
        "sync_words": sync_words,
    }
    vectors = WordVectors(state.w_in, corpus.vocabulary)
    known = record(asdict(state.params), state.loss_history, corpus.tokenizer, state.plan.seed)
    metadata = {"training": position, **known}
    rows = state.output_rows
    save(
        path,
        vectors,
        format="native",
        context_vectors=rows.words,
        node_vectors=rows.nodes,
        metadata=metadata,
        overwrite=True,
    )


def read_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Any], TrainingParameters, WordVectors, OutputRows]:
    """Read a checkpoint: position, parameters, word vectors and output rows.

    Raises
    ------
    FormatError
        The file is not a checkpoint, or has another format version.
    """
    loaded = load_all(path, format="native")
    position = loaded.metadata.get("training")
    rows = OutputRows(loaded.context_vectors, loaded.node_vectors)
    if not isinstance(position, dict) or rows.is_empty:
        raise FormatError(
            f"{os.fspath(path)}: a model, but not a checkpoint: it does not record a position; training starts from "
            "its vectors as `initial_vectors`"
        )
    try:
        params = TrainingParameters(**position["params"]).checked()
        if missing := {each.name for each in fields(params)} - position["params"].keys():
            raise KeyError(f"no {', '.join(sorted(missing))}")  # another version's: its default may be another, too
        numbers = {key: int(position[key]) for key in ("epoch", "token", "seed")}
        position = {**position, **numbers, "loss_sum": float(position["loss_sum"]), "pairs": float(position["pairs"])}
        position["loss_history"] = [float(loss) for loss in position["loss_history"]]
        position |= {name: str(position[name]) for name in ("corpus", "counts")}
        position["frozen"] = [int(row) for row in position["frozen"]]
        position["ranks"] = int(position["ranks"])
        position["sync_words"] = int(position["sync_words"])
        if not (0 <= position["seed"] < 2**64 and params.vector_size == loaded.word_vectors.vectors.shape[1]):
            raise ValueError(f"seed {position['seed']}, vector_size {params.vector_size}")
        if (rows.words is None, rows.nodes is None) != (not params.negative_sampling, not params.hierarchical):
            raise ValueError(f"loss {params.loss}, but other output rows")
        _check_losses(position, loaded.metadata.get("loss_history", position["loss_history"]))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FormatError(f"{os.fspath(path)}: its record of the training is damaged: {error!r}") from error
    return position, params, loaded.word_vectors, rows


def _check_losses(position: dict[str, Any], told: list[Any]) -> None:
    """Raise ValueError if the losses of a checkpoint are not those of its epochs; NaN is one of an epoch of no pair."""
    losses, epoch = position["loss_history"], position["epoch"]
    if len(losses) != epoch:
        raise ValueError(f"epoch {epoch}, but {counted(len(losses), 'loss', 'losses')}")
    if not np.array_equal(losses, np.array(told, np.float64), equal_nan=True):
        raise ValueError(f"loss_history {shown(losses)}, but also {shown(told)}")
    sums = position["loss_sum"], position["pairs"]
    if not (np.isfinite(sums).all() and sums[1] >= 0):
        raise ValueError(f"loss_sum {sums[0]}, pairs {sums[1]}")


def restore(path: str | os.PathLike[str], state: TrainingState, corpus: EncodedCorpus) -> None:
    """Move a state that was just started on this corpus with these parameters to the checkpoint's position.

    Raises
    ------
    FormatError
        The checkpoint belongs to another corpus or other parameters, named here.
    """
    position, params, vectors, rows = read_checkpoint(path)
    other_ranks = position["ranks"] != _ranks_of(state)[0] and position["counts"] == count_mark(corpus)
    ours = fingerprint(corpus)
    if position["corpus"] != ours and not other_ranks:
        raise FormatError(
            f"{os.fspath(path)}: its corpus (tokens-sentences-words-checksum {position['corpus']}) is not the one "
            f"given ({ours}): resume with the corpus and the vocabulary settings it was started with"
        )
    before, now = asdict(params), asdict(state.params)
    changed = [f"{name}={before[name]!r}, not {now[name]!r}" for name in now if before[name] != now[name]]
    if changed or position["seed"] != state.plan.seed:
        raise FormatError(
            f"{os.fspath(path)}: it was started with {'; '.join(changed) or 'another seed'}: resume with the same"
        )
    if vectors.index_to_key != list(corpus.vocabulary.words):
        raise FormatError(
            f"{os.fspath(path)}: the corpus has other words than the one that it was started with: resume with the "
            "same corpus, tokenizer and vocabulary"
        )
    frozen = row_numbers(state.tables.frozen)
    if position["frozen"] != frozen:
        raise FormatError(
            f"{os.fspath(path)}: it was started with frozen={_words(position['frozen'], corpus)}, not "
            f"{_words(frozen, corpus)}: resume with the same"
        )
    epoch, token = position["epoch"], position["token"]
    if not (0 <= epoch <= state.plan.epochs and 0 <= token < state.plan.tokens):
        raise FormatError(f"{os.fspath(path)}: epoch {epoch}, token {token} is outside the run")
    chunk = int(np.searchsorted(state.plan.chunk_begin, token))
    if state.plan.chunk_begin[chunk] != token:
        raise FormatError(
            f"{os.fspath(path)}: its position, token {token}, is not a chunk boundary in this version of fastw2v: "
            "resume with the version that wrote it"
        )
    if chunk:
        _check_ranks(path, position, state)
    state.w_in[:] = vectors.vectors
    for to, source in zip(state.output_rows, rows, strict=True):
        if to is not None:
            to[:] = source
    state.epoch, state.chunk = epoch, chunk
    state.loss_sum, state.pairs = position["loss_sum"], position["pairs"]
    state.loss_history = position["loss_history"]
    state.diverged = False


def _ranks_of(state: TrainingState) -> tuple[int, int]:
    """Return how many ranks train a state, and the words of one between two merges; alone, (1, 0)."""
    return (1, 0) if state.deal is None else (state.deal.ranks, state.deal.interval)


def _check_ranks(path: str | os.PathLike[str], position: dict[str, Any], state: TrainingState) -> None:
    """Raise if a run is to go on within an epoch on other ranks: these would have trained other chunks."""
    theirs = position["ranks"], position["sync_words"]
    ours = _ranks_of(state)
    if theirs != ours:
        raise FormatError(
            f"{os.fspath(path)}: it was written within an epoch by {theirs[0]} ranks that merge every {theirs[1]} "
            f"words, not {ours[0]} that merge every {ours[1]}: resume with the same, or begin anew (a checkpoint from "
            "the end of an epoch can be resumed with any)"
        )


def _words(rows: list[int], corpus: EncodedCorpus) -> str:
    words = corpus.vocabulary.words
    return shown([words[row] for row in rows if 0 <= row < len(words)]) if rows else "None"


def seed_of(path: str | os.PathLike[str]) -> int:
    """Return the seed of the checkpoint's run."""
    return int(read_checkpoint(path)[0]["seed"])
