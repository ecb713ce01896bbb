"""The record of a training in model files."""

import json

import numpy as np
import pytest

from fastw2v.errors import CorpusTypeError, FormatError
from fastw2v.training.record import read_record, record


def split_at_bars(text):
    return text.split("|")


def test_what_is_recorded_is_read_again():
    kept = record({"window": 3, "negative": 7}, [1.5, 1.25], "words", 9)
    assert read_record("v.fw2v", kept) == kept
    assert read_record("v.fw2v", {"other": 1}) == record({}, [], None, None)


def test_parameters_that_a_file_can_hold_are_kept():
    given = {
        "window": np.int64(3),
        "min_count": 2,
        "max_vocab": None,
        "errors": "replace",
        "n_jobs": 1,
        "random_state": 7,
        "frozen": ("red", "wine"),
    }
    lost = {"callbacks": (print,), "corpus": "text.txt", "frozen": [("a", "tuple")]}
    kept = json.loads(json.dumps(record(given | {"corpus": "text.txt", "callbacks": (print,)}, [], None, 1)))
    assert read_record("v.fw2v", kept)["parameters"] == given | {"frozen": ["red", "wine"]}
    assert record(lost | {"random_state": np.random.default_rng()}, [], None, 1)["parameters"] == {}


def test_of_a_function_the_name_is_kept_and_its_absence_is_told():
    kept = json.loads(json.dumps(record({"tokenizer": split_at_bars}, [], split_at_bars, 1)))
    found = read_record("v.fw2v", kept)
    for lost in (found["tokenizer"], found["parameters"]["tokenizer"]):
        with pytest.raises(CorpusTypeError, match=r"load\(path, tokenizer=split_at_bars\)"):
            lost("red|wine")
    assert record(found["parameters"], [], found["tokenizer"], 1) == kept


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("parameters", []),
        ("parameters", {"window": 0}),
        ("parameters", {"window": "wide"}),
        ("parameters", {"min_count": -1}),
        ("parameters", {"tokenizer": "bpe"}),
        ("parameters", {"random_state": "1"}),
        ("parameters", {"frozen": "word"}),
        ("parameters", {"frozen": [[]]}),
        ("loss_history", 3),
        ("loss_history", [1.0, "low"]),
        ("tokenizer", "bpe"),
        ("tokenizer", 5),
        ("tokenizer", {"function": 3}),
        ("seed", "1"),
    ],
)
def test_a_damaged_record_is_named(entry, value):
    with pytest.raises(FormatError, match=rf"v\.fw2v: its record of {entry} is damaged"):
        read_record("v.fw2v", {entry: value})
