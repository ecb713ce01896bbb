"""The faces of other trainers, for scripts that were written for them."""
