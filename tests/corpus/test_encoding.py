"""Parameters of `encode`: checked before anything is read."""

import pytest

from fastw2v.corpus.encoding import encode
from fastw2v.errors import CorpusError, CorpusTypeError, ParameterError


@pytest.mark.parametrize(
    "parameters",
    [
        {"min_count": -1},
        {"min_count": 2.0},
        {"min_count": True},
        {"min_count": "5"},
        {"max_vocab": 1},
        {"max_vocab": float("nan")},
        {"n_jobs": 0},
        {"n_jobs": -2},
        {"errors": "surrogateescape"},
        {"errors": None},
        {"tokenizer": "word"},
        {"tokenizer": 3},
        {"tokenizer": "tokens"},
        {"vocabulary": "abc"},
        {"vocabulary": 5},
    ],
)
def test_parameters_are_checked(text_folder, parameters):
    with pytest.raises(ParameterError, match=next(iter(parameters))):
        encode(text_folder, **{"min_count": 1, **parameters})


@pytest.mark.parametrize(
    ("vocabulary", "error", "message"),
    [
        (["a"], CorpusError, "vocabulary"),
        ([], CorpusError, "vocabulary"),
        (["a", "b", "a"], ParameterError, "the word 'a' appears twice, in rows 0 and 2"),
    ],
)
def test_impossible_vocabularies_are_refused(text_folder, vocabulary, error, message):
    with pytest.raises(error, match=message):
        encode(text_folder, vocabulary=vocabulary)


def test_a_vocabulary_of_objects_that_cannot_be_words_is_refused(text_folder):
    with pytest.raises(CorpusTypeError, match=r"vocabulary\[0\] is \['a'\] \(list\); tokens must be"):
        encode(text_folder, vocabulary=[["a"], "b"])


@pytest.mark.parametrize("given", ["whitespace", str.split])
def test_a_tokenizer_for_a_corpus_that_is_split_already_is_warned_of(given):
    corpus = encode([["a", "b", "c"]] * 9, min_count=1)
    name = "split" if callable(given) else "'whitespace'"
    with pytest.warns(RuntimeWarning, match=rf"tokenizer={name} has no effect on an EncodedCorpus, .* \('tokens'\)"):
        assert encode(corpus, min_count=1, tokenizer=given) is corpus
    assert encode(corpus, min_count=1, tokenizer="tokens") is corpus


def test_how_text_is_read_has_no_effect_on_an_encoded_corpus():
    corpus = encode([["a", "b"]] * 9, min_count=1)
    for options, told in (
        ({"errors": "ignore"}, "errors='ignore' has no effect on an EncodedCorpus, which is read already: pass it to"),
        ({"spool": True}, "spool=True has no effect"),
        ({"errors": "replace", "spool": "/tmp"}, "errors='replace' and spool='/tmp' have no effect"),
    ):
        with pytest.warns(RuntimeWarning, match=told):
            encode(corpus, min_count=1, **options)
