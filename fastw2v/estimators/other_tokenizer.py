"""What becomes of a model's tokenizer when another one is given, or set, after the first text was split."""

from __future__ import annotations

from fastw2v.corpus.tokenizers import LostTokenizer, Tokenizer, tokenizer_name
from fastw2v.errors import warn_user


def tokenizer_after(known: Tokenizer, used: Tokenizer) -> Tokenizer:
    """Return the tokenizer for documents after another pass; warn if the pass split its text in another way."""
    if used == "tokens":  # token lists say nothing of strings
        return known
    if _says_nothing(known):
        return used
    if known != used:
        warn_user(
            f"partial_fit split this text by the tokenizer {tokenizer_name(used)}, but the model's own is "
            f"{tokenizer_name(known)}, by which transform splits; words may not match: set it for both, as in "
            f"set_params(tokenizer={tokenizer_name(known)})"
        )
    return known


def warn_of_other_tokenizer(known: Tokenizer, given: Tokenizer | None) -> None:
    """Warn if a tokenizer was set after `fit` that documents are not split by."""
    if given not in (None, known) and not _says_nothing(known):
        warn_user(
            f"transform splits by the tokenizer of fit, {tokenizer_name(known)}, and not by "
            f"tokenizer={tokenizer_name(given)}: fit again on the text itself, or use "
            "DocVectorizer(model, tokenizer=...)"
        )


def _says_nothing(known: Tokenizer) -> bool:
    return known == "tokens" or isinstance(known, LostTokenizer)
