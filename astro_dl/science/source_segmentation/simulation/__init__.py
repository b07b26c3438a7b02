"""Fields of stars and galaxies, counted by magnitude, as a survey takes them."""
