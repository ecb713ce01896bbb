"""Everything decided once per fit: the plan, its draws and tables, the rows. Nothing here depends on a device.

learning_rate.py holds the learning rate, chunks.py cuts the corpus, staleness.py bounds the length of tiles and
concurrency.py the number of threads and warps. draws.py makes random draws, subsampling.py and noise.py the
distributions, tables.py the tables of both. rows.py allocates the rows, training_parameters.py checks the user's
parameters, and plan.py combines all of them.
"""
