"""``python -m bench.gpu`` runs from its start to its end, on a GPU made of the host, and keeps what it found."""

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

pytestmark = pytest.mark.usefixtures("bench_found")


@pytest.fixture
def few_words(tmp_path):
    """A small text whose words follow each other in a pattern."""
    rng = np.random.default_rng(1)
    lines = [" ".join(f"w{rng.integers(9)}x{rng.zipf(1.5) % 9}" for _ in range(12)) for _ in range(30)]
    file = tmp_path / "text.txt"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture
def module(monkeypatch):
    """The command, on a machine without NVIDIA's programs; the tests that need a GPU are left out."""
    found = import_module("bench.gpu")
    monkeypatch.setattr(found, "device_tests", lambda: iter([{"what": "pytest", "good": True}]))
    for name in ("sanitizers", "profile"):
        monkeypatch.setattr(import_module(f"bench.helpers.gpu_steps.{name}"), "find_program", lambda name: None)
    return found


def rehearse(module, text, results, *arguments):
    """Run ``python -m bench.gpu --quick ...`` in this process; what it printed, its exit code, and what it kept."""
    given = ["--quick", "--results", str(results), *arguments]
    done = CliRunner().invoke(module.main, given if text is None else [*given, "--corpus", str(text)])
    return done, json.loads((results / "gpu.json").read_text())["rows"]


def test_the_rehearsal(cuda_shim, few_words, tmp_path, module, monkeypatch):
    """All steps in their order, the smallest sizes, and the table at the end."""
    cuda_shim()
    scores = {"WS-353": 50.0, "SimLex": 30.0, "analogies": 20.0}
    monkeypatch.setattr("bench.helpers.scores.score", lambda vectors: scores)
    done, rows = rehearse(module, few_words, tmp_path)
    assert done.exit_code == 0, done.output
    steps = {name: [row for row in rows if row["section"] == name] for name in ("device", *module.NAMES)}
    assert list(dict.fromkeys(row["section"] for row in rows)) == ["device", *module.NAMES]
    assert all(found[-1]["step_seconds"] < found[-1]["limit"] for name, found in steps.items() if name != "device")
    assert all(row["good"] for row in steps["instructions"][:-1])
    checked = steps["check"][:-1]
    assert {row["kernel"] for row in checked} == {"general float32", "one warp bfloat16", "four warps bfloat16"}
    assert all(row["good"] for row in checked)
    assert {(row["what"], row["ids"]) for row in steps["rows"][:-1]} == {
        (what, ids) for what in ("gather", "add2", "add4") for ids in ("any", "text")
    }
    timed = steps["latency"][:-1]
    assert {row["kernel"] for row in timed} == {"one warp bfloat16", "four warps bfloat16"}
    assert all(row["microseconds"] > 0 for row in timed)
    flown = [row for row in steps["flight"] if "crowd" in row]
    assert len(flown) == 12
    assert all(np.isfinite([row["loss"], row["longest"], row["words_per_second"]]).all() for row in flown)
    verdicts = [row for row in steps["flight"] if "damped_flight" in row]
    assert [row["damped_flight"] for row in verdicts] == ["4,096 may become DAMPED_FLIGHT"] * 2
    assert [row["device"] for row in steps["end to end"][:-1]] == ["cuda", "cuda", "cpu"] * 2
    assert "One tile" in done.output
    assert "From the text to the vectors" in done.output


def test_limits_leave_room_within_ten_minutes(module):
    assert sum(seconds for _, seconds in module.steps(None, None).values()) <= 570


def test_a_candidate_that_costs_points_or_lengthens_rows_stays_out():
    flight = import_module("bench.helpers.gpu_steps.flight")
    bound = {"WS-353": 60.0, "SimLex": 30.0, "analogies": 30.0, "longest": 5.0, "loss": 1.0}

    def verdict(**changes):
        found = {"bound": bound, "bound, another order": bound, "4,096 damped": {**bound, **changes}}
        return flight.verdict(found)["damped_flight"]

    assert verdict(analogies=29.0) == "4,096 may become DAMPED_FLIGHT"
    assert verdict(analogies=28.0) == verdict(longest=9.0) == verdict(loss=float("nan")) == "stays as it is"
    del bound["SimLex"]
    assert verdict() == "undecided: no scores"


def test_missing_files_of_scores_do_not_lose_the_times(monkeypatch):
    def missing(vectors):
        raise OSError("wordsim353 was not found: set FASTW2V_DATA")

    monkeypatch.setattr("bench.helpers.scores.score", missing)
    scores = import_module("bench.helpers.gpu_steps.flight").scores
    assert scores(None) == {"scores": "OSError: wordsim353 was not found: set FASTW2V_DATA"}


# ------------------------------------------------------------------ sanitizers


@pytest.fixture
def sanitizer(monkeypatch):
    """``sanitizer(planted, training)``: the step, with a program that prints these; and the commands it was given."""
    module, commands = import_module("bench.helpers.gpu_steps.sanitizers"), []

    def step(planted, training, code=0):
        def output_of(command, seconds):
            commands.append(command)
            return (training, code) if command[-1] == "training" else (planted, 0)

        monkeypatch.setattr(module, "find_program", lambda name: f"/bin/{name}")
        monkeypatch.setattr(module, "output_of", output_of)
        return list(module.sanitize()), commands

    return step


def test_a_sanitizer_is_believed_only_if_it_found_the_planted_fault(sanitizer):
    clean, dirty = "trained\n========= ERROR SUMMARY: 0 errors\n", "========= RACECHECK SUMMARY: 2 hazards displayed\n"
    rows, commands = sanitizer(dirty, clean)
    assert [(row["what"], row["good"]) for row in rows] == [
        (tool, True) for tool in ("memcheck", "racecheck", "synccheck", "initcheck")
    ]
    assert commands[0][:3] == ["/bin/compute-sanitizer", "--tool", "memcheck"]
    assert commands[0][-2:] == ["bench.helpers.gpu_steps.watched", "memcheck"]
    assert all(not row["good"] for row in sanitizer(clean, clean)[0])  # it sees nothing
    assert all(not row["good"] for row in sanitizer("", clean)[0])
    assert all(not row["good"] for row in sanitizer(dirty, dirty + "trained")[0])
    assert all(not row["good"] for row in sanitizer(dirty, "========= ERROR SUMMARY: 0 errors\n")[0])  # cut short
    assert "cut after" in sanitizer(dirty, clean, None)[0][0]["error"]


def test_what_the_sanitizers_watch_trains_in_this_process_without_the_pool(cuda_shim, monkeypatch, capsys):
    cupy, freed = cuda_shim(), []
    monkeypatch.setattr(cupy.cuda, "set_allocator", freed.append)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a fork"))
    watched = import_module("bench.helpers.gpu_steps.watched")
    watched.main("training")
    assert freed == [None]
    assert capsys.readouterr().out == "trained\n"


# ------------------------------------------------------------------ what fails, and what is cut


def has_ended(number):
    """Whether a process is gone, or waits only for somebody to take note of its end."""
    state = Path(f"/proc/{number}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX"


def quick_steps(module, monkeypatch, seconds, **steps):
    """Replace the steps by these functions, each with this limit."""
    chosen = {name: module.Timed(step, seconds) for name, step in steps.items()}
    monkeypatch.setattr(module, "steps", lambda sizes, find: chosen)


def test_a_step_that_fails_loses_nothing_of_the_others(cuda_shim, tmp_path, module, monkeypatch):
    """One raises in the middle, one is killed, one takes too long and has a child: the rest is kept."""
    cuda_shim()

    def raises():
        yield {"what": "first"}
        raise RuntimeError("an illegal memory access was encountered")

    def dies():
        yield {"what": "second"}
        os._exit(139)

    def lasts():
        yield {"what": "third", "child": os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "100")}
        time.sleep(100)

    quick_steps(
        module, monkeypatch, 2.0, raises=raises, dies=dies, lasts=lasts, ends=lambda: iter([{"what": "fourth"}])
    )
    done, rows = rehearse(module, None, tmp_path)
    assert done.exit_code == 1
    found = [(row["section"], row.get("what"), row.get("error", "")) for row in rows[1:] if "limit" not in row]
    assert found == [
        ("raises", "first", ""),
        ("raises", None, "RuntimeError: an illegal memory access was encountered"),
        ("dies", "second", ""),
        ("dies", None, "the process ended with code 139"),
        ("lasts", "third", ""),
        ("lasts", None, "cut after its limit of 2 seconds"),
        ("ends", "fourth", ""),
    ]
    child = next(row["child"] for row in rows if "child" in row)
    assert has_ended(child)


def test_a_run_that_is_cut_has_kept_every_row(cuda_shim, tmp_path, module, monkeypatch):
    cuda_shim()
    kept = []

    def lasts():
        yield {"what": "first"}
        time.sleep(100)

    add = module.Record.add

    def added(record, step, row):
        add(record, step, row)
        kept.append(json.loads(record.file.read_text())["rows"][-1])
        if step == "lasts":
            module.stop(15, None)

    quick_steps(module, monkeypatch, 60.0, lasts=lasts)
    monkeypatch.setattr(module.Record, "add", added)
    done, rows = rehearse(module, None, tmp_path)
    assert done.exit_code == 1
    assert rows == kept
    assert rows[-1] == {"section": "lasts", "what": "first"}


def test_rows_that_cannot_be_written_are_shown(capsys, tmp_path, module):
    (tmp_path / "taken").write_text("")
    module.Record(SimpleNamespace(results=tmp_path / "taken")).add("check", {"good": True})
    assert '{"section": "check", "good": true}' in capsys.readouterr().out


def test_without_a_gpu_the_bench_says_so(tmp_path, module, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    done = CliRunner().invoke(module.main, ["--results", str(tmp_path)])
    assert done.exit_code == 1
    assert "bench.gpu: BackendUnavailable: device='cuda'" in done.output
    assert not list(tmp_path.iterdir())


def test_programs_in_nvidias_wheels_are_found(tmp_path, monkeypatch):
    programs = import_module("bench.helpers.gpu_steps.programs")
    monkeypatch.setattr(programs.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert programs.find_program("compute-sanitizer") is None
    file = Path(tmp_path, "nvidia", "cu13", "bin", "compute-sanitizer")
    file.parent.mkdir(parents=True)
    file.write_text("")
    assert programs.find_program("compute-sanitizer") == str(file)
