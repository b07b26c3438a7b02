"""What is told of each tracer of a potential, a star of a galaxy or a galaxy of a cluster."""

RADIUS, SPEED, ERROR, KNOWN = range(4)
CHANNELS = ("ln radius", "speed", "ln error", "known")
"""Projected radius; speed along the line of sight and its error, in observed dispersions."""
