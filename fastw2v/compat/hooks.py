"""gensim's inner methods: a subclass that overrides one expects calls that never come, so it is refused."""

from __future__ import annotations

from typing import Any

_TRAINING = (
    *("_do_train_job", "_do_train_epoch", "_train_epoch", "_train_epoch_corpusfile", "_worker_loop"),
    *("_worker_loop_corpusfile", "_job_producer", "_get_next_alpha", "_get_thread_working_mem", "_raw_word_count"),
    *("_log_progress", "_log_epoch_progress", "_log_epoch_end", "_log_train_end", "_clear_post_train"),
    *("_check_corpus_sanity", "_check_training_sanity", "_scan_vocab", "_save_specials", "_load_specials"),
    *("_smart_save", "_adapt_by_suffix"),
)
# Public in gensim, but called by its build_vocab and train alone.
_STEPS = (*("scan_vocab", "prepare_vocab", "add_null_word", "create_binary_tree", "make_cum_table", "seeded_vector"),)
HOOKS = frozenset(_TRAINING + _STEPS)
OF_TRAINING = dict.fromkeys(
    _TRAINING,
    "training has no such step: pass finished sentences to train (a list, an iterable or a generator), let callbacks "
    "act between epochs, or use gensim's own Word2Vec",
)
_INSTEAD = (
    "Pass finished sentences to build_vocab and train (walks, say, as a list, an iterable or a generator), let "
    "callbacks act between epochs, or "
)


class NoHooks:
    """Base of classes whose subclasses, and objects, may not override what is never called."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Raise `TypeError` for a class that overrides a hook of gensim's, itself or by another of its bases."""
        super().__init_subclass__(**options)
        cls._refuse_hooks()

    @classmethod
    def _refuse_hooks(cls) -> None:
        """Raise `TypeError` for hooks of the class, which may have been set on it since it was made."""
        bases = cls.__mro__
        others = [base for base in bases if not base.__module__.startswith("fastw2v.compat.")]
        hooks = HOOKS.intersection(set().union(*map(vars, others)))
        found = sorted(hooks.union(*(OF_TRAINING.keys() & vars(base).keys() for base in bases)))
        if found:
            raise TypeError(
                f"class {cls.__name__} overrides {', '.join(found)}, which gensim calls while it reads or trains and "
                "fastw2v does not: the class would train on something else than it means. "
                f"{_INSTEAD}derive the class from gensim's own Word2Vec"
            )

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, unless it is a hook of gensim's."""
        if name in HOOKS:
            raise AttributeError(
                f"{type(self).__name__}.{name} cannot be set: gensim calls it while it reads or trains, and fastw2v "
                f"does not. {_INSTEAD}use gensim's own Word2Vec"
            )
        super().__setattr__(name, value)
