"""The tables of figures in README.md and docs/, made from the files in ``bench/results/``.

``python -m bench.tables`` writes each one anew between its two comments, ``<!-- bench: NAME -->`` and
``<!-- end -->``; the tests hold that the pages show what the files say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench.helpers.record import BENCH
from bench.helpers.scores import SCORES

ROOT = BENCH.parent
PAGES = (
    ROOT / "README.md",
    *(ROOT / "docs" / f"{page}.md" for page in ("index", "benchmarks", "coming_from_gensim", "gpu", "parameters")),
)
PLACE = re.compile(r"(<!-- bench: ([\w-]+) -->\n\n?).*?(\n?<!-- end -->)", re.DOTALL)
TABLES: dict[str, Callable[[], str]] = {}


def main() -> None:
    """Write the tables of all pages anew."""
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


def filled(text: str) -> str:
    """Return a page with the tables of today's results."""
    return PLACE.sub(lambda found: f"{found[1].rstrip()}\n\n{TABLES[found[2]]()}\n{found[3].lstrip()}", text)


def results(name: str) -> dict[str, Any]:
    """Return what a command has measured, with its circumstances."""
    found: dict[str, Any] = json.loads((BENCH / "results" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column is text, the others are figures."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def source(name: str) -> str:
    """Return a line that names the machine, the commit, the command and the file of figures."""
    found = results(name)
    machine = f"{found['machine']}, {found['instruction_set'].upper().replace('AVX512', 'AVX-512')}"
    return f"\n{machine}; commit {found['commit']}; `{found['command']}`; `bench/results/{name}.json`.\n"


def made(function: Callable[[], str]) -> Callable[[], str]:
    """Enter a function that makes a table under its name."""
    TABLES[function.__name__.replace("_", "-")] = function
    return function


def millions(speed: float) -> str:
    """Return words a second, in millions."""
    return f"{speed / 1e6:.{1 if speed >= 1e6 else 2}f} M"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    if seconds < 0.1:
        return f"{1000 * seconds:.1f} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def times(ratio: float) -> str:
    """Return a ratio, with a decimal where it is small."""
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


SPEED_ROWS = {
    "skip-gram, D 100": "skip-gram, 100 dimensions, one thread",
    "skip-gram, D 100, all threads": "skip-gram, 100 dimensions, {threads} threads",
    "skip-gram, D 300": "skip-gram, 300 dimensions, one thread",
    "skip-gram, D 300, all threads": "skip-gram, 300 dimensions, {threads} threads",
    "skip-gram, D 100, 15 negatives": "skip-gram, 100 dimensions, 15 negatives, one thread",
    "CBOW, D 100": "CBOW, 100 dimensions, one thread",
    "CBOW, D 100, all threads": "CBOW, 100 dimensions, {threads} threads",
    "count (fastw2v: and encode) a file": "count the words of a file (fastw2v: and encode it)",
    "count (fastw2v: and encode) token lists": "the same of token lists",
}


def _speed(names: Iterable[str], file: str = "speed") -> str:
    rows = {row["what"]: row for row in results(file)["rows"]}
    found = [(SPEED_ROWS.get(name, name).format(**rows[name]), rows[name]) for name in names if name in rows]
    return table(
        ["words per second", "fastw2v", "gensim", "ratio"],
        [
            [name, millions(row["fastw2v"]), millions(row["gensim"]), times(row["ratio_gensim"])]
            for name, row in found
            if "gensim" in row
        ],
    )


def _race(file: str) -> str:
    rows = [row["what"] for row in results(file)["rows"]]
    return _speed(sorted(rows, key=lambda what: [*SPEED_ROWS, what].index(what)), file) + source(file)


@made
def speed() -> str:
    """Return every row of the race."""
    return _race("speed")


@made
def speed_avx2() -> str:
    """Return the same on a processor that has no AVX-512."""
    return _race("speed_avx2")


@made
def speed_in_short() -> str:
    """Return the rows of training on one and on all threads."""
    return _speed([name for name in SPEED_ROWS if "D 100" in name and "15" not in name])


def _scored(rows: Iterable[dict[str, Any]]) -> str:
    return table(
        ["", "epochs", "learning rate", "WS-353", "SimLex-999", "analogies", "training", "seeds"],
        [
            [
                f"{row['system']}, {row['architecture']}",
                str(row["epochs"]),
                f"{row['learning_rate']:g}",
                *(f"{row[name]:.1f}" for name in SCORES),
                duration(row["seconds"]),
                str(len(row["seeds"])),
            ]
            for row in rows
        ],
    )


def _best(rows: Iterable[dict[str, Any]], system: str, architecture: str) -> dict[str, Any]:
    return max(
        (row for row in rows if (row["system"], row["architecture"]) == (system, architecture)),
        key=lambda row: float(row["mean"]),
    )


@made
def quality() -> str:
    """Return the scores of every contender."""
    return _scored(results("quality")["rows"]) + source("quality")


@made
def quality_in_short() -> str:
    """Return each trainer at the learning rate that suits it best, and gensim at its default rate."""
    rows = results("quality")["rows"]
    shown = []
    for architecture, default in (("skip-gram", 0.025), ("CBOW", 0.05)):
        shown.append(_best(rows, "fastw2v", architecture))
        theirs = [row for row in rows if (row["system"], row["architecture"]) == ("gensim", architecture)]
        kept = {row["learning_rate"]: row for row in theirs if row["learning_rate"] == default}
        kept |= {row["learning_rate"]: row for row in [_best(rows, "gensim", architecture)]}
        shown += kept.values()
    return _scored(shown)


@made
def time_to_quality() -> str:
    """Return the seconds that each contender needs for gensim's scores."""
    return table(
        [
            "to the scores of gensim's three epochs",
            "learning rate",
            "epochs",
            "mean score",
            "training",
            "times as fast",
        ],
        [
            [
                f"{row['system']}, {row['architecture']}",
                f"{row['learning_rate']:g}",
                str(row["epochs"]),
                f"{row['mean']:.1f}",
                duration(row["seconds"]),
                times(row["times_as_fast"]),
            ]
            for row in results("quality")["time_to_quality"]
        ],
    ) + source("quality")


@made
def tree() -> str:
    """Return the scores with hierarchical softmax."""
    return _scored(results("quality_tree")["rows"]) + source("quality_tree")


@made
def end_to_end() -> str:
    """Return the time and memory from a text file to saved vectors."""
    rows = [row for row in results("end_to_end")["rows"] if row["text"] == "whole"]
    return table(
        [f"17 million words, five epochs, {rows[0]['threads']} threads", "time", "memory at its peak"],
        [[row["system"], duration(row["seconds"]), f"{row['peak_MB']:.0f} MB"] for row in rows],
    ) + source("end_to_end")


@made
def vectors() -> str:
    """Return the time of queries and files."""
    rows = results("vectors")["rows"]
    return table(
        ["", "fastw2v", "gensim", "ratio"],
        [[row["what"], duration(row["fastw2v"]), duration(row["gensim"]), times(row["ratio"])] for row in rows],
    ) + source("vectors")


@made
def documents() -> str:
    """Return the accuracy of classifiers on sums of word vectors."""
    rows = [row for row in results("documents")["rows"] if "accuracy" in row]
    sets = list(dict.fromkeys(row["set"] for row in rows))
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        found.setdefault((row["vectors"], row["weighting"]), {})[row["set"]] = f"{row['accuracy']:.1f}"
    return table(
        ["vectors of", "weighting", *sets],
        [[*key, *(accuracy[name] for name in sets)] for key, accuracy in found.items()],
    ) + source("documents")


@made
def ptb() -> str:
    """Return the validation loss on Penn Treebank."""
    return table(
        ["", "fastw2v", "gensim", "above gensim's"],
        [
            [row["architecture"], f"{row['fastw2v']:.3f}", f"{row['gensim']:.3f}", f"{row['excess_per_cent']:.1f} %"]
            for row in results("ptb")["rows"]
        ],
    ) + source("ptb")


@made
def stability() -> str:
    """Return how many runs on hard texts diverge."""
    return table(
        ["", "runs", "diverged", "longest row"],
        [
            [
                f"{row['architecture']}, {row['text']}",
                str(row["runs"]),
                str(row["failures"]),
                f"{row['longest_row']:.1f}",
            ]
            for row in results("stability")["rows"]
        ],
    ) + source("stability")


@made
def parameters() -> str:
    """Return the scores and the time of training for each value of a parameter."""
    rows = results("parameters")["rows"]
    return table(
        ["parameter", "value", "WS-353", "SimLex-999", "analogies", "mean", "training"],
        [
            [
                f"`{row['parameter']}`" if row["parameter"] != "corpus_words" else "words of the corpus",
                f"{row['value']:,}",
                *(f"{row[name]:.1f}" for name in (*SCORES, "mean")),
                duration(row["seconds"]),
            ]
            for row in rows
        ],
    ) + source("parameters")


@made
def libraries() -> str:
    """Return the scores of libraries that use gensim, with gensim and with this package."""
    rows = results("libraries")["rows"]
    return table(
        ["", "gensim", "fastw2v", "difference", "seeds", "training, times as fast"],
        [
            [
                f"{row['package']} {row['version']}, {row['what']}: {row['scored']}",
                f"{row['gensim']:.3f}",
                f"{row['fastw2v']:.3f}",
                f"{row['difference']:+.3f} ± {row['error']:.3f}",
                str(len(row["seeds"])),
                times(row["ratio"]),
            ]
            for row in rows
        ],
    ) + source("libraries")


@made
def walk() -> str:
    """Return what the compiled code of a tile on four warps takes."""
    found = results("walk")
    stages = ("open", "gather", "hidden", "scores", "updates", "clocks")
    rows = [
        [
            f"{row['architecture']}, {row['size']} numbers",
            *(f"{row[name]:,}" if name in row else "" for name in stages),
            *(f"{row[name]:,}" for name in ("registers", "spilled", "shared_bytes", "code_bytes")),
        ]
        for row in found["rows"]
    ]
    heads = ("registers", "spilled", "shared memory", "code of a step")
    told = f"Reckoned for {found['about']}; commit {found['commit']}; `{found['command']}`; `bench/results/walk.json`."
    return table(["clocks of a tile", *stages[:-1], "in all", *heads], rows) + f"\n{told}\n"


if __name__ == "__main__":
    main()
