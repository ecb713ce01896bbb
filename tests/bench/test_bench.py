"""The benchmarks run: every command in its tiny mode, other programs through stand-ins, C code beside the package's.

No figure is judged here; what they are made of is.
"""

import io
import json
import lzma
import shutil
import stat
import sys
import warnings
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
COMPILER = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")

pytestmark = pytest.mark.usefixtures("bench_found")


def bench(text, results, *arguments):
    """Run ``python -m bench --quick ...`` in this process; what it printed."""
    main = import_module("bench.__main__").main
    given = ["--quick", "--corpus", str(text), "--results", str(results), *arguments]
    done = CliRunner().invoke(main, given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def kept(results, name):
    """What a command wrote, with the circumstances that each must state."""
    found = json.loads((results / f"{name}.json").read_text())
    assert {"machine", "instruction_set", "commit", "command", "date"} <= found.keys()
    return found


@pytest.fixture
def in_this_process(monkeypatch):
    """Contenders train in the process of the tests: to start twenty takes longer than all that they do.

    Those of other tests have processes of their own.
    """
    systems, tasks = import_module("bench.helpers.systems"), import_module("bench.helpers.tasks")

    def run(system, task):
        monkeypatch.setattr(sys, "argv", ["systems", system, json.dumps(asdict(task))])
        with redirect_stdout(io.StringIO()) as said:
            systems.main()
        return tasks.Outcome(**json.loads(said.getvalue()))

    monkeypatch.setattr("bench.helpers.contenders.run", run)
    monkeypatch.setattr("bench.ptb.run", run)


def encoded(text):
    return import_module("fastw2v.corpus.encoding").encode(text, n_jobs=1)


# --- every command ---------------------------------------------------------------------------------------------------


def test_distributed(text, tmp_path):
    bench(text, tmp_path, "distributed", "--ranks", "1", "--ranks", "2", "--epochs", "1")
    found = kept(tmp_path, "distributed")
    alone, two = found["rows"]
    assert (alone["merges"], alone["bytes_per_word"]) == (0, 0)
    assert two["merges"] > 0
    assert two["bytes_per_word"] > 0
    assert found["node_speed"] > 0
    assert (two["window"], two["vector_size"]) == (5, 100)
    # More ranks gain more, and none more than its share.
    assert all(1 < row["speedup_10"] < row["speedup_100"] < row["ranks"] for row in found["model"])


def test_distributed_refuses_an_interval_that_no_run_uses(text, tmp_path):
    main = import_module("bench.__main__").main
    given = ["--quick", "--corpus", str(text), "--results", str(tmp_path), "distributed", "--ranks", "1"]
    done = CliRunner().invoke(main, [*given, "--sync-words", "5000"])
    assert done.exit_code == 2
    assert "no effect with one rank" in done.output


def test_distributed_on_copies_with_other_parameters(text, tmp_path):
    options = ["--ranks", "1", "--ranks", "2", "--epochs", "1", "--node-speed", "1e6", "--name", "copies"]
    options += ["--copies", "3", "--window", "2", "--sync-words", "5000"]
    said = bench(text, tmp_path, "distributed", *options)
    alone, two = kept(tmp_path, "copies")["rows"]
    assert (two["window"], two["sync_words"], two["deterministic"]) == (2, 5_000, 2)
    assert (alone["window"], alone.get("sync_words"), alone["bytes_per_word"]) == (2, None, 0)
    assert two["bytes_per_word"] > 0
    one = encoded(text)
    assert f"{3 * len(one.ids):,} words, of which" in said


@COMPILER
def test_limits(text, tmp_path):
    bench(text, tmp_path, "limits")
    found = kept(tmp_path, "limits")
    assert {row["unit"] for row in found["rows"]} == {"GFLOP/s", "GB/s"}
    assert all(row["one_process"] > 0 and row["two_processes"] > 0 for row in found["rows"])
    skipgram = found["shares"][0]
    scored = 10 / 6 * skipgram["pairs_per_token"]  # ten contexts, which weigh six pairs
    assert skipgram["flop_per_token"] == pytest.approx(2 * 3 * 100 * (scored + 16))


@COMPILER
def test_stages(text, tmp_path, stages_without_work):
    bench(text, tmp_path, "stages")
    rows = [row for row in kept(tmp_path, "stages")["rows"] if row["case"] == "skipgram, D 100"]
    stages = [row for row in rows if "share" in row]
    plan = import_module("bench.helpers.training").started(encoded(text)).plan
    idle = stages_without_work("skipgram", plan)
    known = [stage for stage in import_module("bench.stages").STAGES if stage not in idle]
    assert [row["stage"] for row in stages] == ["encode", *known]
    assert sum(row["share"] for row in stages) == pytest.approx(1)
    assert all(row["ns_per_kept_token"] > 0 for row in stages)


@COMPILER
def test_ladder(text, tmp_path):
    bench(text, tmp_path, "ladder")
    rows = kept(tmp_path, "ladder")["rows"]
    assert [row["rung"] for row in rows] == ["01_plain", "02_vectorised", "03_shared", "04_tile", "package"]
    assert rows[1]["losses"] == pytest.approx(rows[0]["losses"], rel=1e-4), "the same draws, another order of sums"
    for row in rows:
        assert row["losses"][-1] < row["losses"][0], row["rung"]
        assert row["losses"][-1] == pytest.approx(rows[0]["losses"][-1], rel=0.1), row["rung"]


def test_end_to_end(text, tmp_path):
    pytest.importorskip("gensim")
    bench(text, tmp_path, "end-to-end")
    rows = kept(tmp_path, "end_to_end")["rows"]
    assert [row["system"] for row in rows] == ["fastw2v", "gensim", "imports alone"]
    assert rows[0]["peak_bytes"] > rows[0]["needed_bytes"] > 2 * 4 * 100 * 100


def test_speed_beside_a_program(text, tmp_path, stand_in):
    pytest.importorskip("gensim")
    bench(text, tmp_path, "--pword2vec", str(stand_in("pword2vec")), "speed")
    rows = {row["what"]: row for row in kept(tmp_path, "speed")["rows"]}
    assert rows["skip-gram, D 100"].keys() >= {"fastw2v", "gensim", "pword2vec", "ratio_gensim", "ratio_pword2vec"}
    assert "pword2vec" not in rows["CBOW, D 100"], "it knows skip-gram alone"


def test_sweep(text, tmp_path):
    bench(text, tmp_path, "sweep")
    rows = kept(tmp_path, "sweep")["rows"]
    assert {row["sweep"] for row in rows} >= {"threads", "vector_size", "vocabulary", "corpus_words", "processes"}
    drawn = import_module("importlib.util").find_spec("matplotlib") is not None
    assert (tmp_path / "sweep.png").exists() == (tmp_path / "sweep.svg").exists() == drawn


@pytest.mark.usefixtures("data_folder")
def test_vectors(text, tmp_path):
    pytest.importorskip("gensim")
    bench(text, tmp_path, "vectors")
    rows = kept(tmp_path, "vectors")["rows"]
    assert all(row["fastw2v"] > 0 < row["gensim"] for row in rows)
    files = [f"{task} 4,000 words, {form}" for form in ("binary", "text") for task in ("load", "save")]
    own = [f"{task} 4,000 words, each program's own format" for task in ("save", "load", "map")]
    assert [row["what"] for row in rows[2:]] == [*files, *own, "analogies, 4,000 words, 19,544 questions"]
    assert [row["what"].split(",")[1] for row in rows[:2]] == [" one query", " a query of a batch of 4"]


def test_documents(tmp_path, monkeypatch):
    """On posts and sentences of a few words, in files such as the data folder has."""
    pytest.importorskip("gensim")
    groups = {"sci.space": "the moon and a rocket in orbit", "rec.autos": "a car and the engine on a road"}
    rng = np.random.default_rng(0)
    lines = {group: [" ".join(rng.choice(words.split(), 8)) for _ in range(60)] for group, words in groups.items()}
    for split, chosen in (("train", slice(0, 40)), ("test", slice(40, 60))):
        posts = [json.dumps({"group": group, "text": text}) for group, texts in lines.items() for text in texts[chosen]]
        (tmp_path / f"20news-bydate-{split}.jsonl.xz").write_bytes(lzma.compress("\n".join(posts).encode()))
        rows = [f"{text}\t{label}" for label, texts in enumerate(lines.values()) for text in texts[chosen]]
        (tmp_path / f"sst2_{split}.tsv").write_text("\n".join(rows))
    (tmp_path / "text.txt").write_text("\n".join(text for texts in lines.values() for text in texts))
    monkeypatch.setenv("FASTW2V_DATA", str(tmp_path))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the learning rate is lowered")
        bench(tmp_path / "text.txt", tmp_path, "documents", "--vector-size", "8")
    rows = kept(tmp_path, "documents")["rows"]
    scores, speeds = [row for row in rows if "accuracy" in row], [row for row in rows if "what" in row]
    sources = ["none: bag of words", *["the training texts"] * 4, *["Wikipedia, 17 M words"] * 4]
    assert [(row["set"], row["vectors"]) for row in scores] == [
        (name, source) for name in ("20 Newsgroups", "SST-2") for source in sources
    ]
    assert [row["weighting"] for row in scores[1:5]] == ["mean", "tf-idf", "SIF", "uSIF"]
    assert all(80 < row["accuracy"] <= 100 for row in scores if row["vectors"] != "Wikipedia, 17 M words")
    assert [row["what"].split(", ")[1] for row in speeds] == ["token lists", "strings"]
    assert all(row["largest_difference"] < 1e-5 and row["fastw2v"] > 0 < row["gensim"] for row in speeds)


@pytest.mark.usefixtures("data_folder", "in_this_process")
def test_quality_beside_a_program(tmp_path, stand_in, scored_words):
    pytest.importorskip("gensim")
    words = scored_words
    (tmp_path / "text.txt").write_text("\n".join(" ".join(words[at : at + 20]) for at in range(0, len(words), 20)) * 6)
    bench(tmp_path / "text.txt", tmp_path, "--word2vec-c", str(stand_in("word2vec-c")), "quality")
    results = kept(tmp_path, "quality")
    rows, timed = results["rows"], results["time_to_quality"]
    rates = [("skip-gram", rate) for rate in (0.05, 0.0375, 0.025)] + [("CBOW", rate) for rate in (0.075, 0.05)]
    assert [(row["system"], row["architecture"], row["learning_rate"]) for row in rows] == [
        (system, *each) for system in ("fastw2v", "gensim", "word2vec-c") for each in rates
    ]
    assert all(np.isfinite(row["WS-353"]) and len(row["seeds"]) == 1 for row in rows)
    asked = {("skip-gram", 0.025), ("CBOW", 0.05)}
    goals = {
        row["architecture"]: row
        for row in rows
        if row["system"] == "gensim" and (row["architecture"], row["learning_rate"]) in asked
    }
    for row in timed:
        goal = goals[row["architecture"]]
        assert row["mean"] >= goal["mean"]
        assert row["times_as_fast"] == goal["seconds"] / row["seconds"]
    itself = [
        row for row in timed if row["system"] == "gensim" and (row["architecture"], row["learning_rate"]) in asked
    ]
    assert [(row["epochs"], row["times_as_fast"]) for row in itself] == [(2, 1), (2, 1)]


@pytest.mark.usefixtures("data_folder", "in_this_process")
def test_quality_of_hierarchical_softmax(tmp_path, scored_words):
    pytest.importorskip("gensim")
    words = scored_words
    (tmp_path / "text.txt").write_text("\n".join(" ".join(words[at : at + 20]) for at in range(0, len(words), 20)) * 6)
    bench(tmp_path / "text.txt", tmp_path, "quality", "--tree", "--rate", "0.025", "--name", "tree")
    rows = kept(tmp_path, "tree")["rows"]
    rates = [("skip-gram", 0.025), ("CBOW", 0.05), ("CBOW", 0.025)]
    assert [(row["system"], row["architecture"], row["learning_rate"]) for row in rows] == [
        (system, *each) for system in ("fastw2v", "gensim") for each in rates
    ]


def test_stability_trains_on_every_hard_text(tmp_path):
    bench(tmp_path / "not needed", tmp_path, "stability", "--architecture", "skipgram")
    rows = kept(tmp_path, "stability")["rows"]
    assert len(rows) == len(import_module("bench.stability").TEXTS)
    assert all(row["runs"] == 1 and row["failures"] == row["only_ours"] == 0 < row["longest_row"] for row in rows)


@pytest.mark.usefixtures("data_folder")
def test_choice_measures_the_shapes_asked_for(tmp_path, scored_words):
    (tmp_path / "text.txt").write_text((" ".join(scored_words) + "\n") * 5)
    shapes = ["--shape", "8", "16", "1", "--shape", "16", "32", "2"]
    said = bench(tmp_path / "text.txt", tmp_path, "choice", *shapes, "--epochs", "1", "--scores-only", "--name", "two")
    rows = kept(tmp_path, "two")["rows"]
    asked = [(architecture, *shape) for architecture in ("skipgram", "cbow") for shape in ((8, 16, 1), (16, 32, 2))]
    assert [(row["architecture"], row["T"], row["S"], row["L"]) for row in rows] == asked
    assert len({row["WS-353"] for row in rows}) == len(rows), "each row is another run"
    assert "M/s" not in said
    assert not any("words_per_second" in row for row in rows)


def test_wide_windows(tmp_path, scored_words):
    pytest.importorskip("gensim")
    (tmp_path / "text.txt").write_text(" ".join(scored_words * 6))
    bench(tmp_path / "text.txt", tmp_path, "wide-windows", "--window", "50")
    rows = kept(tmp_path, "wide_windows")["rows"]
    assert [(row["window"], row["system"]) for row in rows] == [(50, "fastw2v"), (50, "gensim")]
    assert rows[1]["times_as_fast"] == 1


@pytest.mark.usefixtures("data_folder", "in_this_process")
def test_ptb(text, tmp_path):
    pytest.importorskip("gensim")
    bench(text, tmp_path, "ptb")
    rows = kept(tmp_path, "ptb")["rows"]
    assert [row["architecture"] for row in rows] == ["skip-gram", "CBOW"]
    # word2vec's start, all scores 0, is at (K + 1) log 2 for each positive
    assert all(0 < row[system] < 6 * np.log(2) + 0.1 for row in rows for system in ("fastw2v", "gensim"))


@pytest.mark.parametrize("command", ["limits", "stages", "ladder"])
def test_without_a_compiler_a_sentence_is_all(text, tmp_path, monkeypatch, command):
    monkeypatch.setenv("CC", "no-such-compiler")
    assert f"{command}: skipped: no C compiler ('no-such-compiler'" in bench(text, tmp_path, command)
    assert list(tmp_path.iterdir()) == []


# --- other programs --------------------------------------------------------------------------------------------------

STAND_IN = '''#!{python}
"""Does as {kind} does, as far as its files go: counts words, and writes vectors that begin with their counts."""
import json, os, signal, struct, sys, zlib
from collections import Counter
from pathlib import Path

kind = {kind!r}
with open({log!r}, "a") as log:
    print(json.dumps(sys.argv[1:]), file=log)
flags = sys.argv[1:] if kind != "fasttext" else sys.argv[2:]
flags = dict(zip(flags[::2], flags[1::2]))
text = Path(flags.get("-train") or flags["-input"]).read_text()
counts = [("</s>", text.count("\\n"))] + Counter(text.split()).most_common()
words = [(word, n) for word, n in counts if n >= int(flags.get("-min-count") or flags["-minCount"])]
if "-save-vocab" in flags:
    Path(flags["-save-vocab"]).write_text("".join(f"{{word}} {{n}}\\n" for word, n in words))
    if kind == "pword2vec":
        os.kill(os.getpid(), signal.SIGSEGV)
    sys.exit(0)
size = int(flags.get("-size") or flags["-dim"])
rows = [[n] + [zlib.crc32(word.encode(), k) % 100 for k in range(size - 1)] for word, n in words]
if kind == "fasttext":
    lines = [f"{{len(words)}} {{size}}"]
    lines += [" ".join(map(str, [word, *row])) + " " for (word, _), row in zip(words, rows)]
    Path(flags["-output"] + ".vec").write_text("\\n".join(lines) + "\\n")
else:
    body = b"".join(w.encode() + b" " + struct.pack(f"<{{size}}f", *row) + b"\\n" for (w, _), row in zip(words, rows))
    Path(flags["-output"]).write_bytes(f"{{len(words)}} {{size}}\\n".encode() + body)
'''


@pytest.fixture
def stand_in(tmp_path):
    """A script in place of a program; what it was called with is in ``<kind>.log``."""

    def write(kind):
        script = tmp_path / kind
        script.write_text(STAND_IN.format(python=sys.executable, kind=kind, log=str(tmp_path / f"{kind}.log")))
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return script

    return write


WORD2VEC = {
    **{
        "-train": "text",
        "-output": "vectors",
        "-cbow": "1",
        "-size": "4",
        "-window": "3",
        "-negative": "7",
        "-hs": "0",
    },
    **{"-sample": "0.01", "-threads": "2", "-binary": "1", "-iter": "6", "-min-count": "2", "-alpha": "0.1"},
}
EXPECTED = {
    "word2vec-c": WORD2VEC,
    "pword2vec": {name: value for name, value in WORD2VEC.items() if name not in {"-cbow", "-hs"}},
    "fasttext": {
        **{"-input": "text", "-output": "vectors", "-dim": "4", "-ws": "3", "-neg": "7", "-minCount": "2"},
        **{"-t": "0.01", "-lr": "0.1", "-epoch": "6", "-thread": "2", "-minn": "0", "-maxn": "0", "-loss": "ns"},
    },
}


def task(text, **more):
    cls = import_module("bench.helpers.tasks").Task
    settings = {"vector_size": 4, "window": 3, "negative": 7, "sample": 0.01, "min_count": 2, "epochs": 6}
    return cls(str(text), 1000, **{**settings, "learning_rate": 0.1, "threads": 2, **more})


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_program_is_called_as_it_should_be_and_its_vectors_come_back(text, tmp_path, stand_in, kind):
    systems = import_module("bench.helpers.systems")
    given = task(text, cbow=kind != "pword2vec", save=str(tmp_path / "found.npz"), program=str(stand_in(kind)))
    outcome = systems.run(kind, given)
    counting, training = map(json.loads, (tmp_path / f"{kind}.log").read_text().splitlines())
    if kind == "fasttext":
        assert (training.pop(0), counting.pop(0)) == ("cbow", "cbow")
        assert counting[counting.index("-epoch") + 1] == "0"
    assert dict(zip(training[::2], training[1::2], strict=True)) == EXPECTED[kind]
    assert outcome.count_seconds > 0 < outcome.train_seconds
    assert outcome.peak_bytes > 1_000_000

    vectors, context, words = systems.saved(tmp_path / "found.npz")
    counts = dict(zip(words, vectors[:, 0].tolist(), strict=True))
    corpus = encoded(text)
    assert context is None
    assert vectors.shape == (len(words), 4)
    assert {word: counts[word] for word in corpus.vocabulary.words} == dict(
        zip(corpus.vocabulary.words, corpus.vocabulary.counts.tolist(), strict=True)
    )


def test_what_programs_cannot_do_is_not_asked_of_them(text):
    can = import_module("bench.helpers.programs").can
    assert can("word2vec-c", task(text, cbow=True))
    assert can("fasttext", task(text, count_only=True))
    assert not can("pword2vec", task(text, cbow=True))
    assert not can("fasttext", task(text, token_lists=True))
    assert can("gensim", task(text, token_lists=True, cbow=True))


def test_a_program_that_fails_is_quoted(text, tmp_path):
    script = tmp_path / "broken"
    script.write_text("#!/bin/sh\necho no room in the table >&2\nexit 3\n")
    script.chmod(0o755)
    with pytest.raises(SystemExit, match=r"(?s)exit status 3\nno room in the table"):
        import_module("bench.helpers.systems").run("word2vec-c", task(text, program=str(script)))


def test_two_processes_train_at_once(text):
    systems = import_module("bench.helpers.systems")
    first, second = systems.run_together("fastw2v", [task(text), task(text, seed=2)])
    assert first.train_seconds > 0 < second.train_seconds
