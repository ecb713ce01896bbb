"""Chunks: where a corpus is cut, and how bursts of one word become chunks of their own."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastw2v import EncodedCorpus, _sampler
from fastw2v.planning import chunks, plan
from fastw2v.planning.training_parameters import TrainingParameters


@given(st.lists(st.one_of(st.integers(0, 60), st.integers(0, 12_000)), min_size=1, max_size=300))
def test_chunks_cover_the_corpus_and_end_where_they_should(lengths):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    corpus = SimpleNamespace(ids=np.arange(offsets[-1], dtype=np.int32), offsets=offsets)
    begin, sentence, shift = chunks.cut_corpus(
        corpus, np.ones(offsets[-1]), np.ones(offsets[-1]), 32, np.full(len(lengths), 6.0), 6.0, TrainingParameters()
    )
    assert not shift.any()
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
    corpus = SimpleNamespace(ids=np.zeros(0, np.int32), offsets=np.array([0, 0, 0]))
    begin, sentence, shift = chunks.cut_corpus(
        corpus, np.ones(1), np.ones(1), 32, np.zeros(2), 6.0, TrainingParameters()
    )
    assert begin.tolist() == [0]
    assert len(sentence) == len(shift) == 0


def shares_one_by_one(ids, keep, scale, piece, longest):
    """`_sampler.local_shares`, stretch by stretch."""
    shares, begin = np.zeros(-(-len(ids) // piece)), 0
    for end in [*range(16, len(ids), 16), len(ids)]:
        while begin + 16 < end:
            kept = keep[ids[begin:end]].sum()
            if kept - 48 <= keep[ids[begin : begin + 16]].sum() / 2 and end - begin <= longest:
                break
            begin += 16
        stretch, last = ids[begin:end], ids[(end - 1) // 16 * 16 : end]
        share = (np.bincount(stretch, keep[stretch])[last] * scale[last]).max() / max(24, keep[stretch].sum())
        touched = slice(begin // piece, (end - 1) // piece + 1)
        shares[touched] = np.maximum(shares[touched], share)
    return shares


@pytest.mark.parametrize("tokens", [1, 15, 16, 17, 1000, 5003])
@pytest.mark.parametrize("most", [1.0, 0.1])
def test_local_shares_are_those_of_the_stretches_around(tokens, most):
    rng = np.random.default_rng()
    ids = np.minimum(rng.zipf(1.5, tokens), 300).astype(np.int32)
    keep, scale = most * rng.random(301), rng.random(301)
    found = _sampler.local_shares(ids, keep, scale, 64, 400)
    assert np.allclose(found, shares_one_by_one(ids, keep, scale, 64, 400), rtol=0, atol=1e-12)


def test_local_shares_find_a_burst_where_it_is():
    ids = np.concatenate([np.arange(4000) % 900, np.full(200, 900), np.arange(3800) % 900]).astype(np.int32)
    shares = _sampler.local_shares(ids, np.ones(901), np.ones(901), 128, 5000)
    assert (shares[32:33] == 1).all()  # tokens 4,096 to 4,223
    assert (shares[:31] < 0.05).all()
    assert (shares[35:] < 0.05).all()
    rarely = np.ones(901)
    rarely[900] = 0.1  # of 200 tokens 20 are kept, still in a row
    assert 0.4 < _sampler.local_shares(ids, rarely, np.ones(901), 128, 5000).max() < 0.6
    assert _sampler.local_shares(ids, rarely, np.full(901, 0.5), 128, 5000).max() < 0.3
    assert _sampler.local_shares(ids[:0], rarely, np.ones(901), 128, 5000).tolist() == []


def test_a_burst_becomes_a_chunk_of_its_own():
    rng = np.random.default_rng()
    ids = rng.integers(0, 900, 12_000).astype(np.int32)
    ids[6_000:6_300] = 900
    corpus = EncodedCorpus.from_ids(ids.reshape(-1, 20), [str(word) for word in range(901)])
    made = plan.make_plan(corpus, TrainingParameters(sample=0), 0)
    begins, shift = made.chunk_begin, made.chunk_shift
    (burst,) = np.flatnonzero(np.diff(shift, prepend=0) > 0)[:1]
    assert 5_900 - 128 <= begins[burst] <= 6_000
    assert shift[(begins[:-1] < 6_300) & (begins[1:] > 6_000)].min() >= 1
    assert not shift[(begins[1:] <= 5_900 - 128) | (begins[:-1] >= 6_400 + 128)].any()
    assert begins.tolist() == sorted(set(begins.tolist()))
    assert {0, 4_000, 8_000, 12_000} <= set(begins.tolist())
    assert made.chunk_sentence.tolist() == (begins[:-1] // 20).tolist()


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_a_piece_has_the_pairs_of_its_fullest_sentence(lengths):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    pairs = np.array(lengths, float) % 7  # one number for each sentence, in no order
    found = chunks.piece_pairs(offsets, pairs)
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    pieces = [sentence[at : at + chunks.PIECE_TOKENS] for at in range(0, len(sentence), chunks.PIECE_TOKENS)]
    assert len(found) == len(pieces)
    for each, piece in zip(found, pieces, strict=True):
        assert each >= max(pairs[piece])
        assert each <= max(pairs[piece.min() : piece.max() + 1])  # an empty sentence in between may count
