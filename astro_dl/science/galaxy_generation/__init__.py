"""Galaxies drawn by networks: of the magnitude, size and kind that are asked for."""
