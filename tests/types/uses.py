"""A user's script: each public name as the README uses it. It is checked by ``mypy --strict`` and never run.

A comment ``# is: TYPE`` is the type that the checker must find, ``# error: CODE`` the error that it must report.
"""

# ruff: noqa: F821, B018

from pathlib import Path

import numpy as np

import fastw2v
from fastw2v import DocVectorizer, EncodedCorpus, Vocabulary, Word2Vec, WordVectors, encode, load, save, show_config
from fastw2v.compat import gensim
from fastw2v.compat.gensim import Word2Vec as GensimWord2Vec
from fastw2v.datasets import fetch_word_pairs
from fastw2v.errors import CorpusError
from fastw2v.evaluate import evaluate_analogies, evaluate_word_pairs
from fastw2v.formats import export
from fastw2v.layers import SkipGram


class MyWord2Vec(Word2Vec):
    """A subclass keeps its type through `fit`."""


sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 1000

# --- training ---

model = Word2Vec("corpus.txt", vector_size=100, random_state=np.random.default_rng(1), callbacks=[print]).fit()
reveal_type(model)  # is: fastw2v.api.Word2Vec
reveal_type(Word2Vec(sentences).fit().most_similar("x"))  # is: list[tuple[Any, float]]
reveal_type(MyWord2Vec(Path("corpus.txt")).fit(resume=True, checkpoint="run.fw2v"))  # is: uses.MyWord2Vec
reveal_type(Word2Vec().partial_fit(sentences))  # is: fastw2v.api.Word2Vec
reveal_type(Word2Vec().partial_fit(sentences, new_words=True))  # is: fastw2v.api.Word2Vec
reveal_type(MyWord2Vec.load("model.fw2v"))  # is: uses.MyWord2Vec
reveal_type(Word2Vec(vocabulary={"cat": 3}, initial_vectors=model, frozen=["cat"]))  # is: fastw2v.api.Word2Vec
reveal_type(model.vectors_)  # is: fastw2v.vectors.word_vectors.WordVectors
reveal_type(model["cat"])  # is: NDArray[float32]
reveal_type(model[["cat", "dog"]])  # is: NDArray[float32]
reveal_type(model.loss_history_)  # is: list[float]
reveal_type(model.report_.words_per_second)  # is: float
reveal_type(model.corpus_report_.dropped_tokens)  # is: int
reveal_type(model.vocabulary_.counts)  # is: NDArray[int64] | None
answer: list[tuple[str, float]] = model.most_similar("king")
upper = [word.upper() for word, _ in answer]
reveal_type(model.analogy("man", "king", "woman"))  # is: list[tuple[Any, float]]
reveal_type(model.similarity("cat", "dog"))  # is: float
reveal_type(model.transform(["the cat"]))  # is: NDArray[float32]
reveal_type(model.fit_transform(sentences))  # is: NDArray[float32]
reveal_type(model.get_params())  # is: dict[str, Any]
reveal_type(MyWord2Vec().set_params(window=3))  # is: uses.MyWord2Vec

# --- vectors ---

save("vectors.safetensors", model.vectors_)
save("vectors.safetensors", model)
vectors = load("vectors.safetensors", mmap=True)
reveal_type(vectors)  # is: fastw2v.vectors.word_vectors.WordVectors
reveal_type(vectors.vectors)  # is: NDArray[float32]
reveal_type(vectors["cat"])  # is: NDArray[float32]
reveal_type(vectors[:10])  # is: fastw2v.vectors.word_vectors.WordVectors
reveal_type(vectors.get("cat"))  # is: NDArray[float32] | None
reveal_type(vectors.most_similar("cat", among={"dog", "sat"}))  # is: list[tuple[Any, float]]
reveal_type(vectors.most_similar_batch(["cat", "dog"], topn=3))  # is: list[list[tuple[Any, float]]]
reveal_type(WordVectors(np.eye(2), ["a", "b"]).unit_vectors)  # is: NDArray[float32]
index = fastw2v.ann.ApproximateIndex(vectors)
reveal_type(index)  # is: fastw2v.vectors.approximate.ApproximateIndex
reveal_type(model.most_similar("cat", index=index))  # is: list[tuple[Any, float]]
export("folder", vectors, to="model2vec")
reveal_type(vectors.explore("map.html", 2000, "umap", clusters=8))  # is: pathlib.Path
vectors.plot(["cat", "dog"], "tsne", groups={"cat": "pet"}, perplexity=5).figure.savefig("words.png")
model.plot_loss().figure.savefig("loss.png")
fastw2v.formats.export("vectors.npz", vectors, "npz")

# --- evaluation ---

pairs = [("cat", "dog", 9.0), ("cat", "sat", 2.5)]
reveal_type(evaluate_word_pairs(model, pairs).spearman)  # is: float
reveal_type(evaluate_word_pairs(vectors, pairs).spearman)  # is: float
reveal_type(evaluate_word_pairs(vectors, fetch_word_pairs("ws353")).pearson)  # is: float
questions = [("family", [("the", "cat", "the", "dog")])]
reveal_type(fastw2v.evaluate.evaluate_analogies(vectors, questions, protocol="c").total.accuracy)  # is: float
evaluate_analogies(vectors, fastw2v.datasets.fetch_analogies())

# --- corpora ---

corpus = encode(sentences, min_count=1)
reveal_type(corpus)  # is: fastw2v.corpus.encoded_corpus.EncodedCorpus
reveal_type(corpus.ids)  # is: NDArray[int32]
reveal_type(corpus[0])  # is: NDArray[int32]
reveal_type(EncodedCorpus.from_ids([[0, 1], [1, 0]], ["a", "b"]).offsets)  # is: NDArray[int64]
reveal_type(Vocabulary(["the", "cat"], [7, 2])["cat"])  # is: int
try:
    encode(corpus)
except fastw2v.errors.CorpusTypeError:
    pass
except CorpusError:
    pass

# --- documents ---

vectorizer = DocVectorizer("vectors.safetensors", weighting="sif", normalize="l2").fit(["a", "b"])
reveal_type(vectorizer)  # is: fastw2v.documents.DocVectorizer
reveal_type(vectorizer.transform(["one document", "another one"]))  # is: NDArray[float32]
reveal_type(DocVectorizer(Word2Vec()).fit_transform([["a"], ["b"]]))  # is: NDArray[float32]

# --- the rest ---

show_config()
reveal_type(fastw2v.__version__)  # is: str
reveal_type(GensimWord2Vec(sentences).wv)  # is: fastw2v.compat.keyed_vectors.KeyedVectors
reveal_type(fastw2v.compat.gensim.Word2Vec(sentences).wv)  # is: fastw2v.compat.keyed_vectors.KeyedVectors
keyed = gensim.KeyedVectors(100)
reveal_type(GensimWord2Vec(sentences).wv["cat"])  # is: NDArray[float32]
reveal_type(keyed[["cat", "dog"]])  # is: NDArray[float32]
reveal_type(keyed[:10])  # is: fastw2v.compat.keyed_vectors.KeyedVectors
reveal_type(keyed.most_similar("cat", topn=3))  # is: list[tuple[Any, float]]
reveal_type(keyed.most_similar("cat", topn=None))  # is: NDArray[float32]
reveal_type(keyed.most_similar("cat", None, None))  # is: NDArray[float32]
reveal_type(keyed.most_similar_cosmul(["cat"], ["dog"]))  # is: list[tuple[Any, float]]
reveal_type(keyed.similar_by_word("cat"))  # is: list[tuple[Any, float]]
reveal_type(keyed.similar_by_vector(np.ones(100), topn=None))  # is: NDArray[float32]
gensim.LineSentence("corpus.txt")
reveal_type(SkipGram(10, 4, 2, np.arange(10)))  # is: fastw2v.layers.layers.SkipGram
fastw2v.layers.sigmoid(np.zeros(3))
reveal_type(fastw2v.tokenizers.words("a b"))  # is: list[str]

# --- what must be refused ---

Word2Vec(sentences, vectorsize=5)  # error: call-arg
Word2Vec(5)  # error: arg-type
Word2Vec(sentences, architecture="skip-gram")  # error: arg-type
Word2Vec(sentences, device="gpu")  # error: arg-type
Word2Vec(sentences, window="5")  # error: arg-type
Word2Vec(sentences).fit(resum=True)  # error: call-arg
model.most_simlar("cat")  # error: attr-defined
model.most_similar("cat", top_n=3)  # error: call-arg
model.loss_histroy_  # error: attr-defined
vectors.most_similar("cat", topn="3")  # error: arg-type
DocVectorizer(weighting="tf-idf")  # error: arg-type
DocVectorizer(vectors, size=3)  # error: call-arg
vectorizer.transfrom(["a"])  # error: attr-defined
encode(sentences, mincount=1)  # error: call-arg
vectors.plot(method="lda")  # error: arg-type
load("vectors.txt", format="txt")  # error: arg-type
save("vectors.txt", vectors, fmt="text")  # error: call-arg
evaluate_analogies(vectors, questions, protocol="word2vec")  # error: arg-type
export("folder", vectors, to="csv")  # error: arg-type
fastw2v.no_such_name  # error: attr-defined
fastw2v.compat.glove  # error: attr-defined
