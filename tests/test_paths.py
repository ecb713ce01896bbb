"""A path that leads nowhere: the message says what was looked for, where, and what is there instead."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from fastw2v import Word2Vec, WordVectors, encode, load, save
from fastw2v.compat.gensim import KeyedVectors, LineSentence
from fastw2v.compat.gensim import Word2Vec as GensimWord2Vec
from fastw2v.errors import CorpusError
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.paths import describe_missing, describe_missing_folder

WV = WordVectors(np.eye(2), ["sun", "moon"])


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A current folder with files of vectors, a folder, and a link to nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("vectors.vec", "vectors.bin", "Other.TXT"):
        (tmp_path / name).write_text("1 1\na 1\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.vec").symlink_to("gone.vec")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vecotrs.vec", "there is no file of this name in {here}, which holds 'vectors.vec'"),
        ("vectors.txt", "which holds 'vectors.bin', 'vectors.vec'"),
        ("other.txt", "which holds 'Other.TXT'"),
        ("'vectors.vec' ", "which holds 'vectors.vec'"),
        ("folder/vectors.vec", "in {here}/folder, nor one of a similar name"),
        ("nowhere/deep/v.vec", "there is no folder 'nowhere' in {here}"),
        ("vectors.vec/v.vec", "'vectors.vec' is a file, not a folder"),
        ("link.vec/v.vec", "'link.vec' is a link to nothing"),
        ("~/v.vec", "there is no folder '~', as '~' is not expanded: give "),
        ("link.vec", "a symbolic link to 'gone.vec', which does not exist"),
        ("*.vec", "a pattern, where one file is expected; it matches 'link.vec', 'vectors.vec'"),
        ("$FOLDER/v.vec", "'$' is not expanded: give 'somewhere/v.vec'"),
    ],
)
def test_a_message_says_what_is_there_instead(here, monkeypatch, name, message):
    monkeypatch.setenv("FOLDER", "somewhere")
    assert message.format(here=here) in describe_missing(here.__class__(name))


def test_a_folder_that_is_there_is_no_problem(here):
    assert describe_missing_folder(here) == ""
    assert describe_missing_folder(here / "folder") == ""


@pytest.mark.parametrize(
    "read",
    [
        load,
        KeyedVectors.load,
        KeyedVectors.load_word2vec_format,
        lambda name: KeyedVectors.load_word2vec_format(name, binary=True),
        lambda name: KeyedVectors.load_word2vec_format("vectors.vec", fvocab=name),
        lambda name: KeyedVectors.from_vectors(np.eye(2), ["a", "b"]).intersect_word2vec_format(name),
        lambda name: KeyedVectors.from_vectors(np.eye(2), ["a", "b"]).evaluate_word_pairs(name),
        lambda name: KeyedVectors.from_vectors(np.eye(2), ["a", "b"]).evaluate_word_analogies(name),
        GensimWord2Vec.load,
        lambda name: evaluate_word_pairs(WV, name),
        lambda name: evaluate_analogies(WV, name),
    ],
)
def test_whatever_reads_a_file_says_so(here, read):
    with pytest.raises(FileNotFoundError, match=r"there is no file of this name in .*, which holds 'vectors.vec'"):
        read("vecotrs.vec")


@pytest.mark.parametrize(
    "read",
    [
        encode,
        lambda name: list(LineSentence(name)),
        lambda name: GensimWord2Vec(corpus_file=name, min_count=1),
        lambda name: GensimWord2Vec(min_count=1).build_vocab(corpus_file=name),
    ],
)
def test_a_corpus_that_is_not_there_is_a_file_that_is_not_found(here, read):
    with pytest.raises(FileNotFoundError, match=r"there is no file 'corpus.txt'") as caught:
        read("corpus.txt")
    assert isinstance(caught.value, CorpusError)


def test_a_corpus_of_a_similar_name_is_offered(here):
    with pytest.raises(
        CorpusError, match=r"\(searched from .*\); its folder holds 'vectors.bin', 'vectors.vec'\. A str"
    ):
        encode("vectors.txt")
    with pytest.raises(CorpusError, match=r"\(searched from [^;]*\)\. A str is taken as the path"):
        encode("the cat sat on the mat")


@pytest.mark.parametrize("write", [lambda path: save(path, WV), KeyedVectors.from_vectors(np.eye(2), ["a", "b"]).save])
def test_a_file_cannot_be_written_where_no_folder_is(here, write):
    with pytest.raises(FileNotFoundError, match=r"there is no folder 'nowhere' in .*: make it first, or name another"):
        write("nowhere/v.vec")
    with pytest.raises(NotADirectoryError, match=r"'vectors.vec' is a file, not a folder"):
        write("vectors.vec/v.vec")
    assert sorted(os.listdir(here)) == ["Other.TXT", "folder", "link.vec", "vectors.bin", "vectors.vec"]


def test_the_users_folder_is_meant_by_a_tilde_in_every_path(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    wv = WordVectors(np.eye(2), ["a", "b"])
    for name in ("v.vec", "v.fw2v", "v.bin"):
        save(f"~/{name}", wv)
        assert (tmp_path / name).exists()
        assert load(f"~/{name}").index_to_key == load(Path("~") / name).index_to_key == ["a", "b"]
    (tmp_path / "text.txt").write_text("a b\n" * 9)
    (tmp_path / "ids").mkdir()
    assert len(encode("~/text.txt", min_count=1, spool="~/ids")) == 9
    with pytest.raises(OSError, match=r"no file of this name"):
        load("~/missing.vec")


def test_a_current_folder_that_has_been_deleted_is_named(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    model = Word2Vec([["sun", "moon"]] * 9, min_count=1, vector_size=4)
    for call in (
        lambda: load("v.bin"),
        lambda: load("folder/v.bin"),
        lambda: save("v.bin", WV),
        lambda: encode("text.txt"),
        lambda: encode(Path("folder/text.txt")),
        lambda: encode("*.txt"),
        lambda: encode(["text.txt", "more.txt"]),
        lambda: model.fit(checkpoint="run.fw2v"),
        lambda: GensimWord2Vec("some text", min_count=1),
    ):
        with pytest.raises((OSError, ValueError, TypeError), match="the current folder has been deleted; change to"):
            call()
    save(tmp_path / "v.bin", WV)  # whole paths are as good as ever
    assert len(load(tmp_path / "v.bin")) == 2


def test_a_path_that_cannot_be_followed_is_not_called_missing(here):
    (here / "loop").symlink_to("loop")
    for name, number in (("loop", errno.ELOOP), ("x" * 300, errno.ENAMETOOLONG)):
        with pytest.raises(OSError, match=os.strerror(number)) as refused:
            encode(Path(name))
        assert (refused.value.errno, refused.value.filename) == (number, name)
    with pytest.raises(CorpusError, match="to train on the text itself"):
        encode("x" * 300)
