"""Options without effect beside others, and questions and sets without an answer."""

import json

import pytest

SMALL = ("--vector-size", 2, "--epochs", 1, "--sample", 0, "-j", 1, "-q")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--loss", "hs", "--negative", 5), "--negative 5 has no effect: --loss hs draws no noise words"),
        (("--loss", "hs", "--negative", 7), "--negative 7 has no effect with --loss hs"),
        (("--vocab", "{words}", "--min-count", 2), "--min-count 2 has no effect: the words are those of --vocab"),
        (("--vocab", "{words}", "--max-vocab", 9), "--max-vocab 9 has no effect: the words are those of --vocab"),
        (("--cbow-mean",), "--cbow-mean has no effect: --architecture is skipgram"),
        (("--architecture", "cbow", "--no-slow-frequent"), "--no-slow-frequent has no effect with --architecture cbow"),
        (("--vocab", "{words}"), None),
        (("--loss", "hs"), None),
    ],
)
def test_training_tells_once_of_what_has_no_effect(corpus, tmp_path, call, options, told):
    words = tmp_path / "words"
    words.write_text("the\ncat\nsat\n")
    given = [str(option).format(words=words) for option in options]
    done = call("train", corpus, "-o", tmp_path / "v.vec", *SMALL, *given)
    assert done.returncode == 0
    assert done.stderr == (f"fastw2v: warning: {told}\n" if told else "")


def test_other_commands_tell_of_what_has_no_effect(file, corpus, tmp_path, call):
    pairs = tmp_path / "pairs"
    pairs.write_text("man king 5\nman woman 1\nking queen 4\n")
    assert "--protocol gensim has no effect" in call("evaluate", file, "--pairs", pairs, "--protocol", "gensim").stderr
    command = ("document-vectors", file, corpus, "-o", tmp_path / "d.npy", "--overwrite")
    told = call(*command, "--fit-on", corpus, "--n-components-removed", 2).stderr
    assert "--fit-on" in told
    assert "--n-components-removed 2 has no effect: --weighting is mean" in told
    told = call("word2vec", "-train", corpus, "-save-vocab", tmp_path / "w", "-size", 300).stderr
    assert "-size 300 has no effect: without -output words are counted" in told
    told = call("skipgram", "-input", corpus, "-output", tmp_path / "m", "-dim", 2, "-loss", "hs", "-neg", 3).stderr
    assert "-neg 3 has no effect" in told


def test_a_question_without_an_answer_is_exit_code_1(file, call):
    done = call("nn", file, "king", "-", "king")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the query is zero" in done.stderr


def test_one_question_in_json_is_told_as_one_of_many(file, call):
    done = call("nn", file, "kingg", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["query"], found["close_matches"]) == ("kingg", ["king"])


def test_a_contest_without_a_score_says_so_before_or_with_its_exit_code(corpus, tmp_path, call):
    (tmp_path / "pairs").write_text("wein bier 5\nwein rose 3\n")
    small = ("bench", corpus, "--vector-size", 2, "-j", 1, "--runs", 1, "--words", 100)
    done = call(*small, "--pairs", tmp_path / "pairs", "--tsv")
    assert done.returncode == 1
    assert "no correlation" in done.stderr
    assert "took" in done.stderr
    (tmp_path / "pairs").write_text("wein bier\n")
    done = call(*small, "--pairs", tmp_path / "pairs")
    assert "there is no score" in done.stderr
    assert "run 1 of 1" not in done.stderr, "it is read before the first run"


def test_a_word_without_neighbours_is_told(tmp_path, file, call):
    assert call("convert", file, tmp_path / "one.vec", "--commonest", 1).returncode == 0
    done = call("nn", tmp_path / "one.vec", "man")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "man: no word answers\n"


def test_a_form_that_is_not_that_of_the_name_is_told(tmp_path, file, corpus, call):
    assert (
        "has the name of a text file, and is written as --format native"
        in call("convert", file, tmp_path / "v.vec", "--format", "native").stderr
    )
    done = call("document-vectors", file, corpus, "-o", tmp_path / "d.npy", "--tsv")
    assert "d.npy has the name of a npy file, and is written as --tsv" in done.stderr
    for name, kind in {"d.npz": ".npz", "d.jsonl.gz": "compressed"}.items():
        done = call("document-vectors", file, corpus, "-o", tmp_path / name, "--json")
        assert f"{name} has the name of a {kind} file, and is written as --json" in done.stderr
    done = call("convert", file, tmp_path / "v.npz", "--format", "text")
    assert "v.npz has the name of a .npz file, and is written as --format text" in done.stderr
    assert "the name of" not in call("convert", file, tmp_path / "v.gz", "--format", "text").stderr
    assert "the name of" not in call("document-vectors", file, corpus, "-o", tmp_path / "d", "--json").stderr
    assert "has the name" not in call("convert", file, tmp_path / "w.vec", "--format", "text").stderr
