"""``python -m bench parameters``: each parameter is moved alone, from the defaults."""

from importlib import import_module

import pytest


@pytest.mark.usefixtures("bench_found")
def test_each_parameter_is_moved_alone(tmp_path, monkeypatch, scored_words):
    parameters = import_module("bench.parameters")
    settings = import_module("bench.helpers.record").Settings(results=tmp_path, quick=True)
    fitted = []

    class Recorded(parameters.Word2Vec):
        def fit(self, *args, **options):
            fitted.append({name: getattr(self, name) for name in parameters.POINTS if hasattr(self, name)})
            return super().fit(*args, **options)

    monkeypatch.setattr(parameters, "Word2Vec", Recorded)
    corpus = tmp_path / "text.txt"
    corpus.write_text((" ".join(scored_words) + "\n") * 5)
    rows = parameters.measure(corpus, settings, "skipgram", epochs=2, seeds=1, threads=1)

    defaults = {**{name: getattr(parameters.Word2Vec(), name) for name in fitted[0]}, "epochs": 2}
    assert [row["parameter"] for row in rows] == [name for name in parameters.POINTS for _ in range(2)][:-1]
    for row, used in zip(rows, fitted, strict=True):
        moved = {} if row["parameter"] == "corpus_words" else {row["parameter"]: row["value"]}
        assert used == {**defaults, **moved}
        assert row["seconds"] > 0
        assert row["mean"] == pytest.approx(sum(row[name] for name in ("WS-353", "SimLex", "analogies")) / 3)
