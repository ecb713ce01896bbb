"""Phases: when they are shown, what is shown, and that nobody pays for what nobody sees."""

import threading

import pytest

from fastw2v.progress.phase import PATIENCE, SILENT, Fact, Phase, begin_phase


def test_without_verbose_a_phase_is_silent(screen):
    with begin_phase("loading", total=3, verbose=0) as phase:
        assert phase is SILENT
        phase.expect(4)
        phase.advance()
        phase.reach(2)
        phase.count(lambda: 1 / 0, "words")
        phase.tell(lambda: 1 / 0)
        items = [1, 2]
        assert phase.over(items) is items
    assert screen.shown == screen.ended == []


def test_what_is_short_is_never_shown(clock, screen):
    with begin_phase("loading", total=10, unit="bytes", verbose=1) as phase:
        for _ in range(10):
            clock.wait(PATIENCE / 11)
            phase.advance()
    assert screen.shown == screen.ended == []
    assert screen.closed == 0


def test_what_is_long_is_shown_twice_a_second_and_at_its_end(clock, screen):
    with begin_phase("loading", total=1_000, unit="bytes", verbose=1) as phase:
        for _ in range(1_000):
            clock.wait(0.01)
            phase.advance()
    assert len(screen.shown) == pytest.approx(18, abs=1)  # ten seconds without the first
    assert screen.shown[0] == ["loading: 10%"]
    assert screen.shown[-2] == ["loading: 95%, 100 B/s, 0:01 left"]
    assert screen.ended == ["loading: 100%, 100 B/s, 10.0 s"]
    assert screen.closed == 1


def test_an_error_ends_a_phase_where_it_stands(clock, screen):
    def work():
        with begin_phase("loading", total=10, unit="bytes", verbose=1) as phase:
            for _ in range(4):
                clock.wait(1)
                phase.advance()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert screen.ended == ["loading: 40%, 1 B/s, stopped"]  # and no time left
    assert screen.closed == 1


def test_of_an_unknown_length_there_is_no_share(clock, screen):
    with begin_phase("counting", verbose=1) as phase:
        phase.count(lambda: phase.done / 2, "words")
        clock.wait(2)
        phase.advance(8_000)
    assert screen.shown == [["counting: 4.00k words, 2.00k words/s, 0:02"]]


def test_items_are_counted_as_they_go_by(clock, screen):
    def items():
        for number in range(1_000):
            clock.wait(0.01)
            yield number

    with begin_phase("reading", total=1_000, verbose=1) as phase:
        assert list(phase.over(items())) == list(range(1_000))
    assert phase.done == 1_000
    assert [lines[0].split(",")[0] for lines in screen.shown] == [
        "reading: 25%",
        "reading: 51%",
        "reading: 76%",
        "reading: 100%",
    ]


def test_facts_are_asked_for_only_when_something_is_drawn(clock, screen):
    asked = []
    with begin_phase("training", total=100, verbose=1) as phase:
        phase.tell(lambda: asked.append(phase.done) or [Fact("a fact"), Fact("")])
        for _ in range(100):
            clock.wait(0.1)
            phase.advance()
    assert len(asked) < 40
    assert screen.ended == ["training: 100%, a fact, 10.0 s"]


def test_threads_count_and_the_one_that_began_draws(clock, screen):
    drawn_by = []
    screen.show = lambda rows: drawn_by.append(threading.get_ident())
    with begin_phase("counting", total=8_000, verbose=1) as phase:
        clock.wait(5)
        threads = [threading.Thread(target=lambda: [phase.advance() for _ in range(1_000)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert drawn_by == []
        phase.advance(0)
    assert drawn_by == [threading.get_ident()]
    assert phase.done == 8_000


def test_phases_of_several_threads_share_the_screen(clock, screen):
    first, second = Phase("one", 10), Phase("two", 10)
    clock.wait(2)
    first.reach(1)
    second.reach(2)
    assert screen.shown == [["one: 10%"], ["one: 10%", "two: 20%"]]
    first.end()
    assert screen.closed == 0
    second.end()
    assert screen.closed == 1
