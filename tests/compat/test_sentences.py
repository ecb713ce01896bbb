"""What is given as sentences, or as a file of them, and is neither."""

from pathlib import Path

import pytest

from fastw2v.compat.gensim import LineSentence, Word2Vec
from fastw2v.errors import CorpusTypeError, ParameterError

SENTENCES = [["red", "wine"], ["red", "rose"]] * 5
PLAIN = {"vector_size": 4, "min_count": 1, "workers": 1, "sample": 0}


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (
            "red wine and rose",
            CorpusTypeError,
            r"sentences is the string .*, and there is no file .*\[text.split\(\)\]",
        ),
        ([Path("a.txt")], CorpusTypeError, r"sentences\[0\] is the path a.txt: a file is given by corpus_file=path"),
        (["red", "wine"], CorpusTypeError, r"in sentences\]; a list of words, .*, is one sentence: pass \[words\]$"),
        (["red wine", "rose"], CorpusTypeError, r"\[text.split\(\) for text in sentences\]$"),
        (lambda: SENTENCES, CorpusTypeError, r"sentences cannot be <function .*call it"),
        (enumerate(SENTENCES), CorpusTypeError, r"sentences\[0\] is \(0, .*pass its tokens alone"),
        ([SENTENCES], CorpusTypeError, r"sentences\[0\] is .*, a list of lists"),
        (LineSentence(["red wine"]), ParameterError, r"LineSentence\(\['red wine'\]\): it must be the path"),
    ],
)
def test_what_are_no_sentences(given, error, message):
    with pytest.raises(error, match=message):
        Word2Vec(given, **PLAIN)


@pytest.mark.parametrize("given", [["a.txt"], SENTENCES, 60])
def test_a_corpus_file_is_a_path(given):
    with pytest.raises(ParameterError, match=r"corpus_file=.*: it must be the path of one file"):
        Word2Vec(corpus_file=given, **PLAIN)


def test_one_of_the_two_is_given():
    model = Word2Vec(SENTENCES, **PLAIN)
    with pytest.raises(ParameterError, match=r"both were given, corpus_file=60 .*numbers go by name"):
        model.train(SENTENCES, 60, 5)
    with pytest.raises(ParameterError, match="there is nothing to read"):
        model.train(epochs=1)


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [("t.csv", "id,text\n1,red wine\n", "a table"), ("t.txt", '{"text": "red wine"}\n', "JSON")],
)
def test_tables_are_read_as_gensim_reads_them_and_warned_of(tmp_path, name, text, what):
    path = tmp_path / name
    path.write_text(text * 9)
    with pytest.warns(RuntimeWarning, match=f"{name} is {what}, .*; it is read as plain text all the same, as gensim"):
        Word2Vec(corpus_file=str(path), **PLAIN)
