"""``fastw2v train --dry-run``: the vocabulary, memory and time of a run, measured on its own text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastw2v.cli.coverage import answer_coverage, coverage
from fastw2v.cli.reports import answer_facts, answer_flat, answer_json, chosen
from fastw2v.cli.streams import answer, on_terminal, say
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.corpus.reading import Reading
    from fastw2v.training.session import Request
    from fastw2v.training.state import Progress

TRIAL_SECONDS = 3.0
_WARMING_UP = 0.5  # seconds of the trial that are not counted: threads start, caches fill


def dry_run(corpus: Path | list[Path], options: dict[str, Any], form: str | None, *, quiet: bool) -> bool:
    """Read a corpus, train a few seconds on it, and report what the whole run would take.

    Parameters
    ----------
    corpus : Path or list of Path
    options : dict
        Those of `run_training`.
    form : {"json", "tsv"} or None
    quiet : bool
        Say nothing but the report.

    Returns
    -------
    bool
        Whether the run fits into memory.
    """
    from fastw2v.cli.train import request_of
    from fastw2v.corpus.reading import read_corpus

    trial = _Trial()
    request = request_of({**options, "checkpoint": None, "every": None}, (trial,), quiet=True)
    if not quiet:
        say(f"reading the corpus, then training for up to {TRIAL_SECONDS:g} s; nothing is written")
    how: dict[str, Any] = {
        "tokenizer": request.tokenizer,
        "errors": request.errors,
        "n_jobs": request.n_jobs,
        "spool": request.spool,
    }
    reading = read_corpus(corpus, verbose=on_terminal() and not quiet, **how)
    rows = coverage(reading.counted.counts, None if options.get("vocabulary") else request.min_count)
    encoded = _encoded(reading, request)
    facts = _facts(encoded, request, rows)
    if facts["memory"]["vectors"] <= facts["memory"]["free"]:
        facts["time"] = trial.measure(request, encoded)
    _write(facts, options, form)
    fits = bool(facts["memory"]["fits"])
    if not fits:
        say("fastw2v: this run does not fit into memory: lower --vector-size or --max-vocab, or raise --min-count")
    return fits


def _encoded(reading: Reading, request: Request) -> EncodedCorpus:
    """Number the words as the run would."""
    from fastw2v.corpus.encoding import with_frequent_words, with_words_of
    from fastw2v.corpus.given_vocabulary import as_vocabulary

    if request.vocabulary is not None:
        return with_words_of(reading, as_vocabulary(request.vocabulary))
    return with_frequent_words(reading, request.min_count, request.max_vocab)


def _facts(encoded: EncodedCorpus, request: Request, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the report, without the time; the keys are those of JSON."""
    from fastw2v.machine import available_memory
    from fastw2v.planning.rows import count_output_rows, row_bytes

    read, words, parameters = encoded.report, len(encoded.vocabulary), request.parameters
    vectors = row_bytes(words + count_output_rows(words, parameters), parameters.vector_size)
    ids = 0 if request.spool else encoded.ids.nbytes + encoded.offsets.nbytes
    free = available_memory()
    return {
        "tokens": read.raw_tokens,
        "sentences": read.raw_sentences,
        "distinct_words": read.distinct_words,
        "files": read.files,
        "bytes": read.bytes_read,
        "seconds_reading": read.seconds,
        "coverage": rows,
        "min_count": request.min_count,
        "words": words,
        "kept_tokens": len(encoded.ids),
        "vector_size": parameters.vector_size,
        "epochs": parameters.epochs,
        "memory": {
            "vectors": vectors,
            "word_ids": ids,
            "peak": peak_bytes() + vectors,
            "free": free,
            "fits": vectors <= free,
        },
        "time": None,
    }


def peak_bytes() -> int:
    """Return the most memory that this process has used so far."""
    import resource

    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024


class _Trial:
    """A callback that stops training after a while, and notes how far it came."""

    def __init__(self) -> None:
        self._first: Progress | None = None
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> bool:
        if self._first is None and progress.elapsed >= _WARMING_UP:
            self._first = progress
        self._last = progress
        return progress.elapsed >= TRIAL_SECONDS

    def measure(self, request: Request, encoded: EncodedCorpus) -> dict[str, Any]:
        """Train, and return the measured speed and the time of the whole run."""
        from fastw2v.training.session import begin, run

        session = begin(request, encoded, encoded=encoded)
        run(session)
        last, report = self._last, session.state.report
        assert last is not None, "training calls its callbacks at the end of each epoch"
        whole = session.state.complete
        tokens, seconds = last.tokens, last.elapsed
        if self._first is not None and last.tokens > self._first.tokens and not whole:
            tokens, seconds = last.tokens - self._first.tokens, last.elapsed - self._first.elapsed
        training = report.seconds if whole else last.total_tokens * seconds / tokens
        raw = encoded.report.raw_tokens * request.parameters.epochs
        return {
            "training_seconds": training,
            "words_per_second": raw / max(training, 1e-9),
            "trial_seconds": last.elapsed,
            "trial_was_whole_run": whole,
            "device": report.device,
            "n_jobs": report.n_jobs,
        }


def _write(facts: dict[str, Any], options: dict[str, Any], form: str | None) -> None:
    shape = chosen(form)
    if shape == "json":
        answer_json(facts)
        return
    if shape == "tsv":
        flat = {name: value for name, value in facts.items() if not isinstance(value, (dict, list))}
        values = {
            str(row["min_count"]): {key: row[key] for key in ("words", "tokens", "share")} for row in facts["coverage"]
        }
        answer_flat({**flat, "memory": facts["memory"], "time": facts["time"], "coverage": values})
        return
    given = options.get("vocabulary")
    answer_coverage(facts["coverage"], None if given else facts["min_count"])
    answer("")
    answer_facts(_readable(facts, given))


def _readable(facts: dict[str, Any], vocabulary: Path | None) -> dict[str, str]:
    memory, trial = facts["memory"], facts["time"]
    source = f"of {vocabulary}" if vocabulary else f"with --min-count {facts['min_count']}"
    lines = {
        "corpus": f"{counted(facts['tokens'], 'token')} in {counted(facts['sentences'], 'sentence')}, read in "
        f"{_duration(facts['seconds_reading'])}",
        "vocabulary": f"{counted(facts['words'], 'word')} {source}; "
        f"{counted(facts['kept_tokens'], 'token is', 'tokens are')} trained on",
        "memory": f"about {_size(memory['peak'])} at most, of {_size(memory['free'])} free: {_size(memory['vectors'])} "
        f"for the vectors, {_size(memory['word_ids'])} for the text",
    }
    if trial is None:
        lines["time"] = "not tried, since it does not fit"
        return lines
    how = "measured on the whole run" if trial["trial_was_whole_run"] else f"a trial of {trial['trial_seconds']:.1f} s"
    threads = f", {trial['n_jobs']} threads" if trial["n_jobs"] > 1 else ""
    lines["time"] = (
        f"{_duration(trial['training_seconds'])} for {counted(facts['epochs'], 'epoch')} at "
        f"{trial['words_per_second']:,.0f} words/s on {trial['device']}{threads} ({how})"
    )
    return lines


def _size(number: float) -> str:
    for unit, by in (("GiB", 2**30), ("MiB", 2**20)):
        if number >= by:
            return f"{number / by:.1f} {unit}"
    return f"{number / 1024:.0f} KiB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
