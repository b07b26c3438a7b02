"""Sections of a config that are long enough for a module of their own."""
