"""Libraries that embed spectra and items with gensim's Word2Vec: each function trains and returns a score."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module

import numpy as np

FAMILIES = 12


def spec2vec(seed: int, size: int) -> float:
    """Train Spec2Vec; return how often the nearest of the other spectra is of the same family."""
    library, building = import_module("spec2vec"), import_module("spec2vec.model_building")
    spectrum = import_module("matchms").Spectrum
    rng = np.random.default_rng(seed)
    known = np.sort(rng.integers(50_00, 500_00, 600)) / 100
    typical = [rng.choice(len(known), 25, replace=False) for _ in range(FAMILIES)]
    families = np.arange(size) % FAMILIES
    documents = []
    for family in families:
        own = rng.choice(typical[family], 8, replace=False)
        peaks = np.unique(np.concatenate([own, rng.choice(len(known), 16, replace=False)]))
        made = spectrum(mz=known[peaks], intensities=rng.uniform(0.1, 1, len(peaks)), metadata={"id": len(documents)})
        documents.append(library.SpectrumDocument(made, n_decimals=2))
    model = building.train_new_word2vec_model(
        documents, iterations=15, workers=1, seed=seed, progress_logger=False, vector_size=100
    )
    measure = library.Spec2Vec(model=model, intensity_weighting_power=0.5, allowed_missing_percentage=5)
    similar = measure.matrix(documents, documents)
    np.fill_diagonal(similar, -1)
    return float((families[similar.argmax(axis=1)] == families).mean())


def item2vec(seed: int, size: int) -> float:
    """Train LibRecommender's Item2Vec, save it, load it and train it further; return the NDCG of ten items."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    data, algorithms = import_module("libreco.data"), import_module("libreco.algorithms")
    evaluate = import_module("libreco.evaluation").evaluate
    frame = import_module("pandas").DataFrame(_sales(seed, size), columns=["user", "item", "label", "time"])
    train, test = data.split_by_ratio_chrono(frame, test_size=0.2)
    trained, info = data.DatasetPure.build_trainset(train)
    held = data.DatasetPure.build_evalset(test)
    options = {"data_info": info, "embed_size": 16, "n_epochs": 5, "window_size": 5, "n_threads": 1, "seed": seed}
    model = algorithms.Item2Vec(task="ranking", **options)
    model.fit(trained, neg_sampling=True, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder, "item2vec")
        again = algorithms.Item2Vec(task="ranking", **options)
        again.rebuild_model(folder, "item2vec")
    again.fit(trained, neg_sampling=True, verbose=0)
    found = evaluate(again, held, neg_sampling=True, metrics=["ndcg"], k=10, eval_batch_size=8192, seed=seed)
    return float(found["ndcg"])


def _sales(seed: int, users: int) -> list[tuple[int, int, int, int]]:
    """Draw users with a taste, who buy items of a group more often than others."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        taste = rng.integers(FAMILIES)
        for moment in range(30):
            group = taste if rng.random() < 0.7 else rng.integers(FAMILIES)
            rows.append((user, int(group * 25 + min(24, rng.zipf(1.4) - 1)), 1, moment))
    return rows
