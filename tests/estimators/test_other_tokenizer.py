"""How documents are split: as the text of the vectors was, as far as anybody knows."""

import copy
import pickle

import numpy as np
import pytest

from fastw2v import DocVectorizer, Word2Vec, WordVectors, load
from fastw2v.errors import CorpusTypeError, ParameterError
from fastw2v.formats import save

QUICK = {"vector_size": 4, "min_count": 1, "sample": 0, "epochs": 1, "random_state": 1, "n_jobs": 1}


def test_vectors_know_how_their_text_was_split_wherever_they_come_from(tmp_path):
    """One text, one set of vectors, and one vector of a document."""
    (tmp_path / "corpus.txt").write_text("Paris is old .\nParis is red .\n" * 20)
    model = Word2Vec(tmp_path / "corpus.txt", **QUICK).fit()
    file, other, part = tmp_path / "vectors.fw2v", tmp_path / "other.safetensors", tmp_path / "part.fw2v"
    save(file, model)
    save(other, load(file))
    save(part, load(file, limit=4))
    copies = [model.vectors_[:], pickle.loads(pickle.dumps(model.vectors_)), WordVectors.from_gensim(model)]
    expected = DocVectorizer(model).fit_transform(["Paris ."])
    for vectors in (model.vectors_, *copies, load(file), Word2Vec.load(other).vectors_, file, other, part):
        vectorizer = DocVectorizer(vectors).fit(["Paris ."])
        assert vectorizer.tokenizer_ == "whitespace"
        assert np.array_equal(vectorizer.transform(["Paris ."]), expected)
    relearned = Word2Vec.load(file, tokenizer="words")
    assert [DocVectorizer(each).fit(["x"]).tokenizer_ for each in (relearned, relearned.vectors_)] == ["words"] * 2


def test_a_function_that_split_the_text_is_kept_by_copies_and_by_name_in_files(tmp_path):
    def split(text):
        return text.split("|")

    model = Word2Vec(["red|wine", "old|wine"] * 20, tokenizer=split, **QUICK).fit()
    assert copy.deepcopy(model.vectors_).tokenizer is split
    assert DocVectorizer(model.vectors_).fit_transform(["red|wine"]).any()
    save(tmp_path / "vectors.fw2v", model.vectors_)
    for vectors in (load(tmp_path / "vectors.fw2v"), pickle.loads(pickle.dumps(model.vectors_))):
        with pytest.raises(CorpusTypeError, match="fitted with the tokenizer split, a function"):
            DocVectorizer(vectors).fit_transform(["red|wine"])


def test_vectors_of_token_lists_take_strings_as_vectors_from_elsewhere_do(tmp_path):
    model = Word2Vec([["red", "wine"], ["old", "wine"]] * 20, **QUICK).fit()
    save(tmp_path / "v.fw2v", model.vectors_)
    for vectors in (model.vectors_, tmp_path / "v.fw2v", load(tmp_path / "v.fw2v")):
        assert DocVectorizer(vectors).fit_transform(["Red wine!"]).any()
    vectors = load(tmp_path / "v.fw2v")
    vectors.tokenizer = "whitespace"
    assert DocVectorizer(vectors).fit(["red wine"]).tokenizer_ == "whitespace"
    with pytest.raises(ParameterError, match="tokenizer='spaces'; give None"):
        vectors.tokenizer = "spaces"


def test_the_pickler_at_work_decides_whether_it_holds_a_function():
    joblib, cloudpickle = map(pytest.importorskip, ("joblib", "cloudpickle"))
    model = Word2Vec(["red|wine", "old|wine"] * 20, tokenizer=lambda text: text.split("|"), **QUICK).fit()
    assert pickle.loads(cloudpickle.dumps([model.vectors_]))[0].tokenizer("a|b") == ["a", "b"]
    [found] = joblib.Parallel(n_jobs=2)([joblib.delayed(DocVectorizer(model.vectors_).fit_transform)(["red|wine"])])
    assert np.array_equal(found, DocVectorizer(model).fit_transform(["red|wine"]))


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (("Paris", "The", "U.S.", "New", "McDonald", "I"), r"such as 'Paris', 'The', 'U.S.', which no .* keeps case"),
        (("cat,", "cat.", "(dog", "e-mail", "u.s.", "dog's,"), r"such as 'cat,', .* put spaces between the words"),
    ],
)
def test_words_that_the_default_tokenizer_never_gives_are_told_where_nothing_is_known(tmp_path, recwarn, odd, message):
    model = Word2Vec([["is", "old", ".", *odd]] * 20, tokenizer="tokens", **QUICK).fit()
    save(tmp_path / "vectors.vec", model)
    with pytest.warns(RuntimeWarning, match=message):
        DocVectorizer(tmp_path / "vectors.vec").fit(["old"])
    DocVectorizer(tmp_path / "vectors.vec").fit([["Paris", "."]])
    DocVectorizer(tmp_path / "vectors.vec", tokenizer="words").fit(["old"])
    assert not recwarn


def test_punctuation_and_a_few_odd_words_are_no_sign(recwarn):
    """As in GloVe's vectors, and word2vec's."""
    odd = [*",.-();:!?$%&/", "''", "``", "--", "...", "</s>", "'s", "'re", "'ve", "u.s.", "u.n.", "d.c.", "mr.", "1.5"]
    DocVectorizer(WordVectors(np.eye(400), [*odd, *(f"w{i}" for i in range(400 - len(odd)))])).fit(["w1"])
    assert not recwarn
