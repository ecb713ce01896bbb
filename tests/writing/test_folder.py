"""All-or-nothing folders: the old content or the new, whole, and no leftovers."""

import errno
import fcntl
import os

import pytest

from fastw2v.writing.atomic import open_atomic
from fastw2v.writing.folder import new_folder


def test_a_folder_that_fails_leaves_nothing(tmp_path, names_in):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "kept").write_text("kept")

    def fail(name):
        with new_folder(tmp_path / name, overwrite=True) as folder:
            (folder / "half").write_text("half")
            raise KeyError

    for name in ("new", "old"):
        with pytest.raises(KeyError):
            fail(name)
    assert names_in(tmp_path) == ["old"]
    assert names_in(tmp_path / "old") == ["kept"]


def test_a_fault_in_a_folder_names_the_file_that_was_asked_for(tmp_path):
    target = tmp_path / "made"
    with pytest.raises(OSError, match="writing failed") as failed, new_folder(target) as folder:
        raise OSError(28, "writing failed", str(folder / "vectors.tsv"))
    assert failed.value.filename == str(target / "vectors.tsv")


def test_folders_of_dead_writers_are_swept_and_those_of_living_ones_stay(tmp_path, names_in):
    dead = tmp_path / ".fastw2v-0123456789abcdef.folder"
    dead.mkdir()
    (dead / "half").write_text("half")
    with new_folder(tmp_path / "outer") as living, new_folder(tmp_path / "inner"):
        assert not dead.exists()
        dead.mkdir()
        with open_atomic(tmp_path / "file.vec") as writer:
            writer.write(b"1 1\na 1\n")
        assert not dead.exists()
        assert living.exists()
    assert names_in(tmp_path) == ["file.vec", "inner", "outer"]


def test_a_sweep_at_any_point_of_making_a_folder_is_noticed(tmp_path, monkeypatch):
    """The first is removed before it is opened, the second is locked by the sweep, the third gone once it is locked."""
    real_open, real_flock, calls = os.open, fcntl.flock, []

    def sweep_before_opening(path, flags, *mode, **options):
        if str(path).endswith(".folder") and "open" not in calls:
            calls.append("open")
            os.rmdir(path)
        return real_open(path, flags, *mode, **options)

    def sweep_while_locking(descriptor, operation):
        calls.append("flock")
        (folder,) = tmp_path.glob(".fastw2v-*.folder")
        if calls.count("flock") == 1:
            os.rmdir(folder)
            raise BlockingIOError(errno.EWOULDBLOCK, "another sweep holds it")
        if calls.count("flock") == 2:
            os.rmdir(folder)
        real_flock(descriptor, operation)

    monkeypatch.setattr(os, "open", sweep_before_opening)
    monkeypatch.setattr(fcntl, "flock", sweep_while_locking)
    with new_folder(tmp_path / "made") as folder:
        (folder / "file").write_text("x")
    assert calls == ["open", "flock", "flock", "flock"]
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_what_somebody_adds_during_the_exchange_stays(tmp_path, monkeypatch, names_in):
    target = tmp_path / "out"
    with new_folder(target) as folder:
        (folder / "file").write_text("old")
    real = os.replace

    def add_meanwhile(source, name):
        (old,) = (path for path in tmp_path.glob(".fastw2v-*.folder") if path != source)
        (old / "precious").write_text("kept")
        real(source, name)

    monkeypatch.setattr(os, "replace", add_meanwhile)
    with new_folder(target, overwrite=True) as folder:
        (folder / "file").write_text("new")
    assert names_in(tmp_path) == ["out"]
    assert [(target / name).read_text() for name in ("file", "precious")] == ["new", "kept"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_current_folder_is_not_replaced_under_the_feet(tmp_path, monkeypatch, names_in, overwrite):
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(OSError, match="this is the current folder, which would be replaced"),
        new_folder(".", overwrite=overwrite),
    ):
        pass
    assert os.path.samefile(os.getcwd(), tmp_path)
    assert names_in(tmp_path) == []
