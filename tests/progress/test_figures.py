"""Figures in words."""

import pytest

from fastw2v.progress.figures import format_large, format_rate, format_seconds, format_took


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.6, "1:00"), (3599.4, "59:59"), (3600, "1:00:00"), (float("inf"), "-:--"), (-1, "-:--")],
)
def test_times(seconds, text):
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.004, "0.00 s"), (9.996, "10.0 s"), (59.94, "59.9 s"), (60, "1:00")])
def test_what_was_short_is_told_exactly(seconds, text):
    assert format_took(seconds) == text


@pytest.mark.parametrize("number", [0, 5, 999, 999.6, 1_000, 9_995, 99_950, 999_500, 1e6, 9.99e8, 1e9, 3.4e12])
def test_large_numbers_take_five_characters_and_are_nearly_right(number):
    text = format_large(number)
    assert len(text) <= 5
    sizes = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    value = float(text.rstrip("kMGT")) * sizes.get(text[-1], 1)
    assert value == pytest.approx(number, rel=0.006)


def test_speeds():
    assert format_rate(2_500, "questions") == "2.50k questions/s"
    assert format_rate(12, "bytes") == "12 B/s"
    assert format_rate(0, "words") == ""
