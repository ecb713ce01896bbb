"""Libraries and recipes that use gensim: run with its classes and with ours, on the same sentences."""

import json
from importlib import import_module

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bench_found")


def measured(corpus, *only):
    settings = import_module("bench.helpers.record").Settings(quick=True)
    return import_module("bench.libraries").measure(lambda: corpus, settings, 1, only)


@pytest.mark.usefixtures("data_folder")
def test_recipes_with_the_classes_of_gensim_and_with_ours(tmp_path, scored_words):
    gensim = pytest.importorskip("gensim")
    theirs = gensim.models.Word2Vec
    lines = [" ".join(scored_words[at : at + 20]) for at in range(0, len(scored_words), 20)]
    (tmp_path / "text.txt").write_text("\n".join(lines * 12))
    rows = measured(tmp_path / "text.txt", "gensim")
    assert [row["what"].split()[0] for row in rows] == ["the", "loss", "fine-tuning", "Procrustes"]
    assert all(row["gensim_seconds"] > 0 < row["fastw2v_seconds"] for row in rows)
    assert all(np.isfinite(row["gensim_scores"] + row["fastw2v_scores"]).all() for row in rows)
    assert gensim.models.word2vec.Word2Vec is gensim.models.Word2Vec is theirs, "the classes are put back"
    assert theirs.train.__qualname__ == "Word2Vec.train"


def test_libraries_that_are_not_installed_are_left_out_and_their_figures_stay(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("bench.libraries.find_spec", lambda name: None)
    rows = measured(tmp_path, "karateclub")
    assert "karateclub, DeepWalk: not installed, left out" in capsys.readouterr().out
    old = [{"package": "spec2vec", "what": "train_new_word2vec_model", "gensim": 0.5}]
    (tmp_path / "libraries.json").write_text(json.dumps({"rows": old}))
    assert import_module("bench.libraries").merged(tmp_path / "libraries.json", rows) == old


def test_other_sentences_for_one_of_the_two_are_no_comparison():
    pytest.importorskip("gensim")
    libraries, models = import_module("bench.libraries"), import_module("gensim.models")
    runs = iter([["red", "wine"], ["red", "rose"]])

    def run(seed):
        models.Word2Vec([next(runs)] * 9, vector_size=2, min_count=1, workers=1)
        return 1.0

    use = libraries.Use("gensim", "gensim", "a run", "a score", run)
    with pytest.raises(SystemExit, match="gensim, a run: the two were not trained on the same sentences"):
        libraries._row(use, range(1, 2))
