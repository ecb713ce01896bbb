"""Why a run trained no pair: what its sentences hold, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus

_MOSTLY = 0.5


def describe_no_pairs(corpus: EncodedCorpus) -> str:
    """Return the cause with its figures, and the remedy.

    Examples
    --------
    >>> from fastw2v.corpus.encoded_corpus import EncodedCorpus
    >>> describe_no_pairs(EncodedCorpus.from_ids([[0], [1]]))
    'none of 2 sentences holds two words of the vocabulary; pass longer sentences'
    """
    lengths, times = corpus.sentence_lengths()
    times = np.broadcast_to(times, lengths.shape)
    pairs = int(times[lengths > 1].sum())
    sentences = counted(int(times.sum()), "sentence")
    if pairs:
        return (
            f"{pairs:,} of {sentences} {'holds' if pairs == 1 else 'hold'} two words, and subsampling left none of "
            "them two; raise `sample`, or set it to 0, which keeps every token"
        )
    found = f"none of {sentences} holds two words of the vocabulary"
    report = corpus.report
    if report.coverage >= _MOSTLY or not report.raw_tokens:
        return f"{found}; pass longer sentences"
    return (
        f"{found}, in which {report.coverage:.1%} of the {report.raw_tokens:,} tokens are; lower min_count, or bring "
        "the text and the vocabulary to the same case and tokenizer"
    )
