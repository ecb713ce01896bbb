"""Everything decided once per fit: the plan, its draws and tables, the rows. Nothing here depends on a device.

learning_rate.py holds the learning rate, output_rate.py each output row's share of it, windows.py the windows and how
they are weighted and cut. chunks.py cuts the corpus, staleness.py bounds the length of tiles and concurrency.py the
number of threads and of tiles at once. draws.py makes random draws, subsampling.py and noise.py the distributions,
tables.py all that a run knows of each word. rows.py allocates the rows, training_parameters.py checks the user's
parameters, and plan.py combines all of them.
"""
