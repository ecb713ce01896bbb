"""Text classification: 20 Newsgroups by a linear classifier on word vectors, compared with bag-of-words.

    python examples/text_classification.py

The vectors are trained on the training posts alone. The posts are read from the folder that FASTW2V_DATA names, or
fetched once. Expect bag-of-words to win: single words, such as names, distinguish the groups, and a mean blurs them.
"""

import argparse
from collections import Counter

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from fastw2v import DocVectorizer, Word2Vec
from fastw2v.corpus.tokenizers import words
from fastw2v.datasets import fetch_20newsgroups


def without_attachments(posts: list[str]) -> list[str]:
    """Drop the few posts that are pictures and programs encoded as text and repeat a token thousands of times."""
    return [post for post in posts if max(Counter(words(post)).values(), default=0) < 500]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--min-count", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    posts, groups = fetch_20newsgroups("train")
    test_posts, test_groups = fetch_20newsgroups("test")

    model = Word2Vec(
        vector_size=options.vector_size,
        epochs=options.epochs,
        min_count=options.min_count,
        random_state=options.seed,
    ).fit(without_attachments(posts))
    print(f"{model.report_.words_per_second:,.0f} words/s, {len(model.vocabulary_):,} words")

    bag = TfidfVectorizer(sublinear_tf=True, min_df=options.min_count)
    mean = make_pipeline(DocVectorizer(model), StandardScaler())
    weighted = make_pipeline(DocVectorizer(model, "tfidf"), StandardScaler())
    unit = DocVectorizer(model, "tfidf", normalize="l2")  # rows as long as the bag's, so that neither dominates
    both = FeatureUnion([("bag", bag), ("vectors", unit)])
    for name, features, strength in (
        ("bag of words, tf-idf", bag, 10),
        ("word vectors, mean", mean, 0.1),
        ("word vectors, tf-idf weights", weighted, 0.1),
        ("both", both, 10),
    ):
        classifier = make_pipeline(features, LogisticRegression(C=strength, max_iter=1000, tol=1e-3))
        score = classifier.fit(posts, groups).score(test_posts, test_groups)
        print(f"{name:30} {100 * score:5.1f} %", flush=True)


if __name__ == "__main__":
    main()
