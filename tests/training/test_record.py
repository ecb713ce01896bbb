"""The record of a training in model files."""

import pytest

from fastw2v.errors import FormatError
from fastw2v.training.record import read_record, record


def test_what_is_recorded_is_read_again():
    kept = record({"window": 3, "negative": 7}, [1.5, 1.25], "words", 9)
    assert read_record("v.fw2v", kept) == kept
    assert record({}, [], str.split, None)["tokenizer"] is None
    assert read_record("v.fw2v", {"other": 1}) == record({}, [], None, None)


@pytest.mark.parametrize(
    ("entry", "value"),
    [("parameters", []), ("parameters", {"window": 0}), ("loss_history", 3), ("tokenizer", "bpe"), ("seed", "1")],
)
def test_a_damaged_record_is_named(entry, value):
    with pytest.raises(FormatError, match=rf"v\.fw2v: its record of {entry} is damaged"):
        read_record("v.fw2v", {entry: value})
