"""Chunks: where a corpus is cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fastw2v.planning import chunks


@given(st.lists(st.one_of(st.integers(0, 60), st.integers(0, 12_000)), min_size=1, max_size=300))
def test_chunks_cover_the_corpus_and_end_where_they_should(lengths):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    begin, sentence = chunks.cut_corpus(offsets)
    assert begin[0] == 0
    assert begin[-1] == offsets[-1]
    sizes = np.diff(begin)
    assert (sizes > 0).all()
    assert (sizes <= 5000).all()
    for first, last, where in zip(begin[:-1], begin[1:], sentence, strict=True):
        assert offsets[where] <= first < offsets[where + 1]
        if last - first < 5000 and last < offsets[-1]:  # cut at a sentence end, the first one after 4,000 tokens
            assert last in offsets
            assert not ((offsets >= first + 4000) & (offsets < last)).any()


def test_an_empty_corpus_has_no_chunks():
    begin, sentence = chunks.cut_corpus(np.array([0, 0, 0]))
    assert begin.tolist() == [0]
    assert len(sentence) == 0


@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 1_000)), min_size=1, max_size=9), st.booleans())
def test_chunks_whose_tokens_take_long_are_short(lengths, cbow):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    usual = chunks.cut_corpus(offsets).begin
    for ordinary in (chunks.Work(20, 41.0, 500, cbow), chunks.Work(10**6, 6.0, 1, True)):
        assert np.array_equal(chunks.cut_corpus(offsets, ordinary).begin, usual)
    work = chunks.Work(10**6, 1001.0, 300, cbow)
    begin, sentence = chunks.cut_corpus(offsets, work)
    assert (begin[0], begin[-1]) == (0, offsets[-1])
    each = np.repeat(work.of_tokens(np.diff(offsets)), np.diff(offsets))
    done = np.concatenate([[0.0], np.cumsum(each)])
    for first, last, where in zip(begin[:-1], begin[1:], sentence, strict=True):
        assert offsets[where] <= first < offsets[where + 1]
        assert last == first + 1 or done[last] - done[first] <= chunks.CHUNK_WORK * (1 + 1e-9)
        if last not in offsets:
            assert done[last + 1] - done[first] > chunks.CHUNK_WORK * (1 - 1e-9)
