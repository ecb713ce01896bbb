"""scikit-learn's bases under one name, so that ``scikit_learn.pyi`` can give them types: their own package has none."""

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin

__all__ = ["BaseEstimator", "ClassNamePrefixFeaturesOutMixin", "TransformerMixin"]
