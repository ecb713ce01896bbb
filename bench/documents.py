"""Documents as vectors: accuracy of a linear classifier compared with bag-of-words, and the speed of transform.

Every row uses the same classifier, a logistic regression whose C is chosen on a held-out fifth of the training texts;
dense rows are standardised first. The test texts are used once, at the end.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fastw2v import DocVectorizer, Word2Vec, WordVectors, datasets
from fastw2v.corpus.tokenizers import words

# Name, function that fetches it, epochs on its own text: the smaller the text, the more epochs.
SETS: dict[str, tuple[Callable[[str], datasets.LabelledTexts], int]] = {
    "20 Newsgroups": (datasets.fetch_20newsgroups, 10),
    "SST-2": (datasets.fetch_sst2, 30),
}
WEIGHTINGS = {
    "mean": {"weighting": "mean"},
    "tf-idf": {"weighting": "tfidf"},
    "SIF": {"weighting": "sif"},
    "uSIF": {"weighting": "usif", "n_components_removed": 5},
}
REGULARISATION = (0.1, 1.0, 10.0)  # C
WIKIPEDIA = "Wikipedia, 17 M words"
MOST_REPEATED = 500  # posts that repeat a word more often are encoded attachments
SEED = 1


def accuracy(train: Any, labels: list[str], test: Any, test_labels: list[str], *, scale: bool) -> tuple[float, float]:
    """Return the accuracy on the test texts, in per cent, and the chosen C."""
    fitting, held_out, fitting_labels, held_out_labels = train_test_split(
        train, labels, test_size=0.2, random_state=SEED, stratify=labels
    )

    def classifier(c: float) -> Any:
        steps = [StandardScaler()] if scale else []
        return make_pipeline(*steps, LogisticRegression(C=c, max_iter=1000, tol=1e-3))

    scores = {c: classifier(c).fit(fitting, fitting_labels).score(held_out, held_out_labels) for c in REGULARISATION}
    best = max(scores, key=lambda c: scores[c])
    return 100 * classifier(best).fit(train, labels).score(test, test_labels), best


def without_attachments(texts: list[str]) -> list[str]:
    """Drop the few posts that are pictures and programs encoded as text and repeat a token thousands of times."""
    return [text for text in texts if max(Counter(words(text)).values(), default=0) < MOST_REPEATED]


def measure(corpus: Path, vector_size: int, epochs: int, runs: int) -> list[dict[str, Any]]:
    """Return accuracies, one row for each data set, source of vectors and weighting; then the speed."""
    rows: list[dict[str, Any]] = []
    settings = {"vector_size": vector_size, "random_state": SEED}
    wikipedia = Word2Vec(corpus, epochs=epochs, **settings).fit()
    for name, (fetch, own_epochs) in SETS.items():
        (texts, labels), (test_texts, test_labels) = fetch("train"), fetch("test")

        def add(vectors: str, weighting: str, train: Any, test: Any, scale: bool, name: str = name) -> None:
            found, c = accuracy(train, labels, test, test_labels, scale=scale)  # noqa: B023  # called at once
            rows.append({"set": name, "vectors": vectors, "weighting": weighting, "accuracy": found, "C": c})
            print(f"{name:14} {vectors:24} {weighting:8} {found:5.1f} %   (C = {c:g})", flush=True)

        bag = TfidfVectorizer(sublinear_tf=True, min_df=2)
        add("none: bag of words", "tf-idf", bag.fit_transform(texts), bag.transform(test_texts), False)
        own = Word2Vec(epochs=own_epochs, min_count=2, **settings).fit(without_attachments(texts))
        for source, model in (("the training texts", own), (WIKIPEDIA, wikipedia)):
            for weighting, options in WEIGHTINGS.items():
                vectorizer = DocVectorizer(model.vectors_, **options)
                add(source, weighting, vectorizer.fit_transform(texts), vectorizer.transform(test_texts), True)
    return [*rows, *speed(wikipedia.vectors_, runs)]


def speed(vectors: WordVectors, runs: int) -> list[dict[str, Any]]:
    """Return seconds for the mean vectors of all 20 Newsgroups: ours, and a loop over gensim's ``get_mean_vector``."""
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(vectors.vector_size)
    keyed.add_vectors(vectors.index_to_key, vectors.vectors)
    texts = [*datasets.fetch_20newsgroups("train").texts, *datasets.fetch_20newsgroups("test").texts]
    tokens = [words(text) for text in texts]
    vectorizer = DocVectorizer(vectors).fit(texts)

    def gensims(documents: list[list[str]]) -> Any:
        return np.array([keyed.get_mean_vector(document, pre_normalize=False) for document in documents])

    tasks: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "token lists": (lambda: vectorizer.transform(tokens), lambda: gensims(tokens)),
        "strings": (lambda: vectorizer.transform(texts), lambda: gensims([words(text) for text in texts])),
    }
    rows = []
    for name, (ours, theirs) in tasks.items():
        seconds: dict[str, list[float]] = {"fastw2v": [], "gensim": []}
        for _ in range(runs):  # in turn, so that a machine that slows down slows both
            for system, task in zip(seconds, (ours, theirs), strict=True):
                began = time.perf_counter()
                found = task()
                seconds[system].append(time.perf_counter() - began)
                if system == "fastw2v":
                    expected = found
        row: dict[str, Any] = {"what": f"transform of 20 Newsgroups, {name}", "documents": len(texts)}
        row |= {system: statistics.median(times) for system, times in seconds.items()}
        row |= {f"{system}_runs": times for system, times in seconds.items()}
        row["ratio"] = row["gensim"] / row["fastw2v"]
        row["largest_difference"] = float(np.abs(found - expected).max())
        rows.append(row)
        print(
            f"{row['what']:46} fastw2v {row['fastw2v']:6.2f} s   gensim {row['gensim']:6.2f} s   "
            f"ratio {row['ratio']:4.1f}   largest difference {row['largest_difference']:.1e}",
            flush=True,
        )
    return rows
