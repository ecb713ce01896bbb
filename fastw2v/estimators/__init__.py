"""The common parts of the scikit-learn estimators `Word2Vec` and `DocVectorizer`."""
