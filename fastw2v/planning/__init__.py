"""Everything decided once per fit: the plan, its draws and tables, the rows. Nothing here depends on a device.

learning_rate.py holds the learning rate, output_rate.py each output row's share of it, windows.py the windows and how
they are weighted and cut. chunks.py cuts the corpus, spread_chunks.py one that several ranks hold; staleness.py bounds
the length of tiles and concurrency.py the number of threads and of tiles at once. draws.py makes random draws,
subsampling.py and noise.py the distributions, tree.py the paths of hierarchical softmax, tables.py all that a run knows
of each word. rows.py allocates the rows, new_rows.py begins those of words that join, training_parameters.py checks the
user's parameters, and plan.py combines all of them.
"""
