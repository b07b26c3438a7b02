"""Formats of files that hold tables, a module each."""
