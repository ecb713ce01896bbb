"""Clusters of words: k-means on word vectors, compared with the topics of the words.

    python examples/word_clusters.py
    python examples/word_clusters.py --plot clusters.png

The topics come from 20 Newsgroups: a word belongs to a topic (computers, sports, science, ...) if a far larger share of
its posts than of others holds the word. Training sees neither groups nor topics. The score of the clusters, and of a
baseline (tf-idf of the posts that hold a word, in 100 dimensions by SVD), is their normalised mutual information with
the topics: 0 for chance, 1 for the same division.

The picture shows the most frequent words of the topics, each topic in its colour (pip install 'fastw2v[plot]').
"""

import argparse
from collections import Counter

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import normalize

from fastw2v import Word2Vec
from fastw2v.corpus.tokenizers import words
from fastw2v.datasets import fetch_20newsgroups

TOPICS = {
    "computers": ["comp"],
    "vehicles": ["rec.autos", "rec.motorcycles"],
    "sports": ["rec.sport"],
    "space": ["sci.space"],
    "medicine": ["sci.med"],
    "encryption": ["sci.crypt"],
    "religion": ["alt.atheism", "soc.religion", "talk.religion"],
    "politics": ["talk.politics"],
}


def topic_of(group: str) -> str:
    """Return the topic of a newsgroup, or "" for groups without a topic."""
    starts = ((topic, start) for topic, all_starts in TOPICS.items() for start in all_starts)
    return next((topic for topic, start in starts if group.startswith(start)), "")


def words_of_topics(
    posts: list[str], groups: list[str], min_posts: int
) -> tuple[list[str], list[str], CountVectorizer]:
    """Return words that occur in enough posts and mostly, by rate, in one topic; their topics; and the counter."""
    counter = CountVectorizer(analyzer=words, min_df=min_posts, binary=True)
    holds = counter.fit_transform(posts)
    topics = np.array([topic_of(group) for group in groups])
    names = [name for name in TOPICS if (topics == name).any()]
    rates = np.array([np.asarray(holds[topics == name].mean(axis=0)).ravel() for name in names])
    shares = rates / rates.sum(axis=0)
    chosen = np.flatnonzero(shares.max(axis=0) > 0.6)
    vocabulary = counter.get_feature_names_out()
    return [vocabulary[i] for i in chosen], [names[i] for i in shares[:, chosen].argmax(axis=0)], counter


def without_attachments(posts: list[str], groups: list[str]) -> tuple[list[str], list[str]]:
    """Drop the few posts that are pictures and programs encoded as text and repeat a token thousands of times."""
    kept = [place for place, post in enumerate(posts) if max(Counter(words(post)).values(), default=0) < 500]
    return [posts[place] for place in kept], [groups[place] for place in kept]


def draw(model: Word2Vec, topic_of_word: dict[str, str], path: str) -> None:
    """Write a picture of the most frequent words of the topics."""
    words = sorted(topic_of_word, key=lambda word: -model.vocabulary_.counts[model.vocabulary_[word]])
    ax = model.vectors_.plot(words[:150], "tsne", groups=topic_of_word, labels=100)
    ax.set_title("Words of 20 Newsgroups by the topic in which they occur")
    ax.figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=len(TOPICS))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--min-posts", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", metavar="FILE", help="write a picture of the words (.png, .svg, .pdf)")
    options = parser.parse_args()
    posts, groups = without_attachments(*fetch_20newsgroups("train"))
    chosen, topics, counter = words_of_topics(posts, groups, options.min_posts)

    model = Word2Vec(epochs=options.epochs, min_count=options.min_posts, random_state=options.seed)
    model.fit(posts)
    by_post = TfidfTransformer(sublinear_tf=True).fit_transform(counter.transform(posts)).T.tocsr()
    rows = by_post[[counter.vocabulary_[word] for word in chosen]]
    size = min(100, len(chosen) - 1)
    baseline = TruncatedSVD(size, random_state=options.seed).fit_transform(rows)

    print(f"{len(chosen):,} words of {len(set(topics))} topics in {options.clusters} clusters")
    for name, vectors in (("tf-idf of posts", baseline), ("word vectors", model[chosen])):
        clusters = KMeans(options.clusters, n_init=10, random_state=options.seed).fit(normalize(vectors)).labels_
        print(f"{name:20} {normalized_mutual_info_score(topics, clusters):.3f}")
    for cluster in range(options.clusters):  # those of the word vectors, which come last
        members = [word for word, label in zip(chosen, clusters, strict=True) if label == cluster]
        members.sort(key=lambda word: -model.vocabulary_.counts[model.vocabulary_[word]])
        print(f"  {' '.join(members[:12])}")
    if options.plot:
        draw(model, dict(zip(chosen, topics, strict=True)), options.plot)


if __name__ == "__main__":
    main()
