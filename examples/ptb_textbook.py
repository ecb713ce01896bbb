"""The textbook's example (Deep Learning from Scratch 2, chapter 4): CBOW on the Penn Treebank, in one call.

    python examples/ptb_textbook.py
    python examples/ptb_textbook.py --plot loss.png

The Penn Treebank is read from the folder that FASTW2V_DATA names, or fetched once. The picture shows the loss by epoch
(pip install 'fastw2v[plot]').
"""

import argparse

from fastw2v import Word2Vec
from fastw2v.datasets import fetch_ptb

NEIGHBOURS_OF = ("you", "year", "car", "toyota")
# a is to b as c is to ?
ANALOGIES = (
    ("king", "man", "queen"),
    ("take", "took", "go"),
    ("car", "cars", "child"),
    ("good", "better", "bad"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", metavar="FILE", help="write a picture of the loss (.png, .svg, .pdf)")
    options = parser.parse_args()
    model = Word2Vec(
        fetch_ptb("train"),
        architecture="cbow",
        window=5,
        vector_size=options.vector_size,
        epochs=options.epochs,
        min_count=1,  # the Treebank's rare words are already replaced
        random_state=options.seed,
        verbose=1,
    ).fit()
    report = model.report_
    print(f"{report.words_per_second:,.0f} words/s, {report.seconds:.1f} s; loss by epoch:")
    print(" ".join(f"{loss:.3f}" for loss in model.loss_history_))
    for word in NEIGHBOURS_OF:
        print(f"\n{word}")
        for neighbour, score in model.most_similar(word, topn=5):
            print(f"  {neighbour:15} {score:.3f}")
    for a, b, c in ANALOGIES:
        print(f"\n{a} : {b} = {c} : ?")
        for answer, score in model.analogy(a, b, c, topn=5):
            print(f"  {answer:15} {score:.3f}")
    if options.plot:
        model.plot_loss().figure.savefig(options.plot, dpi=150)


if __name__ == "__main__":
    main()
