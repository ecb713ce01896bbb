"""All-or-nothing files: old content or new, whole, whatever happens."""

import errno
import os
import resource
import signal
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from fastw2v import formats
from fastw2v.errors import FormatError
from fastw2v.vectors import WordVectors
from fastw2v.writing.atomic import open_atomic

NAMES = ["v.fw2v", "v.txt", "v.txt.gz", "v.bin", "v.bin.gz"]
OLD = WordVectors(np.full((3, 4), 1.0), ["a", "b", "c"])
NEW = WordVectors(np.full((3, 4), 2.0), ["x", "y", "z"])


def write(path, data):
    with open_atomic(path) as writer:
        writer.write(data)


def test_a_file_takes_its_content_at_the_end_only(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with open_atomic(path) as writer:
        writer.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail():
        with open_atomic(path) as writer:
            writer.write(b"new")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_any_buffer_is_written_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("fastw2v.writing.atomic._WRITE_BYTES", 7)
    array = np.arange(100, dtype=np.float32).reshape(10, 10)
    with open_atomic(tmp_path / "file") as writer:
        assert writer.write(array) == 400
        assert writer.write(b"") == 0
        assert writer.write(np.empty((0, 3))) == 0
        assert writer.write(memoryview(b"end")) == 3
    assert (tmp_path / "file").read_bytes() == array.tobytes() + b"end"


def test_short_writes_are_continued(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:3])))
    write(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_file_and_folder_are_brought_to_the_disk_in_this_order(tmp_path, monkeypatch):
    calls = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor):
        calls.append("sync " + os.readlink(f"/proc/self/fd/{descriptor}").rpartition(".")[2])
        real_sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", lambda *names: (calls.append("rename"), real_replace(*names)))
    folder = tmp_path / "in.folder"
    folder.mkdir()
    write(folder / "file", b"x")
    assert calls == ["sync tmp", "rename", "sync folder"]


def test_the_mode_of_a_replaced_file_stays_and_a_new_one_follows_the_umask(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        write(old, b"x")
        write(new, b"x")
    finally:
        os.umask(before)
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    link.symlink_to(target)
    write(link, b"x")
    assert link.is_symlink()
    assert target.read_bytes() == b"x"


def test_the_longest_name_works(tmp_path):
    write(tmp_path / ("n" * 255), b"x")
    assert (tmp_path / ("n" * 255)).read_bytes() == b"x"


def test_folders_and_missing_folders_are_errors_that_name_the_path(tmp_path):
    with pytest.raises(IsADirectoryError, match=str(tmp_path)):
        write(tmp_path, b"x")
    with pytest.raises(FileNotFoundError, match="missing/file"):
        write(tmp_path / "missing" / "file", b"x")


@pytest.mark.fault("a full disk, a folder that may not be written")
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_may_not_be_written_to_stays(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="file"):
        write(path, b"x")
    path.chmod(0o644)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PermissionError, match="file"):
            write(path, b"x")
    finally:
        tmp_path.chmod(0o755)
    assert path.read_bytes() == b"old"


# -- no room --


@pytest.mark.fault("a full disk, a folder that may not be written")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("form", ["native", "text", "binary"])
def test_a_full_device_is_an_error_with_its_path(form):
    with pytest.raises(OSError, match=r"what was written so far is incomplete.*/dev/full") as caught:
        formats.save("/dev/full", OLD, format=form)
    assert caught.value.errno == errno.ENOSPC
    assert Path("/dev/full").is_char_device()


@pytest.mark.fault("a full disk, a folder that may not be written")
@pytest.mark.parametrize("name", NAMES)
def test_a_limit_on_file_size_leaves_the_old_file(tmp_path, name):
    path = tmp_path / name
    formats.save(path, OLD)
    before = path.read_bytes()
    large = WordVectors(np.random.default_rng(0).normal(size=(500, 50)), [f"w{i}" for i in range(500)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    try:
        with pytest.raises(OSError, match=name) as caught:
            formats.save(path, large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", NAMES)
def test_a_word_that_cannot_be_written_leaves_the_old_file(tmp_path, name):
    path = tmp_path / name
    formats.save(path, OLD)
    with pytest.raises(FormatError):
        formats.save(path, WordVectors(np.eye(2), ["fine", "\udc80"]))
    assert formats.load(path).index_to_key == ["a", "b", "c"]
    assert list(tmp_path.iterdir()) == [path]


def save_for_ever(path, form):
    words = [f"w{i}" for i in range(400)]
    turns = [WordVectors(np.full((400, 64), value, np.float32), words) for value in (1.0, 2.0)]
    while True:
        for vectors in turns:
            formats.save(path, vectors, format=form)


@pytest.mark.fault("kill -9 during a save")
@pytest.mark.parametrize("form", ["native", "binary"])
def test_kill_9_at_any_moment_leaves_one_whole_file(tmp_path, form, temporaries, trials):
    path = tmp_path / "vectors"
    formats.save(path, WordVectors(np.ones((400, 64)), [f"w{i}" for i in range(400)]), format=form)
    left_over = 0
    for turn in range(trials(50, 100)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the child only writes files; it needs no other thread
            child = os.fork()
        if child == 0:
            save_for_ever(path, form)
        time.sleep(0.002 + 0.0003 * (turn % 50))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        left_over += bool(temporaries())
        vectors = formats.load(path).vectors
        assert vectors.shape == (400, 64)
        assert vectors.min() == vectors.max()
    assert left_over > 0, "no kill came while a file was written"
    formats.save(path, NEW, format=form)
    assert list(tmp_path.iterdir()) == [path]


# -- memory-mapped files --


@pytest.mark.fault("a save over a mapped file")
def test_saving_over_a_mapped_file_leaves_both_whole(tmp_path):
    path = tmp_path / "v.safetensors"
    formats.save(path, OLD)
    mapped = formats.load(path, mmap=True)
    formats.save(path, NEW)
    assert (mapped.vectors == 1).all()
    assert (formats.load(path).vectors == 2).all()
    formats.save(path, mapped)  # also from the mapping itself
    assert (formats.load(path).vectors == 1).all()
    again = formats.load(path, mmap=True)
    formats.save(path, again)  # onto the very file that is mapped
    assert (again.vectors == 1).all()
    assert (formats.load(path).vectors == 1).all()
