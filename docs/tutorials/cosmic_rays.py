"""
Cosmic rays in a single exposure
================================

One exposure goes in, a mask of the pixels that particles hit comes out.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from astropy.visualization import simple_norm

import astro_dl
from astro_dl.observations.images.particles import Detector, deposit, draw_hits
from astro_dl.science.cosmic_rays.exposures import open_exposure
from astro_dl.science.cosmic_rays.predict import hit_probability

# %%
# The file
# --------
# 250 stars over a sky of 100 electrons, and thirty particles.

rng, size = np.random.default_rng(7), 300
y, x = np.mgrid[:size, :size]
image = np.full((size, size), 100.0)
stars = np.column_stack([*rng.uniform(0, size, (2, 250)), 500 * rng.pareto(1.2, 250) + 200])
for row, column, flux in stars:
    image += flux / 18 * np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * 1.7**2))
detector = Detector(np.array([15.0]), np.array([50.0]), np.array([5.0]))
hits = draw_hits(np.zeros(30, int), size, detector, rng, 2.0, 0.15)
charge = deposit(hits, detector, 1, size, rng)[0]
exposure = rng.poisson(image) + charge + 5 * rng.standard_normal(image.shape)
header = fits.Header({"BUNIT": "electron"})
fits.writeto("exposure.fits", exposure.astype("f4"), header, overwrite=True)

# %%
# The answer
# ----------
# The table has a row for each hit; the probabilities of all pixels are a function away.

predictor = astro_dl.load_pretrained("cosmic_ray_unet")
found = predictor.predict("exposure.fits")
print(found[:5])
with open_exposure("exposure.fits") as opened:
    probability, _ = hit_probability(predictor, opened)
mask = probability > 0.5

# %%
# The figure
# ----------

struck = charge > np.sqrt(100 + 25)
caught = (mask & struck).sum() / struck.sum()
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5), layout="constrained")
norm = simple_norm(exposure, "asinh", percent=99.3)
left.imshow(exposure, norm=norm, cmap="gray", origin="lower")
left.set_title("exposure")
right.imshow(exposure, norm=norm, cmap="gray", origin="lower")
right.imshow(np.where(mask, 1.0, np.nan), cmap="autumn", origin="lower", interpolation="nearest")
right.set_title(f"{len(found)} hits, {caught:.1%} of {struck.sum()} struck pixels")
for axis in (left, right):
    axis.set(xticks=[], yticks=[])
plt.show()
