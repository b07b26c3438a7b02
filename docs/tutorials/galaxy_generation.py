"""
Drawing galaxies
================

A network draws as many galaxies as are asked for, of the magnitude, size and kind asked for.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

import astro_dl
from astro_dl.science.galaxy_generation.physics import GalaxyGenerationPhysics
from astro_dl.science.galaxy_generation.statistics import structure_statistics

# %%
# The galaxies
# ------------
# Spirals of one magnitude and one half-light radius, as a FITS cube with a table, and from Python.

predictor = astro_dl.load_pretrained("galaxy_vae")
astro_dl.generate(predictor, 8, magnitude=21, re_arcsec=0.6, kind="spiral", out="cube.fits")
with fits.open("cube.fits") as hdus:
    hdus.info()
    spirals = hdus[0].data

# %%
# What was asked, and what is measured
# ------------------------------------
# Of all magnitudes, sizes and kinds, beside as many simulated galaxies.

physics = GalaxyGenerationPhysics()
drawn = astro_dl.generate(predictor, 400, seed=1)
simulated = astro_dl.simulate("galaxy_generation", 400, seed=2)
both = {"simulated": simulated, "drawn": drawn}

# %%
# The figure
# ----------

figure = plt.figure(figsize=(9, 6.5), layout="constrained")
upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.6))
known = [row for row, kind in enumerate(simulated.info["kind"]) if kind == "spiral"][:8]
rows = {"simulated": simulated.x["image"][known, ..., 0], "drawn": spirals}
panels = upper.subplots(2, 8)
for line, (name, images) in zip(panels, rows.items(), strict=True):
    line[0].set_ylabel(name)
    for axis, image in zip(line, images, strict=True):
        shown = axis.imshow(np.arcsinh(image), cmap="gray", vmin=-1.5, vmax=5, origin="lower")
        axis.set(xticks=[], yticks=[])
panels[0, 0].plot([3, 13], [3, 3], color="white")
panels[0, 0].text(3, 5, '1"', color="white")
levels = np.array([0, 3, 10, 30])
bar = upper.colorbar(shown, ax=panels, ticks=np.arcsinh(levels), label="light [σ]")
bar.ax.set_yticklabels(levels)

axes = lower.subplots(1, 2)
for (name, galaxies), color in zip(both.items(), ("tab:gray", "tab:blue"), strict=True):
    found = structure_statistics(galaxies.x["image"][..., 0], physics.noise_magnitude)
    radius = np.exp(found[:, 1]) * physics.pixel_scale_arcsec
    axes[0].plot(galaxies.info["magnitude"], found[:, 0], ".", ms=3, color=color, label=name)
    axes[1].plot(galaxies.info["re_arcsec"], radius, ".", ms=3, color=color, label=name)
axes[0].axline((21, 21), slope=1, color="black", linewidth=0.8)
axes[1].axline((0.4, 0.4), slope=1, color="black", linewidth=0.8)
axes[0].set(xlabel="magnitude asked for", ylabel="magnitude measured")
axes[1].set(xlabel='half-light radius asked for ["]', ylabel='measured, blurred ["]')
axes[0].legend()
plt.show()
