"""Text classification: 20 Newsgroups by a linear classifier on word vectors, compared with bag-of-words.

    python examples/text_classification.py
    python examples/text_classification.py --plot posts.png

The vectors are trained on the training posts alone. The posts are read from the folder that FASTW2V_DATA names, or
fetched once. Expect bag-of-words to win: single words, such as names, distinguish the groups, and a mean blurs them.

The picture shows test posts as points, by the mean of their words' vectors (pip install 'fastw2v[plot]').
"""

import argparse
from collections import Counter

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from fastw2v import DocVectorizer, Word2Vec
from fastw2v.corpus.tokenizers import words
from fastw2v.datasets import fetch_20newsgroups


def without_attachments(posts: list[str]) -> list[str]:
    """Drop the few posts that are pictures and programs encoded as text and repeat a token thousands of times."""
    return [post for post in posts if max(Counter(words(post)).values(), default=0) < 500]


def draw(vectors: np.ndarray, groups: list[str], seed: int, path: str) -> None:
    """Write a picture of posts: near each other if their vectors are, each family of groups in its colour."""
    from matplotlib.figure import Figure

    points = TSNE(perplexity=min(30, len(vectors) / 4), random_state=seed).fit_transform(vectors)
    families = np.array([group.partition(".")[0] for group in groups])
    figure = Figure(figsize=(8, 6), layout="constrained")
    ax = figure.subplots()
    for number, family in enumerate(sorted(set(families))):
        ax.scatter(*points[families == family].T, s=9, color=f"C{number}", alpha=0.7, linewidths=0, label=family)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, markerscale=2)
    ax.set(xticks=[], yticks=[], title="Posts of 20 Newsgroups by the mean of their words' vectors")
    ax.spines[:].set_color("0.8")
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--min-count", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", metavar="FILE", help="write a picture of 2,000 posts (.png, .svg, .pdf)")
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
    if options.plot:
        some = np.random.default_rng(options.seed).permutation(len(test_posts))[:2000]
        vectors = unit.transform([test_posts[place] for place in some])
        draw(vectors, [test_groups[place] for place in some], options.seed, options.plot)


if __name__ == "__main__":
    main()
