"""Several ranks that train one model: how they pass arrays to each other, and what they agree on."""
