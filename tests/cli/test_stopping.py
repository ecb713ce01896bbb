"""Ctrl-C, SIGTERM and SIGHUP: what was trained is kept, and the exit code says what ended the command."""

import signal
import subprocess
import textwrap
import time

import pytest

from fastw2v import formats
from fastw2v.cli.stopping import Ended, ended_in_order, interrupts_noted_in, one_interrupt_spared

LONG = ("--vector-size", "4", "--epochs", "100000", "-j", "1")


@pytest.fixture
def start(fastw2v_command, package_folder):
    """``start(*arguments)`` starts the command; what is still running at the end is killed."""
    started = []

    def run(*arguments, **options):
        command = [*fastw2v_command, *map(str, arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=package_folder, **pipes, **options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_until_it_trains(process):
    for line in process.stderr:
        if "words kept of" in line:
            break
    time.sleep(0.5)


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_that_the_system_ends_keeps_its_checkpoint(corpus, tmp_path, start, number, code, ignored):
    """Also where Ctrl-C is ignored, as in the jobs that a script leaves in the background."""
    ignore = (lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignored else None
    checkpoint = tmp_path / "run.fw2v"
    process = start(
        "train", corpus, "-o", tmp_path / "v", "--format", "text", *LONG, "--checkpoint", checkpoint, preexec_fn=ignore
    )
    wait_until_it_trains(process)
    if ignored:
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        assert process.poll() is None
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert f"--resume continues from {checkpoint}" in said
    assert len(formats.load(checkpoint)) == 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "run.fw2v"]


def test_a_command_that_waits_ends_at_once(file, start):
    process = start("nn", file)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    assert "Traceback" not in process.stderr.read()


def test_what_is_saved_after_an_interrupt_is_not_lost_by_another_one():
    told = []
    with one_interrupt_spared(lambda: told.append("writing")):
        signal.raise_signal(signal.SIGINT)
        assert told == ["writing"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_what_is_saved_gives_way_to_a_scheduler():
    """It sends SIGTERM once, and a writer may wait for the reader of a pipe."""
    told = []
    with pytest.raises(Ended), ended_in_order(), one_interrupt_spared(lambda: told.append("writing")):
        signal.raise_signal(signal.SIGTERM)
    assert told == []


def test_handlers_are_those_from_before_afterwards():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    noted = []
    with ended_in_order() as came, interrupts_noted_in(noted):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
    assert came == [signal.SIGTERM]
    assert noted == [signal.SIGTERM, signal.SIGINT]
    assert [signal.getsignal(number) for number in numbers] == before


def test_the_prompt_ends_at_sigterm_and_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_in_order() as came:
            signal.raise_signal(signal.SIGHUP)
            with pytest.raises(Ended):
                signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert came == [signal.SIGTERM]


def test_ctrl_c_while_modules_are_loading_is_no_traceback(run_python):
    code = """
        import sys

        class Interrupted:
            def find_spec(self, name, *rest):
                if name == "click":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Interrupted())
        from fastw2v.__main__ import main
        main()
    """
    done = run_python(textwrap.dedent(code))
    assert (done.returncode, done.stderr) == (130, "fastw2v: interrupted\n")
