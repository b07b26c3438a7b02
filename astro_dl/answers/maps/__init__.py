"""Answers for every pixel of an image."""
