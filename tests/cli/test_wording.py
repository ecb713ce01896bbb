"""Faults and wrong usage in the words of the shell."""

import errno

import pytest

from fastw2v.cli.commands import cli
from fastw2v.cli.wording import describe, in_shell
from fastw2v.corpus import faults, structured_files
from fastw2v.formats.pickles import CODE, way_out

PYTHON = ("pandas", "json.loads", "np.load", "fastw2v.load", "(path)", "pass the texts", "`")


def remedies():
    """What the library says of files that are no plain text."""
    kinds = [*structured_files._STRUCTURED.values(), *structured_files._NEVER_TEXT.values(), structured_files._VECTORS]
    kinds.append(structured_files._LISTS)
    return sorted({*(remedy for _, remedy in kinds), *faults._REMEDIES.values()})


@pytest.mark.parametrize("remedy", remedies())
@pytest.mark.parametrize("command", ["train", "vocab", "document-vectors"])
def test_remedies_are_for_the_shell(command, remedy):
    said = in_shell(f"x: it looks like {remedy}", cli.get_command(None, command))
    assert not [part for part in PYTHON if part in said], said


@pytest.mark.parametrize(
    ("command", "message", "shown"),
    [
        ("plot", "plot() leaves out 'a'", "'fastw2v plot' leaves out 'a'"),
        ("plot", "explore(): words names 'a' more than once", "WORDS name 'a' more than once"),
        ("skipgram", "tokenizer='whitespace' reads it", "'fastw2v train --tokenizer whitespace' reads it"),
        ("vocab", "lower min_count, or pass errors='ignore'", "lower --min-count, or pass --errors ignore"),
        ("train", "v: the name implies no format: use .vec, or name the format", "use .vec, or pass --format"),
        (
            "train",
            "convert it, as with iconv -f LATIN1 -t UTF-8, or pass open(path, encoding='latin-1'); otherwise correct",
            "convert it, as with iconv -f LATIN1 -t UTF-8; otherwise correct",
        ),
        ("train", "gzip data; unpack it first, as gzip.open(path) or gunzip does", "unpack it first, as gunzip does"),
        (
            "most-similar",
            "each of its 2 words is: pass them as a list, ['a', 'b']",
            "is: name them one by one, without quotes around all",
        ),
        (
            "train",
            "frozen: the word 'a b' is not known; each of its 2 words is: pass them as a list, ['a', 'b']; 1 of 2",
            "--frozen: the word 'a b' is not known; each of its 2 words is: write each on a line of its own; 1 of 2",
        ),
        (
            "nn",
            "numbers: build WordVectors(numpy.loadtxt(path), words)",
            ": in Python, build WordVectors(numpy.loadtxt(path), words)",
        ),
        ("nn", "no words. Build WordVectors(numpy.loadtxt(x))", ". In Python, build WordVectors(numpy.loadtxt(x))"),
        ("nn", "kept; WordVectors(wv.vectors, words) takes", "kept; in Python, WordVectors(wv.vectors, words) takes"),
        ("nn", f"Load it, {CODE}", "binary (gensim: save_word2vec_format)"),
        ("nn", way_out(b"cgensim.models.word2vec\nWord2Vec")[1], ".save_word2vec_format('vectors.bin', binary=True)"),
        ("plot", "2 labels are left out: show fewer words, or pass the ax of a larger figure", "show fewer words"),
        ("demo", "v: the name implies no format: use .vec, or name the format", "no format: use .vec"),
        ("train", "window=0: from 1 to 4,611,686,018,427,387,904", "--window 0: from 1"),
        ("train", "sample=-1.0: it must be", "--sample -1: it must be"),
        (
            "train",
            "f: No such file or directory (spool): no file for word ids can be created here; name a folder",
            "--spool f: no file can be created there (No such file or directory); name a folder",
        ),
    ],
)
def test_messages_are_for_the_shell(command, message, shown):
    assert in_shell(message, cli.get_command(None, command)).endswith(shown)


def test_errors_of_the_system_name_the_file_and_no_number(tmp_path):
    missing = FileNotFoundError(errno.ENOENT, "No such file or directory", "v.bin")
    assert describe(missing).startswith("v.bin: No such file or directory (searched from ")
    assert describe(OSError(errno.EIO, "Input/output error", "/dev/stdout")) == "standard output: Input/output error"
    assert describe(OSError("a sentence")) == "a sentence"
    assert describe(KeyError()) == "KeyError"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--learning-rate", "0,05"], "'--learning-rate': '0,05' is not a number: write 0.05"),
        (["--epochs", "1e3"], "'--epochs': '1e3' is not a whole number: write 1000"),
        (["--max-vocab", "1,000,000"], "'1,000,000' is not a whole number: write 1000000"),
        (["--epochs", "many"], "'--epochs': 'many' is not a whole number"),
        (["--seed", "-1"], "'--seed': -1: it must be a whole number from 0 to 9,223,372,036,854,775,807"),
        (["--json", "--tsv"], "--json and --tsv exclude each other"),
        (["--encoding", "latin-1"], "there is no option '--encoding': texts are UTF-8: convert others first"),
        (["-o", ""], "the name is empty: name a file"),
        (["-o", "v.fw2v", "--resume"], None),
    ],
)
def test_wrong_usage_is_told_without_words_of_programmers(corpus, call, options, told):
    done = call("train", corpus, *options)
    assert (done.returncode, done.stdout) == (2 if told else 1, "")
    assert (told or "--resume continues from a checkpoint") in done.stderr


def test_more_names_than_a_command_takes(file, call):
    done = call("evaluate", file, "--pairs", file, file)
    assert done.returncode == 2
    assert "more names than this command takes" in done.stderr
    assert "--pairs takes one name, and may be given again" in done.stderr
    assert "words that begin with a dash stand after --" in call("nn", file, "-king").stderr
    assert "quotation marks" in call("info", file, file).stderr


def test_options_that_are_given_again_are_told(corpus, tmp_path, call):
    done = call("train", corpus, "-o", tmp_path / "v", "--window", 3, "--window", 4)
    assert "warning: --window is given more than once: the last value counts, 4" in done.stderr
    done = call("word2vec", "-train", corpus, "-train", corpus, "-output", tmp_path / "v")
    assert done.returncode == 2
    assert "-train is given more than once" in done.stderr


def test_files_that_options_name_must_be_there_before_any_work(corpus, file, tmp_path, call):
    for command in (
        ("train", corpus, "-o", tmp_path / "v.fw2v", "--frozen"),
        ("evaluate", file, "--pairs"),
        ("bench", corpus, "--analogies"),
        ("document-vectors", file, "--fit-on"),
    ):
        done = call(*command, "none")
        assert done.returncode == 1
        assert f"{command[-1]} none: there is no file of this name in " in done.stderr


def test_the_home_folder_is_meant_after_an_equals_sign_too(file, tmp_path, call, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pairs").write_text("man king 5\nman woman 1\nking queen 4\n")
    assert call("evaluate", file, "--pairs=~/pairs").returncode == 0
    assert call("convert", file, "~/new.vec").returncode == 0
    assert (tmp_path / "new.vec").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "-o=v.fw2v"), "-o=v.fw2v: write -o v.fw2v"),
        (("train", "-help"), "there is no option '-help': did you mean --help?"),
        (("train", "--gpu"), "write --device cuda"),
        (("train", "--no-shrink-windows"), "write --shrink-windows no"),
        (("version",), "did you mean --version?"),
        (("NN", "v", "a"), "did you mean nn"),
        (("analogy", "v", "a b c"), "write them without quotation marks around all"),
    ],
)
def test_what_people_write_elsewhere_is_answered(call, arguments, told):
    done = call(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
