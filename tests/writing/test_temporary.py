"""Temporary files left by dead processes are swept; those of living ones stay."""

from fastw2v.writing.atomic import open_atomic


def test_leftovers_of_the_dead_are_swept_and_those_of_the_living_stay(tmp_path, temporaries):
    dead = tmp_path / ".fastw2v-0123456789abcdef.tmp"
    dead.write_bytes(b"half a file")
    others = [tmp_path / ".fastw2v-notes.tmp", tmp_path / "fastw2v-0123456789abcdef.tmp", tmp_path / ".other.tmp"]
    for other in others:
        other.write_bytes(b"somebody's")
    with open_atomic(tmp_path / "first") as writer:
        living = [path for path in temporaries() if path not in (dead, *others)]
        assert len(living) == 1
        assert not dead.exists()
        with open_atomic(tmp_path / "second") as second:
            second.write(b"2")
        assert living[0].exists()
        writer.write(b"1")
    assert (tmp_path / "first").read_bytes() == b"1"
    assert {path.name for path in tmp_path.iterdir()} == {"first", "second", *(other.name for other in others)}


def test_a_sweep_between_making_and_locking_is_noticed(tmp_path, monkeypatch, temporaries):
    import fcntl

    real, calls = fcntl.flock, []

    def sweep_first(descriptor, operation):
        calls.append(descriptor)
        if len(calls) == 1:
            for path in temporaries():
                path.unlink()
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", sweep_first)
    with open_atomic(tmp_path / "file") as writer:
        writer.write(b"x")
    assert len(calls) == 2
    assert (tmp_path / "file").read_bytes() == b"x"
