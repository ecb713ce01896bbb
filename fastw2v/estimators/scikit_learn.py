"""What is used of scikit-learn in one module, so that ``scikit_learn.pyi`` can type it: scikit-learn has no types."""

import fastw2v.machine

fastw2v.machine.refuse_sub_interpreters("scikit-learn")

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402

__all__ = ["BaseEstimator", "ClassNamePrefixFeaturesOutMixin", "TransformerMixin", "check_is_fitted", "clone"]
