"""Names of the inputs of networks that see an image and its point-spread function."""

IMAGE, POINT_SPREAD = "image", "point_spread"
"""(size, size, 1) each: light in standard deviations of the noise, and a function of unit sum."""
