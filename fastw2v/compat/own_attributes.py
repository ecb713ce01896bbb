"""Attributes that a script or a subclass gave a model or its vectors: those of plain values are saved with it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from fastw2v.errors import warn_user

# Attributes that a model's file keeps: its arguments, and totals.
SAVED = (
    *("vector_size", "window", "epochs", "negative", "alpha", "min_alpha", "sample", "ns_exponent", "min_count"),
    *("max_final_vocab", "shrink_windows", "sg", "cbow_mean", "seed", "workers", "compute_loss", "hs", "batch_words"),
    *("max_vocab_size", "null_word", "sorted_vocab", "comment", "effective_min_count"),
    *("corpus_count", "corpus_total_words", "train_count", "total_train_time", "running_training_loss"),
    "min_alpha_yet_reached",
)
# All that a model has of itself.
OF_MODELS_THEMSELVES = {
    *SAVED,
    *("wv", "syn1", "syn1neg", "hashfxn", "loss_history", "lifecycle_events", "spool"),
    *("_held", "_raw", "_rows_are_of", "_in_training"),
}


def own_attributes(model: Any, base: type, known: Collection[str], called: str = "model") -> dict[str, Any]:
    """Return the attributes besides the `known` that a file keeps; warn of the others by name."""
    own = {name: value for name, value in vars(model).items() if name not in known}
    kept = {name: value for name, value in own.items() if _can_be_restored(name, base) and _is_plain(value)}
    if lost := sorted(own.keys() - kept.keys()):
        warn_user(
            f"save leaves out {', '.join(f'{called}.{name}' for name in lost)}: the file keeps None, numbers, strings, "
            "lists and dicts of these; save other values on their own and set them again after load"
        )
    return kept


def restore_own_attributes(model: Any, base: type, known: Collection[str], kept: Any) -> None:
    """Set the attributes that a file has; none takes the place of what `base` defines."""
    if isinstance(kept, dict):
        names = [name for name in kept if name not in known and _can_be_restored(name, base)]
        vars(model).update({name: kept[name] for name in names})


def _can_be_restored(name: str, base: type) -> bool:
    return name.isidentifier() and not hasattr(base, name)


def _is_plain(value: Any) -> bool:
    """Return whether JSON gives the same value back."""
    try:
        again = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return False
    return _same(again, value)


def _same(again: Any, value: Any) -> bool:
    """Compare with types, since a tuple comes back as a list, and a number that is a key as a string."""
    if type(again) is not type(value):
        return False
    if isinstance(value, dict):
        return again.keys() == value.keys() and all(_same(again[key], value[key]) for key in value)
    if isinstance(value, list):
        return len(again) == len(value) and all(map(_same, again, value))
    return bool(again == value)
