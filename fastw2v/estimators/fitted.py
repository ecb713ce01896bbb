"""The base of `Word2Vec` that says why an attribute which `fit` may set is not there."""

from __future__ import annotations

from fastw2v.gensims_names import Answers
from fastw2v.vectors.word_vectors import WordVectors

REASONS = {
    "context_vectors_": "loss='hs' trains none, and a file may leave them out",
    "node_vectors_": "only loss='hs' and 'both' train them, and a file may leave them out",
    "device_vectors_": "only training on a GPU makes them, until the next training; copies and files have none",
    **dict.fromkeys(["report_", "corpus_report_"], "it tells of the training in this process, and files have none"),
}


class Fitted(Answers):
    """Base of a model whose class declares what `fit` sets: names with a trailing underscore."""

    def _how_to_get_vectors(self) -> str:
        """Return the end of a message that says that this model has no vectors yet."""
        return "call fit() first"

    def _why_absent(self, name: str) -> str | None:
        """Return why this model has no such attribute, or where it is; None if it is nowhere."""
        if name not in self._gensims and not name.startswith("_") and hasattr(WordVectors, name):
            return f"{type(self).__name__!r} object has no attribute {name!r}: its word vectors do, model.wv.{name}"
        declared = (vars(base).get("__annotations__", ()) for base in type(self).__mro__)
        if not (name.endswith("_") and any(name in names for names in declared)):
            return None
        kind = type(self).__name__
        if "vectors_" not in vars(self):
            how = self._how_to_get_vectors() if name == "vectors_" else "call fit() first"
            return f"this {kind} has no {name} yet: {how}"
        return f"this {kind} has no {name}" + (f": {REASONS[name]}" if name in REASONS else "")
