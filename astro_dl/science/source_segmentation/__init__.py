"""Stars and galaxies in images of the sky: which pixels are of which kind, and a catalogue."""
