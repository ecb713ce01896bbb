"""What `fastw2v.gpu` stands on: the device, its kernels, and how chunks reach it."""
