"""What the command line makes of a launcher that has started it several times; no process is started here."""

from types import SimpleNamespace

import pytest

from fastw2v.cli import main
from fastw2v.distributed.launchers import process_number, processes_started

pytestmark = pytest.mark.filterwarnings("always")  # the command shows warnings


@pytest.fixture
def run_cli(capsys):
    """``run_cli(*arguments)`` calls the command in this process."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main(list(map(str, arguments)))
        return SimpleNamespace(code=left.value.code or 0, err=capsys.readouterr().err)

    return run


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the cat sat on the mat\n" * 20)
    return path


@pytest.mark.parametrize("variables", [{"PMI_SIZE": "8", "PMI_RANK": "{}"}, {"OMPI_COMM_WORLD_SIZE": "8"}])
def test_copies_of_one_training_are_refused_by_the_first_process(run_cli, text, tmp_path, monkeypatch, variables):
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value.format(0))
    done = run_cli("train", text, "-o", tmp_path / "v.fw2v")
    assert done.code == 2
    assert "has started 8 processes, and each would train alone and write the same file" in done.err
    assert not (tmp_path / "v.fw2v").exists()
    if "PMI_RANK" in variables:
        monkeypatch.setenv("PMI_RANK", "3")
        done = run_cli("train", text, "-o", tmp_path / "v.fw2v")
        assert (done.code, done.err) == (2, "")


def test_a_trial_is_one_of_one_process(run_cli, text):
    done = run_cli("train", text, "--dry-run", "--distributed")
    assert done.code == 2
    assert "--dry-run tries a run of one process: leave out --distributed" in done.err


def test_options_of_ranks_are_refused_in_their_own_words(run_cli, text, tmp_path):
    for options, message in (
        (["--sync-words", "7"], "--sync-words 7: it must be a whole number from 5,000"),
        (
            ["--sync-words", "9000"],
            "--sync-words 9000 has no effect on one rank: pass --distributed or --deterministic",
        ),
        (["--deterministic", "0"], "--deterministic 0: it must be a whole number from 1 to 64"),
        (["--deterministic", "2", "--device", "cuda"], "a GPU adds in any order; use --device cpu"),
    ):
        done = run_cli("train", text, "-o", tmp_path / "v.fw2v", *options)
        assert done.code == 1
        assert message in done.err


def test_virtual_ranks_are_trained_and_reported(run_cli, text, tmp_path):
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for path, jobs in zip(files, ("1", "2"), strict=True):
        done = run_cli(
            "train", text, "-o", path, "--deterministic", "2", "--seed", "1", "-j", jobs, "--vector-size", "4"
        )
        assert done.code == 0
        assert "2 ranks merge what they have learned" in done.err
    assert files[0].read_bytes() == files[1].read_bytes()


def test_launchers_are_known_by_what_they_set(monkeypatch):
    assert (processes_started(), process_number()) == ((1, ""), 0)
    monkeypatch.setenv("SLURM_NTASKS", "8")  # a batch script has it, in which the command runs once
    assert processes_started() == (1, "")
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "8")
    monkeypatch.setenv("SLURM_PROCID", "5")
    assert (processes_started(), process_number()) == ((8, "srun"), 5)
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "1")
    assert (processes_started(), process_number()) == ((1, ""), 0)
