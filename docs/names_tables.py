"""Write the tables of other_trainers.md: other trainers' names and defaults beside this package's own.

``python docs/names_tables.py`` rewrites the page; tests/test_docs.py fails while it is out of date. gensim's names and
what to write in their place come from the package, gensim's defaults from the list that the tests hold to gensim, this
package's defaults from the constructor. The options of the two programs are written down here.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fastw2v import Word2Vec
from fastw2v.gensims_names import OF_MODELS, OF_VECTORS, PARAMETERS

HERE = Path(__file__).parent
PAGE = HERE / "other_trainers.md"
GENSIMS = HERE.parent / "tests" / "compat" / "gensim_names.json"

# Our parameter -> the option and its default; "" where the program has none.
WORD2VEC_C = {
    "corpus": ("-train", ""),
    "vector_size": ("-size", "100"),
    "window": ("-window", "5"),
    "min_count": ("-min-count", "5"),
    "architecture": ("-cbow", "1"),
    "loss": ("-hs", "0"),
    "negative": ("-negative", "5"),
    "sample": ("-sample", "1e-3"),
    "epochs": ("-iter", "5"),
    "learning_rate": ("-alpha", "0.025, CBOW 0.05"),
    "vocabulary": ("-read-vocab", ""),
    "n_jobs": ("-threads", "12"),
    "verbose": ("-debug", "2"),
}
FASTTEXT = {
    "corpus": ("-input", ""),
    "vector_size": ("-dim", "100"),
    "window": ("-ws", "5"),
    "min_count": ("-minCount", "5"),
    "architecture": ("skipgram, cbow", ""),
    "loss": ("-loss", "ns"),
    "negative": ("-neg", "5"),
    "sample": ("-t", "1e-4"),
    "epochs": ("-epoch", "5"),
    "learning_rate": ("-lr", "0.05"),
    "initial_vectors": ("-pretrainedVectors", ""),
    "n_jobs": ("-thread", "12"),
    "random_state": ("-seed", "0"),
    "verbose": ("-verbose", "2"),
}


def gensims_parameters() -> dict[str, list[tuple[str, str]]]:
    """Return, for each of our parameters, gensim's names and defaults."""
    ours = inspect.signature(Word2Vec).parameters
    found: dict[str, list[tuple[str, str]]] = {}
    for each in json.loads(GENSIMS.read_text(encoding="utf-8"))["Word2Vec"]["__init__"]:
        name, _, default = each.partition("=")
        told = re.match(r"pass (\w+)", PARAMETERS.get(name, ""))
        own = told[1] if told else name if name in ours and name not in PARAMETERS else None
        if own is not None:
            found.setdefault(own, []).append((name, "" if default in ("None", "()") else default))
    return found


def parameters() -> list[tuple[str, ...]]:
    """Return the rows of the table of all parameters."""
    gensims = gensims_parameters()
    rows = [("fastw2v", "default", "gensim", "word2vec.c", "fastText"), ("---",) * 5]
    for name, parameter in inspect.signature(Word2Vec).parameters.items():
        theirs = [gensims.get(name, []), *([table[name]] if name in table else [] for table in (WORD2VEC_C, FASTTEXT))]
        default = f"`{parameter.default!r}`"
        rows.append((f"`{name}`", default, *(", ".join(map(_with_default, each)) for each in theirs)))
    return rows


def _with_default(option: tuple[str, str]) -> str:
    name, default = option
    return f"`{name}`" + (f" ({default})" if default else "")


def told(names: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the rows of a table of gensim's names and what to write instead, equal answers in one row."""
    rows = [("gensim's", "here"), ("---", "---")]
    by_answer: dict[str, list[str]] = {}
    for name, answer in names.items():
        by_answer.setdefault(answer, []).append(f"`{name}`")
    return rows + [(", ".join(each), _as_code(answer)) for answer, each in by_answer.items()]


def _as_code(text: str) -> str:
    """Put what is written like code between backticks."""
    code = r"(?<![\w.`])(?:[\w.]*\w\([^()]*(?:\([^()]*\)[^()]*)*\)(?:\.\w+)?|\w+(?:\.\w+)+(?:\[[^]]*\])?|\w+_(?=[\W]|$)"
    code += r"|\w+='\w+'|\w+=\[[^]]*\]|\w*_\w+|\w+\[\w+(?:\.\w+\(\w+\))?\])"
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(code, r"`\g<0>`", part) for part in parts)


TABLES: dict[str, Callable[[], Iterable[tuple[str, ...]]]] = {
    "parameters": parameters,
    "gensim's parameters": lambda: told(PARAMETERS),
    "gensim's models": lambda: told({name: how for name, how in OF_MODELS.items() if name not in PARAMETERS}),
    "gensim's vectors": lambda: told(OF_VECTORS),
}


def with_tables(page: str) -> str:
    """Return the text of the page with its tables as the code now says them."""

    def table(found: re.Match[str]) -> str:
        rows = ["| " + " | ".join(row) + " |" for row in TABLES[found[1]]()]
        lines = [re.sub(r" +\|", " |", row) for row in rows]
        return "\n".join([f"<!-- names: {found[1]} -->", *lines, "<!-- end -->"])

    return re.sub(r"<!-- names: (.+?) -->\n.*?<!-- end -->", table, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
