"""Parts of speech from word vectors: is a word a noun, a verb, an adjective, an adverb, a number, a function word?

    python examples/part_of_speech.py
    python examples/part_of_speech.py --plot parts.png

The list below was written by hand; its words nearly always have the same part of speech. A classifier that has not
seen a word predicts its part (5 folds). The vectors are trained on the Penn Treebank's text without tags (from the
folder that FASTW2V_DATA names, or fetched once), with a window of 2: near neighbours reflect syntax, far ones topics.
The baseline uses the same neighbours as counts weighted by tf-idf. This tags words, whereas a tagger for text must tag
each token in its sentence.

The picture shows the words, each part of speech in its colour (pip install 'fastw2v[plot]').
"""

import argparse

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from fastw2v import Word2Vec
from fastw2v.datasets import fetch_ptb

WORDS = {
    "noun": """company market year government president stock bank business country price week group people money
        court house city problem school industry product chairman analyst investor economy system director agency
        office law hospital car newspaper magazine minister executive lawyer union factory computer restaurant church
        weather disease airline reporter committee property newspaper student teacher river""",
    "verb": """make take give become bring keep provide include allow avoid continue expect believe require receive
        consider lose send understand remain agree suggest eliminate accept describe encourage prevent reduce improve
        create protect sell buy build choose decide explain follow achieve maintain obtain persuade prove seek solve
        survive wait eat write speak""",
    "past": """said went took became gave knew began wrote saw grew spoke fell chose drew rose told brought bought
        kept thought sent lost paid met held stood sought came got made ate drove threw forced announced happened
        occurred disclosed argued insisted""",
    "adjective": """new large small important federal political economic recent strong foreign major financial
        different difficult national possible available popular famous serious huge big social legal nervous healthy
        happy beautiful dangerous traditional powerful successful reasonable domestic corporate modest aggressive
        substantial significant enormous rural cheap rich young expensive""",
    "adverb": """quickly slowly recently often never usually always probably already certainly currently simply nearly
        actually finally clearly apparently generally eventually sharply slightly strongly widely immediately directly
        sometimes perhaps merely relatively primarily rapidly frequently previously roughly virtually""",
    "preposition": """of in for from with at by into between among during without through against toward under within
        across despite behind beyond throughout upon via amid""",
    "pronoun or determiner": """he she it they we you i him them us me the a an this these those his her their our my
        your its every each himself themselves itself everyone someone nobody something""",
    "number": """two three four five six seven eight nine ten twelve fifteen twenty hundred thousand dozen""",
}


def words_with_parts(known: Word2Vec) -> tuple[list[str], list[str]]:
    """Return the words of the list that have a vector, each once, and their parts of speech."""
    part_of = {word: part for part, text in WORDS.items() for word in text.split() if word in known}
    return list(part_of), list(part_of.values())


def neighbourhoods(corpus: list[list[str]], words: list[str], window: int) -> list[str]:
    """Return all neighbours of each word, as text: "-1_the" is directly before it."""
    found: dict[str, list[str]] = {word: [] for word in words}
    for sentence in corpus:
        for place, word in enumerate(sentence):
            if word in found:
                for offset in range(-window, window + 1):
                    if offset and 0 <= place + offset < len(sentence):
                        found[word].append(f"{offset}_{sentence[place + offset]}")
    return [" ".join(neighbours) for neighbours in found.values()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--window", type=int, default=2)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", metavar="FILE", help="write a picture of the words (.png, .svg, .pdf)")
    options = parser.parse_args()
    corpus = fetch_ptb("train")
    model = Word2Vec(
        corpus,
        window=options.window,
        vector_size=options.vector_size,
        epochs=options.epochs,
        min_count=1,  # the Treebank's rare words are already replaced
        random_state=options.seed,
    ).fit()
    words, parts = words_with_parts(model)
    print(f"{len(words)} words, {len(set(parts))} parts of speech")

    neighbours = neighbourhoods(corpus, words, options.window)
    bag = TfidfVectorizer(analyzer=str.split, sublinear_tf=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=options.seed)
    for name, classifier, rows in (
        ("most frequent part for all", DummyClassifier(), neighbours),
        ("neighbours by tf-idf", make_pipeline(bag, LogisticRegression(C=100, max_iter=1000)), neighbours),
        ("word vectors", make_pipeline(Normalizer(), LogisticRegression(C=100, max_iter=1000)), model[words]),
    ):
        scores = cross_val_score(classifier, np.asarray(rows), parts, cv=folds)
        print(f"{name:28} {100 * scores.mean():5.1f} %")

    if options.plot:
        ax = model.vectors_.plot(set(words), "tsne", groups=dict(zip(words, parts, strict=True)), labels=150)
        ax.set_title("Words of the Penn Treebank by part of speech")
        ax.figure.savefig(options.plot, dpi=150)


if __name__ == "__main__":
    main()
