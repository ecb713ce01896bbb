"""The cards of `Word2Vec` and `DocVectorizer`: what a fitted model is, in place of a diagram of one box."""

from __future__ import annotations

import inspect
from typing import Any

from fastw2v import cards
from fastw2v.cards import Html
from fastw2v.corpus.tokenizers import function_name
from fastw2v.progress.figures import counted, format_took
from fastw2v.vectors.telling_words import example_rows


def changed_parameters(estimator: Any, shown: Any) -> list[tuple[str, str]]:
    """Return the parameters that are not the default, with what a copy of short stand-ins shows of them."""
    defaults = inspect.signature(type(estimator)).parameters
    found = [(name, repr(value)) for name, value in shown.get_params(deep=False).items()]
    return [(name, text) for name, text in found if text != repr(defaults[name].default)]


def estimator_card(estimator: Any, shown: Any) -> str:
    """Return the card of an estimator, fitted or not."""
    parameters = cards.facts(changed_parameters(estimator, shown))
    name = type(estimator).__name__
    if not estimator.__sklearn_is_fitted__():
        return cards.card(name, parameters, subtitle="not fitted" if parameters else "not fitted, all defaults")
    vectors = estimator.vectors_
    made_of = model_facts(estimator) if hasattr(estimator, "architecture") else vectorizer_facts(estimator)
    nearest = example_rows(vectors)
    subtitle = f"{counted(len(vectors), 'word')}, {counted(vectors.vector_size, 'dimension')}"
    parts = [made_of, *([cards.heading("nearest words"), nearest] if nearest else [])]
    return cards.card(name, *parts, cards.folded("parameters that were set", parameters), subtitle=subtitle)


def model_facts(model: Any) -> Html:
    """Return what a fitted `Word2Vec` was trained on, and how it went; a loaded one knows less."""
    losses = model.loss_history_
    rows: list[tuple[str, Any]] = [("trained by", _method(model))]
    if (read := getattr(model, "corpus_report_", None)) is not None:
        rows.append(("corpus", f"{counted(read.raw_tokens, 'token')}, {read.coverage:.1%} in the vocabulary"))
    if losses:
        epochs = counted(len(losses), "epoch")
        words = cards.text(f" {losses[0]:.4f} to {losses[-1]:.4f} in {epochs}" if losses[1:] else f"{losses[0]:.4f}")
        rows.append(("loss", Html(f"{cards.curve(losses, 'loss of each epoch')}{words}")))
    if (report := getattr(model, "report_", None)) is not None:
        stopped = f", stopped by the {report.stopped_by}" if report.stopped_by else ""
        speed = f"{report.words_per_second:,.0f} words/s on {report.device}"
        rows.append(("training", f"{format_took(report.seconds)}, {speed}{stopped}"))
    rows.append(("seed", "" if model.seed_ is None else str(model.seed_)))
    return cards.facts(rows)


def _method(model: Any) -> str:
    noise = f"{model.negative} negatives" if model.loss != "hs" else "hierarchical softmax"
    both = " and hierarchical softmax" if model.loss == "both" else ""
    return f"{model.architecture}, window {model.window}, {noise}{both}"


def vectorizer_facts(vectorizer: Any) -> Html:
    """Return how a fitted `DocVectorizer` makes vectors of documents."""
    tokenizer = vectorizer.tokenizer_
    removed = len(getattr(vectorizer, "components_", ()))
    rows = [
        ("weighting", vectorizer.weighting_),
        ("components removed", str(removed) if removed else ""),
        ("normalize", vectorizer.normalize or ""),
        ("tokenizer", tokenizer if isinstance(tokenizer, str) else function_name(tokenizer)),
        ("word vectors", "trained in fit" if hasattr(vectorizer, "model_") else "given"),
    ]
    return cards.facts(rows)
