"""Names of what generating networks have: a further input, and layers by which they are taken."""

CONDITIONS = "conditions"
"""The input (c,): what is known of an example, scaled to about -1 to 1."""

PRIOR, CODE, SEEN = "prior", "code", "seen"
"""Layers: the distribution of codes, a code, and the image that it stands for, without noise."""
