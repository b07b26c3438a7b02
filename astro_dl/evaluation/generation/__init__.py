"""Whether what networks draw is in the likeness of what they were shown, and no copy of it."""
