"""Past one machine: the same work on a Dask scheduler, with the same results."""
