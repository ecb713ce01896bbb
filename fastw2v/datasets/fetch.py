"""Corpora and evaluation sets: one that every installation has, and well-known ones that are fetched at first use.

Files are first searched in the folder that the environment variable ``FASTW2V_DATA`` names, then in the cache
(``FASTW2V_CACHE``, else the user's cache folder). If missing, they are downloaded from their original addresses and
checked by hash.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from fastw2v.errors import FormatError, ParameterError, warn_user
from fastw2v.parameters import check
from fastw2v.progress.phase import Silent, begin_phase

_PTB_ADDRESS = "https://raw.githubusercontent.com/tomsercu/lstm/master/data/ptb.{split}.txt"
_PTB_SHA256 = {
    "train": "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    "valid": "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
    "test": "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
}
_TEXT8_ADDRESS = "http://mattmahoney.net/dc/text8.zip"
_TEXT8_ZIP_SHA256 = "a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232"
_TEXT8_MD5 = "3bea1919949baf155f99411df5fada7e"
_ANALOGIES_ADDRESS = "https://raw.githubusercontent.com/tmikolov/word2vec/master/questions-words.txt"
_ANALOGIES_SHA256 = "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36"
_PAIRS_ADDRESS = "https://raw.githubusercontent.com/mfaruqui/eval-word-vectors/master/data/word-sim/{name}.txt"
# Short name -> name of the published file and its git blob hash.
_PAIRS = {
    "ws353": ("EN-WS-353-ALL", "bad1738106f1d3be8ad5b65c99986c51e2bfb6b9"),
    "ws353-similarity": ("EN-WS-353-SIM", "4a94658e25b38362fabacf8ba181e798bd2deb2b"),
    "ws353-relatedness": ("EN-WS-353-REL", "778bdc231602d330152502e6e742c5e9d9726f21"),
    "simlex999": ("EN-SIMLEX-999", "c16a182e5d4cca4cdd4823a0277c7de2dd7e49ea"),
    "rg65": ("EN-RG-65", "c882ff3b656aacb0ab21808eae841e8dfb3919bb"),
    "mc30": ("EN-MC-30", "1e88e86f73d7b3b070987c70f637ee878b588fbf"),
}
# Increased whenever the harvest changes, so that older cached text is not used.
_HARVEST_VERSION = 1


def cache_folder() -> Path:
    """Return the folder for fetched and harvested files; it may not exist yet.

    Returns
    -------
    Path
        ``$FASTW2V_CACHE`` if set, else the user's cache folder.
    """
    own = os.environ.get("FASTW2V_CACHE")
    if own:
        return Path(own)
    return Path(_pooch().os_cache("fastw2v"))


def load_docstrings(*, cache: bool = True, verbose: int = 0) -> list[list[str]]:
    """Load the built-in corpus: the docstrings of the installed standard library, NumPy and SciPy.

    Parameters
    ----------
    cache : bool, default True
        Keep the text in the cache folder, one file for each combination of package versions. If the folder is not
        writable, the source files are read each time.
    verbose : int, default 0
        1 shows progress, once a second has passed; more shows no more.

    Returns
    -------
    list of list of str
        Lower-case words, one list per paragraph: about 1.2 million words, fewer if parts of the library are missing.

    Notes
    -----
    The source files are parsed, not imported; this takes a few seconds the first time. Equal versions give equal
    corpora in the same order.

    Examples
    --------
    >>> corpus = load_docstrings()
    >>> any("matrix" in paragraph for paragraph in corpus)
    True
    """
    from fastw2v.datasets.docstring_corpus import harvest, source_roots

    check("verbose", verbose)
    roots = source_roots()
    kept = cache_folder() / f"docstrings-{_harvest_key(roots)}.txt"
    if cache and kept.is_file():
        return [line.split() for line in kept.read_text("utf-8").splitlines()]
    with begin_phase("reading", unit="files", verbose=verbose) as phase:
        corpus = list(harvest(roots, phase))
    if cache:
        _keep(kept, "".join(" ".join(words) + "\n" for words in corpus))
    return corpus


def _harvest_key(roots: list[Path]) -> str:
    """Return a key of the sources: a hash of the Python and package versions and the folders."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    facts = [str(_HARVEST_VERSION), platform.python_version()]
    for root in roots:
        try:
            facts.append(f"{root} {version(root.name)}")
        except PackageNotFoundError:  # the standard library
            facts.append(str(root))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _keep(path: Path, text: str) -> None:
    """Write a file of the cache; ignore a cache that is not writable, which only costs time at the next call."""
    from fastw2v.formats.atomic import open_atomic

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open_atomic(path) as writer:
            writer.write(text.encode("utf-8"))
    except OSError:
        return


def fetch_ptb(split: str = "train", *, verbose: int = 0) -> list[list[str]]:
    """Fetch the Penn Treebank as Mikolov prepared it: 10,000 words; others are ``<unk>`` and numbers are ``N``.

    Parameters
    ----------
    split : {"train", "valid", "test"}
    verbose : int, default 0
        1 shows the progress of a download, once a second has passed; more shows no more.

    Returns
    -------
    list of list of str
        The words of each line and ``<eos>``; 929,589 tokens in 42,068 lines for "train".

    Raises
    ------
    ParameterError
        For another `split`.
    OSError
        The file is missing and cannot be downloaded; the message names the address and FASTW2V_DATA.
    """
    _check_split(split, tuple(_PTB_SHA256))
    name = f"ptb.{split}.txt"
    known = f"sha256:{_PTB_SHA256[split]}"
    path = _find(name, f"{name}.xz") or _fetch(_PTB_ADDRESS.format(split=split), name, known, verbose)
    return [[*line.split(), "<eos>"] for line in _read_text(path).splitlines()]


def fetch_text8(*, verbose: int = 0) -> Path:
    """Fetch text8: the first 100 MB of cleaned English Wikipedia text, one line of 17,005,207 words.

    Parameters
    ----------
    verbose : int, default 0
        1 shows the progress of a download, once a second has passed; more shows no more.

    Returns
    -------
    Path
        The path of the unpacked file, for ``Word2Vec(path)``.

    Raises
    ------
    OSError
        The file is missing and cannot be downloaded; the message names the address and FASTW2V_DATA.
    """
    found = _find("text8")
    if found is not None:
        return found
    kept = cache_folder() / "text8"
    if kept.is_file():
        return kept
    import zipfile

    packed = _fetch(_TEXT8_ADDRESS, "text8.zip", f"sha256:{_TEXT8_ZIP_SHA256}", verbose)
    with zipfile.ZipFile(packed) as archive:
        text = archive.read("text8")
    if hashlib.md5(text, usedforsecurity=False).hexdigest() != _TEXT8_MD5:
        raise OSError(f"{packed}: its text does not have the MD5 sum {_TEXT8_MD5}; delete the file and try again")
    from fastw2v.formats.atomic import open_atomic

    with open_atomic(kept) as writer:
        writer.write(text)
    return kept


def fetch_analogies(*, verbose: int = 0) -> Path:
    """Fetch the Google analogies (questions-words): 19,544 questions in 14 sections.

    Parameters
    ----------
    verbose : int, default 0
        1 shows the progress of a download, once a second has passed; more shows no more.

    Returns
    -------
    Path
        The path of the file, for :func:`fastw2v.evaluate.evaluate_analogies`.

    Raises
    ------
    OSError
        The file is missing and cannot be downloaded; the message names the address and FASTW2V_DATA.
    """
    name = "questions-words.txt"
    return _find(f"analogy/{name}", name) or _fetch(_ANALOGIES_ADDRESS, name, f"sha256:{_ANALOGIES_SHA256}", verbose)


def fetch_word_pairs(name: str = "ws353", *, verbose: int = 0) -> Path:
    """Fetch a set of word pairs with similarity scores given by people.

    Parameters
    ----------
    name : {"ws353", "ws353-similarity", "ws353-relatedness", "simlex999", "rg65", "mc30"}
        WordSim-353 and its two halves, SimLex-999, Rubenstein-Goodenough, Miller-Charles.
    verbose : int, default 0
        1 shows the progress of a download, once a second has passed; more shows no more.

    Returns
    -------
    Path
        The path of the file, for :func:`fastw2v.evaluate.evaluate_word_pairs`.

    Raises
    ------
    ParameterError
        For another `name`.
    OSError
        The file is missing and cannot be downloaded; the message names the address and FASTW2V_DATA.
    """
    if name not in _PAIRS:
        raise ParameterError(f"the set of word pairs must be one of {', '.join(map(repr, _PAIRS))}; got {name!r}")
    stem, blob = _PAIRS[name]
    found = _find(f"similarity/{stem}.tsv", f"similarity/{stem}.txt")
    return found or _fetch(_PAIRS_ADDRESS.format(name=stem), f"{stem}.txt", f"git:{blob}", verbose)


class LabelledTexts(NamedTuple):
    """Texts and their labels.

    Attributes
    ----------
    texts : list of str
    labels : list of str
        For each text the name of its group, or its sentiment.
    """

    texts: list[str]
    labels: list[str]


def fetch_20newsgroups(split: str = "train") -> LabelledTexts:
    """Fetch the posts of 20 newsgroups, split by date, with their headers.

    Parameters
    ----------
    split : {"train", "test"}

    Returns
    -------
    LabelledTexts
        11,314 posts for "train", 7,532 for "test"; a label is the name of a group.

    Raises
    ------
    ParameterError
        For another `split`.
    OSError
        The file is missing and cannot be downloaded; the message says why and names FASTW2V_DATA.

    Notes
    -----
    If FASTW2V_DATA has no ``classification/20news-bydate-*.jsonl.xz`` (objects with "group" and "text"), scikit-learn
    fetches and checks the posts.
    """
    _check_split(split, ("train", "test"))
    name = f"20news-bydate-{split}.jsonl.xz"
    path = _find(f"classification/{name}", name)
    if path is not None:
        posts = [json.loads(line) for line in _read_text(path).split("\n") if line]
        return LabelledTexts([post["text"] for post in posts], [post["group"] for post in posts])
    from sklearn import datasets as known

    try:
        found = known.fetch_20newsgroups(subset=split, shuffle=False, data_home=cache_folder())
    except OSError as error:
        raise OSError(
            f"scikit-learn could not download 20 Newsgroups ({type(error).__name__}: {error}); get it by other means "
            f"and set FASTW2V_DATA to the folder that holds {name}"
        ) from error
    return LabelledTexts(list(found.data), [found.target_names[label] for label in found.target])


def fetch_sst2(split: str = "train") -> LabelledTexts:
    """Read the sentences of the Stanford Sentiment Treebank, in two classes, from the folder that FASTW2V_DATA names.

    Parameters
    ----------
    split : {"train", "dev", "test"}

    Returns
    -------
    LabelledTexts
        6,920, 872 and 1,821 sentences, lower-case, with spaces around punctuation; labels "negative" and "positive".

    Raises
    ------
    ParameterError
        For another `split`.
    FormatError
        A line has another form; the message names it.
    OSError
        The file is missing. It is not downloaded: the Treebank is published as trees, and there is no permanent
        address for these sentences.
    """
    _check_split(split, ("train", "dev", "test"))
    name = f"sst2_{split}.tsv"
    path = _find(f"classification/{name}", name)
    if path is None:
        raise OSError(
            f"{name} was not found: set FASTW2V_DATA to a folder that holds it (on each line a sentence, a tab, and 0 "
            f"for negative or 1 for positive; the sentences are those of https://nlp.stanford.edu/sentiment)"
        )
    texts, labels = [], []
    for number, line in enumerate(_read_text(path).split("\n"), 1):
        text, _, label = line.rpartition("\t")
        if label.strip() in _SENTIMENTS:
            texts.append(text)
            labels.append(_SENTIMENTS[label.strip()])
        elif line.strip():
            raise FormatError(f"{path}, line {number}: expected a sentence, a tab, and 0 or 1; found {line[:60]!r}")
    return LabelledTexts(texts, labels)


_SENTIMENTS = {"0": "negative", "1": "positive"}


def _check_split(split: str, known: tuple[str, ...]) -> None:
    if split not in known:
        raise ParameterError(f"split must be one of {', '.join(map(repr, known))}; got {split!r}")


def _find(*names: str) -> Path | None:
    """Return the first of these files in the folder that FASTW2V_DATA names, or None."""
    folder = os.environ.get("FASTW2V_DATA")
    if not folder:
        return None
    if not Path(folder).is_dir():
        warn_user(f"FASTW2V_DATA names {folder!r}, which is not a folder; it is left out of the search")
    return next((path for name in names if (path := Path(folder) / name).is_file()), None)


def _read_text(path: Path) -> str:
    raw = path.read_bytes()
    return (lzma.decompress(raw) if path.suffix == ".xz" else raw).decode("utf-8")


def _fetch(address: str, name: str, known: str, verbose: int) -> Path:
    """Return a file of the cache, downloaded from `address` if it is missing; `known` is "algorithm:hash"."""
    check("verbose", verbose)
    kept = cache_folder() / name
    algorithm, _, wanted = known.partition(":")
    if kept.is_file() and _HASHES[algorithm](kept.read_bytes()) == wanted:
        return kept
    pooch = _pooch()
    loaded = kept.with_name(f".{name}.{os.getpid()}.part")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Only pooch's downloader is used: its own check does not know git's hashes.
        with begin_phase("download", unit="bytes", verbose=verbose) as phase:
            pooch.HTTPDownloader(progressbar=_Download(phase))(address, str(loaded), None)
    except Exception as error:
        loaded.unlink(missing_ok=True)
        # Any class: requests, urllib3 and the system have classes of their own for a failed connection.
        raise OSError(
            f"{address} could not be downloaded ({type(error).__name__}: {error}); get it by other means and set "
            f"FASTW2V_DATA to the folder that holds {name}"
        ) from error
    found = _HASHES[algorithm](loaded.read_bytes())
    if found != wanted:
        loaded.unlink()
        raise OSError(
            f"{address} returned a file with the {algorithm} hash {found}, expected {wanted}: it was changed there or "
            f"in transit; get it by other means and set FASTW2V_DATA to the folder that holds {name}"
        )
    os.replace(loaded, kept)
    return kept


def _pooch() -> Any:
    """Import pooch; where it finds tqdm in a notebook without widgets, tqdm's advice to install some is not ours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "IProgress not found")
        return import_module("pooch")


class _Download:
    """What pooch takes for a progress bar, of which it sets ``total``; it is told of each part that was received."""

    def __init__(self, phase: Silent) -> None:
        self._phase = phase
        self.total = 0

    def update(self, received: int) -> None:
        self._phase.expect(self.total or None)  # a server need not say how long a file is
        self._phase.advance(received)

    def reset(self) -> None:
        """Begin at 0 again, as pooch does at the end, to tell the whole length at once."""
        self._phase.reach(0)

    def close(self) -> None:
        """Do nothing: the phase ends with the download."""


def _git_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


_HASHES: dict[str, Callable[[bytes], str]] = {
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
    "git": _git_blob,
}
