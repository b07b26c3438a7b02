"""Where third parties once found what a task is made of; see `base`."""
