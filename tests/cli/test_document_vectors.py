"""The command document-vectors."""

import io
import json

import numpy as np
import pytest

from fastw2v import DocVectorizer, WordVectors, formats

LINES = ["man king", "", "queen queen woman", "unknown"]


@pytest.fixture
def documents(tmp_path):
    path = tmp_path / "documents.txt"
    path.write_text("\n".join(LINES) + "\n")
    return path


def expected(file, documents=LINES, fit=None, **options):
    made = DocVectorizer(formats.load(file), tokenizer="whitespace", **options)
    return made.fit(fit or documents).transform(documents)


def test_each_line_becomes_a_row_of_numbers(file, documents, run):
    done = run("document-vectors", file, documents)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.loadtxt(io.StringIO(done.stdout), delimiter="\t"), expected(file), rtol=1e-6)
    assert "4 documents, 2 of them zeros (no known word), 3 dimensions" in done.stderr


def test_standard_input_and_json(file, run):
    done = run("document-vectors", file, "--json", "-q", input="\n".join(LINES))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["document"] for row in rows] == [0, 1, 2, 3]
    np.testing.assert_allclose([row["vector"] for row in rows], expected(file), rtol=1e-6)


@pytest.mark.parametrize("weighting", ["mean", "tfidf", "sif", "usif"])
@pytest.mark.parametrize("normalize", [False, True])
def test_weightings_are_those_of_docvectorizer(file, documents, tmp_path, call, weighting, normalize):
    more = ["--normalize"] if normalize else []
    done = call("document-vectors", file, documents, "--weighting", weighting.upper(), *more, "-o", tmp_path / "d.npy")
    assert done.returncode == 0, done.stderr
    wanted = expected(file, weighting=weighting, normalize="l2" if normalize else None)
    np.testing.assert_allclose(np.load(tmp_path / "d.npy"), wanted, rtol=1e-5, atol=1e-6)


def test_weights_may_come_from_other_documents(file, documents, tmp_path, call):
    (tmp_path / "others").write_text("man\nman\nking queen\n")
    done = call("document-vectors", file, documents, "--weighting", "tfidf", "--fit-on", tmp_path / "others")
    wanted = expected(file, weighting="tfidf", fit=["man", "man", "king queen"])
    np.testing.assert_allclose(np.loadtxt(io.StringIO(done.stdout), delimiter="\t"), wanted, rtol=1e-6)


def test_words_that_the_default_tokenizer_changes_are_told(tmp_path, run):
    """Of a file that does not say how its text was split, be it that of token lists."""
    nouns = ["Straße", "Stadt", "Berg", "Tal", "Wald", "Feld"]
    vectors = WordVectors(np.eye(7, 2, dtype=np.float32)[:, ::-1], ["lang", *nouns])
    formats.save(tmp_path / "v.vec", vectors)
    formats.save(tmp_path / "v.fw2v", WordVectors(vectors.vectors, vectors.vocabulary, tokenizer="tokens"))
    for name in ("v.vec", "v.fw2v"):
        done = run("document-vectors", tmp_path / name, input="Straße lang\n" * 3)
        assert done.stdout == "0\t1\n" * 3
        assert (
            "hold words such as 'Straße', 'Stadt', 'Berg', which no document has after --tokenizer words" in done.stderr
        )
        assert "--tokenizer words lower-cased 'Straße': pass --tokenizer whitespace" in done.stderr
        done = run("document-vectors", tmp_path / name, "--tokenizer", "whitespace", input="Straße lang\n")
        assert (done.stdout, "which no document" in done.stderr) == ("0.5\t0.5\n", False)


def test_the_tokenizer_is_the_one_of_the_training(corpus, tmp_path, run, call):
    command = ("train", corpus, "-o", tmp_path / "v.fw2v", "--vector-size", 2, "--epochs", 1, "-q")
    assert call(*command).returncode == 0
    assert run("document-vectors", tmp_path / "v.fw2v", "-q", input="THE\n").stdout == "0\t0\n"
    assert run("document-vectors", tmp_path / "v.fw2v", "-q", "--tokenizer", "words", input="THE\n").stdout != "0\t0\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.txt"], 1, "there is no file 'missing.txt'"),
        (["-o", "d.csv"], 2, "the name implies no format: use .npy, .tsv or .jsonl"),
        (["--weighting", "bm25"], 2, "is not one of 'mean', 'tfidf', 'sif', 'usif'"),
        (["-o", "{documents}"], 1, "exists, and would be lost: name another file, or pass --overwrite"),
        (["--weighting", "sif", "--n-components-removed", "3"], 1, "--n-components-removed 3: it must be less than"),
    ],
)
def test_faults_are_told_in_the_words_of_the_command(file, documents, run, arguments, code, message):
    done = run("document-vectors", file, *[each.format(documents=documents) for each in arguments], input="man\nking\n")
    assert done.returncode == code
    assert message in done.stderr
    assert documents.read_text().startswith("man king")


def test_no_line_is_no_document(file, run):
    done = run("document-vectors", file, input="")
    assert done.returncode == 1
    assert "there are no documents" in done.stderr


@pytest.mark.parametrize("option", [[], ["--weighting", "sif", "--fit-on"]])
def test_the_documents_are_never_replaced(file, documents, tmp_path, call, option):
    """Neither those that get vectors, nor those from which weights are learned."""
    text = documents.read_text()
    other = tmp_path / "other.txt"
    other.write_text("man\n")
    given = [other, *option, documents] if option else [documents]
    done = call("document-vectors", file, *given, "-o", documents, "--tsv", "--overwrite")
    assert done.returncode == 1
    assert ("is a file of the corpus" if not option else "is the file of --fit-on") in done.stderr
    assert documents.read_text() == text
