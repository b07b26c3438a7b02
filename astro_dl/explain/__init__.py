"""What in an input moves a network's answer; `astro_dl.explain.explanation.explain` asks it."""
