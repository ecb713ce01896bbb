"""The examples run, as their users run them, on small data in the form of the real; with the real where it is."""

import json
import lzma
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
EXAMPLES = HOME / "examples"

VOICES = {
    "rec.sport.hockey": "the team won a game on ice as the goal and puck went past a tired player of the league",
    "sci.space": "the rocket and shuttle left for orbit of the moon as a probe sent data of mars to nasa",
    "soc.religion.christian": "the church and bible say of god that faith in jesus and a prayer is love for the lord",
}


def sentences(number, text, seed):
    """Sentences of ten words of a text."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(text.split(), k=10)) for _ in range(number)]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder such as FASTW2V_DATA names, with a little of what the examples read."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "classification").mkdir()
    for seed, split in enumerate(("train", "test")):
        posts = [{"group": g, "text": text} for g, words in VOICES.items() for text in sentences(40, words, seed)]
        if split == "train":
            posts.append({"group": "sci.space", "text": "ax " * 1000})
        packed = lzma.compress("\n".join(map(json.dumps, posts)).encode())
        (folder / "classification" / f"20news-bydate-{split}.jsonl.xz").write_bytes(packed)
        rows = [f"{text}\t1" for text in sentences(60, "a warm and funny film with a great cast that moves", seed)]
        rows += [f"{text}\t0" for text in sentences(60, "a dull and flat film with a weak plot that bores", seed)]
        (folder / "classification" / f"sst2_{split}.tsv").write_text("\n".join(rows))
    words = {"noun": "company market year bank stock price", "verb": "make take give become keep bring"}
    words |= {"adjective": "new large small political recent major", "number": "two three four five six seven"}
    rng = random.Random(1)  # "the" makes the 25th word, and the fifth part
    nouns, verbs, adjectives, numbers = (words[part].split() for part in ("noun", "verb", "adjective", "number"))
    lines = [
        f"the {rng.choice(adjectives)} {rng.choice(nouns)} will {rng.choice(verbs)} {rng.choice(numbers)} "
        f"{rng.choice(nouns)} now"
        for _ in range(600)
    ]
    (folder / "ptb.train.txt").write_text("\n".join(lines))
    return folder


def run(name, *arguments, data):
    """What an example prints, in a process of its own that finds the package that the tests find."""
    import fastw2v

    where = os.pathsep.join([str(Path(fastw2v.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments],
        capture_output=True,
        text=True,
        # One thread for the classifiers: on small data more of them wait for each other.
        env={**os.environ, "FASTW2V_DATA": str(data), "PYTHONPATH": where, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def scores(output):
    """Of lines such as "word vectors, mean   97.5 %", the number by the name."""
    return {name.strip(): float(number) for name, number in re.findall(r"^(\S.*?)\s{2,}([\d.]+)(?: %)?$", output, re.M)}


@pytest.fixture
def picture(tmp_path):
    """A file for a picture; after the test it is one."""
    for package in ("matplotlib", "adjustText"):
        pytest.importorskip(package, reason=f"{package}, which draws pictures, is not installed")
    path = tmp_path / "picture.png"
    yield path
    assert path.read_bytes().startswith(b"\x89PNG")


def test_text_classification(data, picture):
    arguments = ("--epochs", "20", "--vector-size", "20", "--plot", str(picture))
    found = scores(run("text_classification", *arguments, data=data))
    assert found.keys() == {
        "bag of words, tf-idf",
        "word vectors, mean",
        "word vectors, tf-idf weights",
        "both",
    }
    assert min(found.values()) > 90


def test_sentiment(data, picture):
    found = scores(run("sentiment", "--vector-size", "20", "--plot", str(picture), data=data))
    assert len(found) == 5
    assert min(found.values()) > 80
    with_corpus = data / "corpus.txt"
    with_corpus.write_text("a warm funny great film\na dull flat weak film\n" * 200)
    found = scores(run("sentiment", "--corpus", str(with_corpus), "--vector-size", "20", data=data))
    assert found["word vectors, mean"] > 60


def test_word_clusters(data, picture):
    arguments = ("--clusters", "3", "--epochs", "60", "--min-posts", "5", "--plot", str(picture))
    output = run("word_clusters", *arguments, data=data)
    found = scores(output)
    assert found.keys() == {"tf-idf of posts", "word vectors"}
    assert all(0 <= score <= 1 for score in found.values())
    assert len(output.splitlines()) == 6
    assert " ax " not in f" {output} "  # the attachment


def test_part_of_speech(data, picture):
    output = run("part_of_speech", "--epochs", "20", "--vector-size", "20", "--plot", str(picture), data=data)
    assert output.startswith("25 words, 5 parts of speech")
    found = scores(output)
    assert found["most frequent part for all"] < found["word vectors"]
    assert found["neighbours by tf-idf"] > 50


def test_word_map(data, tmp_path):
    pytest.importorskip("bokeh", reason="Bokeh, which draws the map, is not installed")
    page = tmp_path / "map.html"
    arguments = ("--corpus", str(data / "ptb.train.txt"), "--output", str(page))
    output = run("word_map", *arguments, data=data)
    assert "27 words" in output
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_the_words_of_the_list_have_one_part_each():
    """A word that stands under two parts would be judged by chance."""
    source = (EXAMPLES / "part_of_speech.py").read_text()
    scope = {}
    exec(source[source.index("WORDS = {") : source.index("}\n", source.index("WORDS = {")) + 1], scope)
    parts = [(word, part) for part, text in scope["WORDS"].items() for word in set(text.split())]
    assert sorted(word for word, _ in parts) == sorted({word for word, _ in parts})


def test_on_real_data_word_vectors_tell_sentiment_less_well_than_words(data_folder):
    found = scores(run("sentiment", "--epochs", "10", data=data_folder))
    assert 65 < found["word vectors, mean"] < found["bag of words, tf-idf"] < 90


def test_the_textbooks_example(data_folder):
    output = run("ptb_textbook", "--epochs", "1", data=data_folder)
    assert re.search(r"words/s, .* s; loss by epoch:\n\d", output)
    assert "toyota" in output


def test_every_example_is_tested():
    tested = set(re.findall(r'run\(\s*"(\w+)"', Path(__file__).read_text()))
    assert {path.stem for path in EXAMPLES.glob("*.py")} == tested
