"""Sentiment: classify sentences of film reviews (SST-2) by word vectors, compared with bag-of-words.

    FASTW2V_DATA=... python examples/sentiment.py
    FASTW2V_DATA=... python examples/sentiment.py --corpus enwiki-17M-words.txt --plot words.png

Without --corpus the vectors are trained on the 6,920 training sentences alone, which are too few for good vectors.
Words of opposite sentiment occur in the same contexts (a good film, a bad film), so word vectors capture little of it.

The picture shows the words that the classifier of mean vectors finds the most positive and the most negative (pip
install 'fastw2v[plot]').
"""

import argparse

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from fastw2v import DocVectorizer, Word2Vec
from fastw2v.datasets import fetch_sst2


def draw(model: Word2Vec, classifier: Pipeline, words: int, path: str) -> None:
    """Write a picture of the frequent words whose own vectors a classifier finds the most positive and negative."""
    frequent = list(model.vectors_.commonest(1000))
    order = classifier[1:].decision_function(model[frequent]).argsort()
    negative, positive = ([frequent[row] for row in rows] for rows in (order[:words], order[-words:]))
    groups = {**dict.fromkeys(positive, "positive"), **dict.fromkeys(negative, "negative")}
    ax = model.vectors_.plot(list(groups), groups=groups)
    ax.set_title("Words of film reviews by the sentiment that a classifier gives them")
    ax.figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", help="lower-case text to train on, one sentence per line; by default the sentences")
    parser.add_argument("--epochs", type=int, help="30 for the sentences, 3 for a corpus")
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", metavar="FILE", help="write a picture of the words (.png, .svg, .pdf)")
    options = parser.parse_args()
    sentences, labels = fetch_sst2("train")
    test_sentences, test_labels = fetch_sst2("test")

    model = Word2Vec(
        vector_size=options.vector_size,
        epochs=options.epochs or (3 if options.corpus else 30),
        min_count=5 if options.corpus else 2,
        random_state=options.seed,
    ).fit(options.corpus or sentences)
    print(f"{model.report_.words_per_second:,.0f} words/s, {len(model.vocabulary_):,} words")

    rows = {
        "bag of words, tf-idf": make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10)),
        "bag of words and pairs, tf-idf": make_pipeline(
            TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)), LogisticRegression(C=10)
        ),
    }
    for weighting in ("mean", "tfidf", "sif"):
        # Without this the tokenizer of a model trained on a file would split at white space.
        vectorizer = DocVectorizer(model, weighting, tokenizer="words")
        rows[f"word vectors, {weighting}"] = make_pipeline(
            vectorizer, StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)
        )
    for name, classifier in rows.items():
        score = classifier.fit(sentences, labels).score(test_sentences, test_labels)
        print(f"{name:32} {100 * score:5.1f} %", flush=True)
    if options.plot:
        draw(model, rows["word vectors, mean"], min(30, len(model.vocabulary_) // 3), options.plot)


if __name__ == "__main__":
    main()
