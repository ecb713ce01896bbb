"""The maths done once per fit: what to train, in which pieces, from which draws. Nothing here depends on a device."""
