"""``python -m bench.gpu`` runs from its start to its end, on a GPU made of the host, and keeps what it found."""

import contextlib
import dataclasses
import io
import json
import os
import sys
import textwrap
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

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
    done = called(module, given if text is None else [*given, "--corpus", str(text)])
    return done, json.loads((results / "gpu.json").read_text())["rows"]


def called(module, given):
    """Call the command with these arguments: what it printed, and its exit code."""
    output, code = io.StringIO(), 0
    with contextlib.redirect_stdout(output):
        try:
            module.main(given)
        except SystemExit as end:
            code = 1
            print(end)
    return SimpleNamespace(output=output.getvalue(), exit_code=code)


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


def test_limits_leave_room_within_ten_minutes_for_each_half(module):
    """And within a quarter of an hour for all; the first half also waits for the C code to be compiled."""
    limits = {name: timed.seconds for name, timed in module.steps(None, None).items()}
    assert {name for half in module.HALVES.values() for name in half} == limits.keys()
    for half in module.HALVES.values():
        assert module.DEVICE_SECONDS + sum(limits[name] for name in half) <= 500
    assert module.DEVICE_SECONDS + sum(limits.values()) <= 850
    each = {name: import_module(f"bench.helpers.gpu_steps.{name}") for name in ("sanitizers", "profile")}
    one = each["sanitizers"].PLANTED_SECONDS + each["sanitizers"].TRAINING_SECONDS
    assert one < limits["memcheck"]
    assert 3 * one < limits["sanitizers"]
    assert len(each["profile"].TILES) * each["profile"].SECONDS < limits["profile"]


def test_a_half_runs_its_steps(cuda_shim, tmp_path, module):
    cuda_shim()
    done, rows = rehearse(module, None, tmp_path, "--part", "correctness")
    assert done.exit_code == 0, done.output
    assert list(dict.fromkeys(row["section"] for row in rows)) == ["device", *module.HALVES["correctness"]]


def test_a_missing_corpus_is_said_before_the_device_is_touched(tmp_path, module, monkeypatch):
    monkeypatch.delenv("FASTW2V_DATA", raising=False)
    monkeypatch.setattr(module, "apart", lambda *arguments: pytest.fail("the device was used"))
    done = called(module, ["--results", str(tmp_path), "--part", "build", "--part", "flight"])
    assert done.exit_code == 1
    assert "pass --corpus FILE" in done.output


def test_the_bench_needs_no_packages_that_a_bare_machine_lacks(run_python):
    """NumPy, CuPy and pytest are enough: nothing else is imported before a step asks for it."""
    code = """
        import sys
        sys.path.append(sys.argv[1])
        lacking = "click hypothesis joblib matplotlib pandas pooch rich safetensors scipy sklearn".split()
        sys.modules.update(dict.fromkeys(lacking))
        from bench import gpu
        import bench.helpers.gpu_steps.watched
        gpu.table([])
    """
    done = run_python(code, Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr


def test_every_kernel_is_checked_with_the_tiles_of_long_texts_and_the_reference_trains_a_shape_once(
    cuda_shim, monkeypatch
):
    cuda_shim()
    step, trials = (import_module(f"bench.helpers.gpu_steps.{name}") for name in ("correctness", "trials"))
    made, run = [], step.reference.Run

    def reference(arrays, corpus, tables, plan):
        made.append((plan.cbow, plan.tile_tokens))
        return run(arrays, corpus, tables, plan)

    monkeypatch.setattr(step.reference, "Run", reference)
    rows = list(step.check(dataclasses.replace(trials.QUICK, tile_tokens=(32, 8), check_tokens=200)))
    assert sorted(made) == [(False, 8), (False, 32), (True, 8), (True, 32)]
    assert all(row["good"] for row in rows)
    kernels = {row["kernel"] for row in rows}
    assert len(kernels) == 3
    assert {(row["kernel"], row["tile_tokens"]) for row in rows} == {(name, t) for name in kernels for t in (32, 8)}
    assert max(trials.Sizes().tile_tokens) == 32


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
    clean = "trained\n========= ERROR SUMMARY: 0 errors\n"
    dirty = "========= RACECHECK SUMMARY: 2 hazards displayed (1 error, 1 warning)\n"
    harmless = "trained\n========= RACECHECK SUMMARY: 3 hazards displayed (0 errors, 3 warnings)\n"
    rows, commands = sanitizer(dirty, clean)
    assert [(row["what"], row["good"]) for row in rows] == [
        (tool, True) for tool in ("memcheck", "racecheck", "synccheck", "initcheck")
    ]
    assert all(row["good"] for row in sanitizer(dirty, harmless)[0])
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


def test_the_profiler_watches_two_launches_and_leaves_the_clocks_alone(monkeypatch):
    module, commands = import_module("bench.helpers.gpu_steps.profile"), []

    def output_of(command, seconds):
        commands.append(command)
        return ("told", 0) if command[-1] == "41" else ("", None)

    monkeypatch.setattr(module, "find_program", lambda name: f"/bin/{name}")
    monkeypatch.setattr(module, "output_of", output_of)
    rows = list(module.profile())
    assert [(row["tiles"], row["exit"], row.get("error")) for row in rows] == [
        (41, 0, None),
        (396, None, "cut after 14 seconds"),
    ]
    for command, tiles in zip(commands, ("41", "396"), strict=True):
        assert command[command.index("--clock-control") + 1] == "none"
        assert command[-3:] == ["bench.helpers.gpu_steps.watched", "launch", tiles]


# ------------------------------------------------------------------ what fails, and what is cut


def test_a_program_that_takes_too_long_is_ended_with_those_that_it_started():
    """They hold its output open: nobody would come to read it."""
    programs, began = import_module("bench.helpers.gpu_steps.programs"), time.perf_counter()
    told, code = programs.output_of(["sh", "-c", "echo told; sleep 100 & wait"], 1.0)
    assert (told, code) == ("told\n", None)
    assert time.perf_counter() - began < 50
    assert programs.output_of(["sh", "-c", "echo told; exit 3"], 60.0) == ("told\n", 3)


def test_each_test_that_has_ended_is_known_when_the_others_are_cut(tmp_path):
    """And one that fails stops none, nor does a warning fail one."""
    file = tmp_path / "test_some.py"
    file.write_text(
        textwrap.dedent(
            """
            import time, warnings, pytest

            @pytest.mark.parametrize("name", ["one name"])
            def test_passes(name):
                warnings.warn("of compiled code", stacklevel=1)

            def test_fails():
                assert 1 == 2

            def test_is_left_out():
                pytest.skip("not here")

            def test_lasts():
                time.sleep(LAST)
            """
        ).replace("LAST", "100")
    )
    step, running = (import_module(f"bench.helpers.gpu_steps.{name}") for name in ("device_tests", "running"))
    first = [
        {"what": "test_passes[one name]", "good": True},
        {"what": "test_fails", "good": False},
        {"what": "test_is_left_out", "skipped": "not here"},
    ]
    rows = running.apart(lambda: step.device_tests(file), 60.0)
    assert [next(rows) for _ in first] == first
    rows.close()  # as at the limit
    file.write_text(file.read_text().replace("100", "0"))
    *others, last = running.apart(lambda: step.device_tests(file), 60.0)
    assert others == [*first, {"what": "test_lasts", "good": True}]
    assert (last["what"], last["good"]) == ("pytest", False)
    assert "1 failed, 2 passed, 1 skipped" in last["summary"]
    assert "assert 1 == 2" in last["output"]


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
    done = called(module, ["--results", str(tmp_path), "--part", "check"])
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
