"""Why a run trains no pair, or hardly any: what its sentences hold, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fastw2v.errors import warn_user
from fastw2v.planning.subsampling import KEEPS_ALL, kept_share
from fastw2v.planning.windows import expected_weights, kept_pairs
from fastw2v.progress.figures import counted

if TYPE_CHECKING:
    from fastw2v.corpus.encoded_corpus import EncodedCorpus
    from fastw2v.planning.plan import Plan
    from fastw2v.planning.tables import Tables
    from fastw2v.planning.training_parameters import TrainingParameters

_MOSTLY = 0.5
# So small a share of the pairs is that of no text. With the default sample, 3,000 words of an encyclopedia or a
# newspaper keep at least 0.18 of their pairs, cut into sentences of six words and with min_count=5, and 10,000 words
# 0.36. A thousand words keep 0.05, but those are 34 words such as "the", and sample=0 is right for them.
_HARDLY_ANY = 0.1


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
    if 1 < report.raw_sentences == report.raw_tokens and not report.files and corpus.tokenizer != "tokens":
        return f"{found}, since they hold {report.raw_tokens:,} in all; a list of words is one text: pass [words]"
    if report.coverage >= _MOSTLY or not report.raw_tokens:
        return f"{found}; pass longer sentences"
    return (
        f"{found}, in which {report.coverage:.1%} of the {report.raw_tokens:,} tokens are; lower min_count, or bring "
        "the text and the vocabulary to the same case and tokenizer"
    )


def doubt_sample(corpus: EncodedCorpus, plan: Plan, tables: Tables, params: TrainingParameters) -> None:
    """Warn if subsampling drops nearly all pairs of a corpus, as it does where a few words make up all of it."""
    counts: NDArray[np.int64] = corpus.count_words() if tables.counts is None else tables.counts
    tokens = int(counts.sum())
    kept = kept_share(counts, tables.keep_threshold)
    if kept**2 >= _HARDLY_ANY:  # of pairs, subsampling keeps the square or more
        return
    weights = expected_weights(params.shrink_windows, params.architecture, plan.window)
    lengths, times = corpus.sentence_lengths()
    share = kept_pairs(weights, lengths, kept, times)
    if share < _HARDLY_ANY:
        frequent = counted(int(np.count_nonzero((tables.keep_threshold < KEEPS_ALL) & (counts > 0))), "word")
        remedy = "for small texts, items, ids and walks pass sample=0, which keeps all"
        usual = type(params).sample
        if params.sample < usual:
            remedy = f"raise sample ({usual:g} is usual), or pass 0, which keeps all"
        if corpus.report.coverage < _MOSTLY:
            remedy = f"lower min_count, which leaves out {1 - corpus.report.coverage:.0%} of the text, or {remedy}"
        warn_user(
            f"sample={params.sample:g} drops {1 - share:.1%} of the pairs of the {tokens:,} tokens, since {frequent} "
            f"make up most of them: {remedy}"
        )
