"""A map of words: one page to zoom, search and click in, of any text.

    python examples/word_map.py
    python examples/word_map.py --corpus corpus.txt --words 10000 --output map.html

Without --corpus the text is the docstrings of the installed Python library, NumPy and SciPy, which need no download.
Open the page in a browser; it needs no network. (pip install 'fastw2v[plot]')
"""

import argparse

from fastw2v import Word2Vec
from fastw2v.datasets import load_docstrings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", help="text to train on, one sentence per line; by default docstrings")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--words", type=int, default=2000, help="how many of the most frequent words to show")
    parser.add_argument("--method", choices=["pca", "tsne", "umap"], default="tsne")
    parser.add_argument("--output", default="map.html")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    model = Word2Vec(epochs=options.epochs, random_state=options.seed).fit(options.corpus or load_docstrings())
    print(f"{model.report_.words_per_second:,.0f} words/s, {len(model.vocabulary_):,} words")
    page = model.vectors_.explore(options.output, options.words, options.method, random_state=options.seed)
    print(f"{page}, {page.stat().st_size / 1e6:.1f} MB: open it in a browser")


if __name__ == "__main__":
    main()
