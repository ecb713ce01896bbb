"""Answers are lists in every respect but their look in a notebook."""

import copy
import json
import pickle

import numpy as np
import pytest

from fastw2v import WordVectors
from fastw2v.vectors.neighbour_list import NeighbourList

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def wv():
    return WordVectors(np.array([[1, 0], [2, 1], [1, 1]], np.float32), ["a", EVIL, "c"])


def test_every_query_gives_one(wv):
    answers = [
        *(wv.most_similar("a"), wv.analogy("a", EVIL, "c"), wv.most_similar_cosmul(["a"])),
        *wv.most_similar_batch(["a", "c"]),
    ]
    with pytest.warns(RuntimeWarning, match="zero"):
        answers += [wv.most_similar(np.zeros(2)), *wv.most_similar_batch(np.zeros((1, 2)))]
    assert {type(answer) for answer in answers} == {NeighbourList}
    assert all(isinstance(answer, list) for answer in answers)


def test_it_is_a_list(wv):
    answer = wv.most_similar("a")
    plain = [*answer]
    assert answer == plain
    assert plain == answer
    assert repr(answer) == repr(plain)
    assert "\n" not in repr(answer)
    assert json.dumps(answer) == json.dumps(plain)
    assert dict(answer) == dict(plain)
    for other in (answer[:1], answer + plain, copy.copy(answer), copy.deepcopy(answer)):
        assert type(other) is list
    pickled = pickle.dumps(answer)
    assert b"fastw2v" not in pickled
    assert type(pickle.loads(pickled)) is list


def test_in_a_notebook_it_is_a_table_in_which_words_with_markup_do_no_harm(wv):
    html = wv.most_similar("a")._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.count("<tr>") == 2
    assert "0.894" in html
    assert "no words" in NeighbourList()._repr_html_()
