"""scikit-learn's base classes in one module, so that ``scikit_learn.pyi`` can type them: scikit-learn has no types."""

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin

__all__ = ["BaseEstimator", "ClassNamePrefixFeaturesOutMixin", "TransformerMixin"]
