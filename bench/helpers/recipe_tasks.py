"""What scripts do with gensim's Word2Vec and a text: each function trains and returns a score.

Names are looked up in gensim's modules when a function is called, so that another class may stand in their place.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import fastw2v

OPTIONS: dict[str, Any] = {"vector_size": 100, "min_count": 5, "workers": 1}


def sentences_of(corpus: Path, words: int, skip: int = 0) -> list[list[str]]:
    """Return lines of a text with at least so many words in all, after those that have `skip`."""
    found: list[list[str]] = []
    with corpus.open(encoding="utf-8") as lines:
        split = (line.split() for line in lines)
        while skip > 0:
            skip -= len(next(split, [""] * skip))
        for line in split:
            found.append(line)
            words -= len(line)
            if words <= 0:
                break
    return found


def _similarity(wv: Any) -> float:
    """Return Spearman's correlation with WordSim-353, in the way of gensim's tutorial."""
    from gensim.test.utils import datapath

    return float(wv.evaluate_word_pairs(datapath("wordsim353.tsv"))[1][0])


def procrustes(corpus: Path, seed: int, words: int) -> float:
    """Align two models by an orthogonal map; return the mean cosine of the words that both have."""
    from gensim.models import Word2Vec

    base = Word2Vec(sentences_of(corpus, words), seed=seed, **OPTIONS)
    other = Word2Vec(sentences_of(corpus, words, words), seed=seed + 100, **OPTIONS)
    base.wv.init_sims(replace=True)
    other.wv.init_sims(replace=True)
    common = sorted(
        set(base.wv.index_to_key) & set(other.wv.index_to_key),
        key=lambda word: (base.wv.get_vecattr(word, "count") + other.wv.get_vecattr(word, "count"), word),
        reverse=True,
    )
    for model in (base, other):
        rows = [model.wv.key_to_index[word] for word in common]
        model.wv.vectors = np.array([model.wv.vectors[row] for row in rows])
        model.wv.key_to_index = {word: row for row, word in enumerate(common)}
        model.wv.index_to_key = common
        model.wv.fill_norms(force=True)
    fixed, moved = base.wv.get_normed_vectors(), other.wv.get_normed_vectors()
    left, _, right = np.linalg.svd(moved.T @ fixed)
    other.wv.vectors = other.wv.vectors @ (left @ right)
    return float(np.mean([np.dot(base.wv[word], other.wv[word]) for word in common]))


def fine_tuning(corpus: Path, seed: int, words: int) -> float:
    """Train a model further from vectors of a file, the same for both, which add to its vocabulary."""
    from gensim.models import KeyedVectors, Word2Vec

    sentences = sentences_of(corpus, words)
    with tempfile.TemporaryDirectory() as folder:
        pretrained = str(Path(folder) / "pretrained.txt")
        given = fastw2v.Word2Vec(vector_size=100, min_count=5, n_jobs=1, random_state=seed, tokenizer="tokens")
        fastw2v.save(pretrained, given.fit(sentences_of(corpus, words, words)).vectors_, format="text")
        model = Word2Vec(seed=seed, **OPTIONS)
        model.build_vocab(sentences)
        examples = model.corpus_count
        vectors = KeyedVectors.load_word2vec_format(pretrained, binary=False)
        model.build_vocab([list(vectors.key_to_index.keys())] * 5, update=True)
        model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
        model.wv.intersect_word2vec_format(pretrained, binary=False, lockf=1.0)
    model.train(sentences, total_examples=examples, epochs=model.epochs)
    return _similarity(model.wv)


def loss_log(corpus: Path, seed: int, words: int) -> float:
    """Log the loss of each epoch, then keep unit vectors only."""
    from gensim.models import Word2Vec
    from gensim.models.callbacks import CallbackAny2Vec

    class Log(CallbackAny2Vec):  # type: ignore[misc]
        def __init__(self) -> None:
            self.losses: list[float] = []
            self.before = 0.0

        def on_epoch_end(self, model: Any) -> None:
            loss = model.get_latest_training_loss()
            self.losses.append(loss - self.before)
            self.before = loss

    log = Log()
    model = Word2Vec(sentences_of(corpus, words), sg=1, seed=seed, compute_loss=True, callbacks=[log], **OPTIONS)
    model.wv.init_sims(replace=True)
    if any(later >= earlier for earlier, later in itertools.pairwise(log.losses)):
        raise RuntimeError(f"the loss rises: {log.losses}")
    return _similarity(model.wv)


def tutorial(corpus: Path, seed: int, words: int) -> float:
    """Do what gensim's tutorial of Word2Vec does: train, ask, save, load, train further, evaluate."""
    from gensim.models import KeyedVectors, Word2Vec
    from gensim.test.utils import datapath

    model = Word2Vec(sentences=sentences_of(corpus, words), seed=seed, **OPTIONS)
    for row, word in enumerate(model.wv.index_to_key):
        if row == 10:
            break
        model.wv.get_vecattr(word, "count")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        model.save(path)
        model = Word2Vec.load(path)
        model.wv.save(path + ".wordvectors")
        vectors = KeyedVectors.load(path + ".wordvectors", mmap="r")
    if not np.array_equal(vectors["king"], model.wv["king"]):
        raise RuntimeError("the vectors have changed on their way through a file")
    model.train([["advanced", "users", "can", "load", "a", "model", "and", "continue"]], total_examples=1, epochs=1)
    model.wv.evaluate_word_analogies(datapath("questions-words.txt"), restrict_vocab=1000)
    return _similarity(model.wv)
