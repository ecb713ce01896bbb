"""Options of word2vec.c, fastText, gensim, GloVe and a textbook, answered with the option that does the same here."""

from __future__ import annotations

import re
from collections.abc import Collection

from fastw2v.gensims_names import OWN_NAMES, OWN_NAMES_OF_BOOK

_CORPUS = "name the files without an option, as in 'fastw2v train corpus.txt -o vectors.fw2v'"
_UTF8 = "texts are UTF-8: convert others first, as in 'iconv -f LATIN1 -t UTF-8 corpus.txt | fastw2v train - ...'"
_NO_SUBWORDS = "leave it out: words have no subwords here"
_NO_EFFECT = "leave it out: nothing here depends on it"

# Another trainer's name, without dashes and in lower case, and ours.
_OURS = {
    **{theirs.replace("_", ""): ours.replace("_", "-") for theirs, ours in {**OWN_NAMES, **OWN_NAMES_OF_BOOK}.items()},
    **dict.fromkeys(["dim", "dims", "layer1size", "vectorsize", "embeddingdim", "embedsize"], "vector-size"),
    **dict.fromkeys(["thread", "threads", "numthreads", "cpus", "numworkers", "jobs", "nthreads", "njobs"], "n-jobs"),
    **dict.fromkeys(["lr", "rate", "eta"], "learning-rate"),
    **dict.fromkeys(["epoch", "iters", "iterations", "niter", "passes"], "epochs"),
    **dict.fromkeys(["ws", "windowsize", "contextsize"], "window"),
    **dict.fromkeys(["neg", "negatives", "numneg", "nnegs", "numnegatives"], "negative"),
    **dict.fromkeys(["mincount", "minfreq", "vocabmincount"], "min-count"),
    **dict.fromkeys(["maxvocab", "vocabsize"], "max-vocab"),
    **dict.fromkeys(["t", "subsample", "samplingthreshold"], "sample"),
    **dict.fromkeys(["readvocab", "vocabfile"], "vocab"),
    **dict.fromkeys(["savevocabfile"], "save-vocab"),
    **dict.fromkeys(["pretrainedvectors", "pretrained"], "initial-vectors"),
    **dict.fromkeys(["out", "outputfile", "savefile"], "output"),
    "model": "architecture",
    "randomstate": "seed",
}
# Names whose answer is a sentence.
_ANSWERS = {
    **dict.fromkeys(["train", "input", "inputfile", "corpus", "corpusfile", "sentences", "data"], _CORPUS),
    **dict.fromkeys(["sg", "cbow", "skipgram"], "write --architecture skipgram or --architecture cbow"),
    "hs": "write --loss hs, or --loss both for hierarchical softmax beside negative sampling",
    **dict.fromkeys(["gpu", "cuda", "usegpu"], "write --device cuda"),
    **dict.fromkeys(["lower", "lowercase"], "write --tokenizer words, which also turns words into lower case"),
    "noshrinkwindows": "write --shrink-windows no",
    "binary": "write --format binary, or name the output *.bin",
    "classes": "train vectors and cluster them, or see 'fastw2v word2vec -classes'",
    **dict.fromkeys(["encoding", "charset"], _UTF8),
    "debug": "leave it out, or write --quiet for fewer messages",
    "verbose": "leave it out, or write --quiet for fewer messages",
    **dict.fromkeys(["minn", "maxn", "bucket", "wordngrams"], _NO_SUBWORDS),
    **dict.fromkeys(["lrupdaterate", "batchwords", "batchsize", "maxvocabsize", "hashfxn", "memory"], _NO_EFFECT),
}


def answer_to(argument: str, own: Collection[str], *, rivals: bool) -> str | None:
    """Return what to say of an argument that is an option of another program; None for any other argument.

    Parameters
    ----------
    argument : str
        As it stands on the command line.
    own : collection of str
        The options that the command has.
    rivals : bool
        Whether it trains, so that the options of other trainers may be meant.

    Examples
    --------
    >>> answer_to("--size=200", {"--vector-size"}, rivals=True)
    "there is no option '--size': write --vector-size"
    >>> answer_to("--top_n", {"--top-n"}, rivals=False)
    "there is no option '--top_n': write --top-n"
    >>> answer_to("--vector-size", {"--vector-size"}, rivals=True) is None
    True
    """
    written = argument.partition("=")[0]
    if not re.fullmatch(r"--?[A-Za-z][\w-]+", written) or written in own:
        return None
    dashed = f"--{written.lstrip('-').lower().replace('_', '-')}"
    ours = dashed if dashed in own else _of_same_meaning(written, own) if rivals else None
    if ours is not None:
        return f"there is no option {written!r}: write {ours}"
    if rivals and _bare(written) in _ANSWERS and "--output" in own:
        return f"there is no option {written!r}: {_ANSWERS[_bare(written)]}"
    return None


def _of_same_meaning(written: str, own: Collection[str]) -> str | None:
    """Return the option of a command that means what another program's does."""
    meaning = _OURS.get(_bare(written), _bare(written))
    for name in own:
        if len(name) > 2 and meaning in (_OURS.get(_bare(name)), name.lstrip("-"), _bare(name)):
            return name
    return None


def _bare(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()
