"""``python -m bench.gpu`` runs from its start to its end, on a GPU made of the host, and keeps what it found."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("bench_found")


@pytest.fixture
def few_words(tmp_path):
    """A small text whose words follow each other in a pattern."""
    rng = np.random.default_rng(1)
    lines = [" ".join(f"w{rng.integers(9)}x{rng.zipf(1.5) % 9}" for _ in range(12)) for _ in range(50)]
    file = tmp_path / "text.txt"
    file.write_text("\n".join(lines) + "\n")
    return file


def gpu(text, results, *arguments):
    """Run ``python -m bench.gpu --quick ...`` in this process; what it printed, its exit code, and what it kept."""
    main = import_module("bench.gpu").main
    given = ["--quick", "--results", str(results), *arguments]
    done = CliRunner().invoke(main, given if text is None else [*given, "--corpus", str(text)])
    return done, json.loads((results / "gpu.json").read_text())["rows"]


def test_the_gpu_is_checked_measured_and_scored(cuda_shim, few_words, tmp_path, monkeypatch):
    cuda_shim()
    monkeypatch.setattr(
        "bench.helpers.scores.score", lambda vectors: {"WS-353": 50.0, "SimLex": 30.0, "analogies": 20.0}
    )
    monkeypatch.setattr(import_module("bench.gpu"), "shutil", SimpleNamespace(which=lambda name: None))
    done, rows = gpu(few_words, tmp_path)
    assert done.exit_code == 0, done.output
    assert [row["section"] for row in rows if "error" in row] == []
    assert {row["section"] for row in rows} == {"device", "check", "rows", "train", "flight", "end to end", "sanitizer"}
    checked = [row for row in rows if row["section"] == "check"]
    assert {row["kernel"] for row in checked} == {"general float32", "tensor bfloat16"}
    assert all(row["good"] for row in checked)
    assert {(row["what"], row["ids"]) for row in rows if row["section"] == "rows"} == {
        (what, ids) for what in ("gather", "add2", "add4") for ids in ("any", "text")
    }
    swept = [row for row in rows if row["section"] in ("train", "flight")]
    assert {row["asked"] for row in swept} == {None, 4}
    assert all(row["in_flight"][0] == row["warps"] * row["tile_tokens"] for row in swept)
    assert all(np.isfinite([row["loss"], row["largest"], row["words_per_second"]]).all() for row in swept)
    assert [row["device"] for row in rows if row["section"] == "end to end"] == ["cuda", "cuda", "cpu"] * 2
    assert all(row["analogies"] == 20 for row in rows if row["section"] in ("flight", "end to end"))
    assert "Training alone" in done.output


def test_missing_files_of_scores_do_not_lose_the_times(monkeypatch):
    def missing(vectors):
        raise OSError("wordsim353 was not found: set FASTW2V_DATA")

    monkeypatch.setattr("bench.helpers.scores.score", missing)
    assert import_module("bench.gpu").scores(None) == {"scores": "OSError: wordsim353 was not found: set FASTW2V_DATA"}


def test_the_sanitizer_is_believed_only_when_every_process_is_clean(monkeypatch):
    said = {
        "memcheck": "========= ERROR SUMMARY: 0 errors\n" * 2,
        "racecheck": "========= RACECHECK SUMMARY: 0 hazards\n========= RACECHECK SUMMARY: 2 hazards\n",
    }
    commands = []

    def run(command, **options):
        commands.append(command)
        return SimpleNamespace(returncode=0, stdout=said[command[2]], stderr="")

    module = import_module("bench.gpu")
    monkeypatch.setattr(module, "shutil", SimpleNamespace(which=lambda name: f"/bin/{name}"))
    monkeypatch.setattr(module, "subprocess", SimpleNamespace(run=run))
    assert [(row["what"], row["good"]) for row in module.sanitize()] == [("memcheck", True), ("racecheck", False)]
    said["memcheck"] = ""  # nothing was looked at
    assert not next(module.sanitize())["good"]
    assert commands[0][:5] == ["/bin/compute-sanitizer", "--tool", "memcheck", "--target-processes", "all"]


def test_under_the_sanitizer_the_pool_is_off(cuda_shim, tmp_path, monkeypatch):
    cupy = cuda_shim()

    def set_allocator(allocator):
        raise RuntimeError(f"set to {allocator}")

    monkeypatch.setattr(cupy.cuda, "set_allocator", set_allocator)
    done, rows = gpu(None, tmp_path, "--sanitized", "--part", "check")
    assert done.exit_code == 1
    assert rows[1] == {"section": "check", "error": "RuntimeError: set to None"}


def test_rows_that_cannot_be_written_are_shown(capsys, tmp_path):
    (tmp_path / "taken").write_text("")
    module = import_module("bench.gpu")
    module.keep(module.Settings(results=tmp_path / "taken"), [{"section": "check", "good": True}])
    assert '[{"section": "check", "good": true}]' in capsys.readouterr().out


def test_a_part_that_fails_loses_nothing_of_the_others(cuda_shim, few_words, tmp_path, monkeypatch):
    """One raises in the middle, one is killed with its process, one has no corpus: the rest is kept and written."""
    cuda_shim()
    module = import_module("bench.gpu")

    def raises(sizes):
        yield {"what": "first"}
        raise RuntimeError("an illegal memory access was encountered")

    def dies(sizes):
        yield {"what": "second"}
        os._exit(139)

    monkeypatch.setattr(module, "check", raises)
    monkeypatch.setattr(module, "train_speed", dies)
    monkeypatch.setattr(module, "sanitize", lambda: iter([{"what": "memcheck", "good": True}]))
    monkeypatch.delenv("FASTW2V_DATA", raising=False)
    done, rows = gpu(None, tmp_path)
    assert done.exit_code == 1
    found = [(row["section"], row.get("what"), row.get("error", "")) for row in rows if row["section"] != "rows"]
    assert found[1] == ("check", "first", "")
    assert found[2][2] == "RuntimeError: an illegal memory access was encountered"
    assert found[3] == ("train", "second", "")
    assert found[4][2] == "the process ended with code 139"
    assert [(row[0], "FASTW2V_DATA" in row[2]) for row in found[5:7]] == [("flight", True), ("end to end", True)]
    assert found[7] == ("sanitizer", "memcheck", "")
    assert sum(row["section"] == "rows" for row in rows) == 6


def test_without_a_gpu_the_bench_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    done = CliRunner().invoke(import_module("bench.gpu").main, ["--results", str(tmp_path)])
    assert done.exit_code == 1
    assert "bench.gpu: BackendUnavailable: device='cuda'" in done.output
    assert not list(tmp_path.iterdir())
