"""What is decided once per fit: the plan, its draws and tables, the rows. Nothing here depends on a device.

The learning rate is in learning_rate.py, the cutting of chunks in chunks.py, the length of tiles and what bounds it in
staleness.py, the number of threads and warps in concurrency.py, random draws in draws.py, subsampling and the noise
distribution in tables.py, the initial rows in rows.py, the user's parameters in training_parameters.py. plan.py brings
them together.
"""
