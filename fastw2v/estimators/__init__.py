"""What the scikit-learn estimators `Word2Vec` and `DocVectorizer` share."""
