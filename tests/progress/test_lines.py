"""Lines in a file or a log: one every ten seconds, one at the end."""

import io

from fastw2v.progress.lines import Lines
from fastw2v.progress.snapshot import Fact, Snapshot


def at(elapsed, name="training", ended=False):
    return Snapshot(name, elapsed / 40, (Fact("1.20M words/s"),), elapsed, 40 - elapsed, ended)


def test_a_line_every_ten_seconds_and_one_at_the_end():
    stream = io.StringIO()
    lines = Lines(stream)
    for second in range(40):
        lines.show({"key": at(second)})
    lines.end("key", {"key": at(40, ended=True)})
    lines.close()
    assert stream.getvalue().splitlines() == [
        "training: 25%, 1.20M words/s, 0:30 left",
        "training: 50%, 1.20M words/s, 0:20 left",
        "training: 75%, 1.20M words/s, 0:10 left",
        "training: 100%, 1.20M words/s, 40.0 s",
    ]


def test_each_of_several_phases_has_its_own_ten_seconds():
    stream = io.StringIO()
    lines = Lines(stream)
    for second in range(5, 25):
        lines.show({"first": at(second, "one"), "second": at(second - 5, "two")})
    names = [line.split(",")[0] for line in stream.getvalue().splitlines()]
    assert names == ["one: 25%", "two: 25%", "one: 50%"]


def test_no_line_holds_what_moves_a_cursor():
    stream = io.StringIO()
    Lines(stream).end("key", {"key": at(40, ended=True)})
    assert stream.getvalue().isprintable() or stream.getvalue().endswith("\n")
    assert not set(stream.getvalue()) & {"\r", "\x1b", "\b"}
