"""
What kind of radio galaxy is it?
================================

Maps of radio sources go in; the class comes out, FRI, FRII, bent, compact or hybrid: here by a
forest on measures of the maps, as every network of the task is compared with it. ``astro-dl train
radio_d4`` trains a network whose answer no turn or mirror changes.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from sklearn.ensemble import RandomForestClassifier

import astro_dl
from astro_dl.core.registry import get_task
from astro_dl.science.radio_morphology.classes import SCHEMES
from astro_dl.science.radio_morphology.inputs import light_of

# %%
# The files
# ---------
# Twelve maps as FIRST would have them, with beam and coordinates in the header.

task = get_task("radio_morphology")
settings = {"size_pixels": 96, "size_range_arcsec": (18.0, 110.0)}
physics = task.physics(**settings)
names = SCHEMES[physics.classes]
examples = astro_dl.simulate(task.name, 12, seed=18, **settings)
pixel = physics.pixel_scale_arcsec / 3600
header = fits.Header({"CTYPE1": "RA---SIN", "CTYPE2": "DEC--SIN", "BUNIT": "JY/BEAM"})
header.update(CRVAL1=180.0, CRVAL2=30.0, CRPIX1=48.5, CRPIX2=48.5, CDELT1=-pixel, CDELT2=pixel)
header.update(BMAJ=physics.beam_arcsec / 3600, BMIN=physics.beam_arcsec / 3600)
rng = np.random.default_rng(19)
paths = [Path(f"source_{number:02d}.fits") for number in range(12)]
for path, light in zip(paths, light_of(examples.x), strict=True):
    noisy = 0.02 * light + 1e-4 * rng.standard_normal(light.shape)
    fits.writeto(path, noisy.astype("f4"), header, overwrite=True)

# %%
# Training
# --------

training = astro_dl.simulate(task.name, 200, seed=21, **settings)
forest = RandomForestClassifier(300, random_state=0)
forest.fit(task.classical.features(physics, training.x), training.y)

# %%
# The answer
# ----------
# The task reads the files as it does for networks: what is not of the source is blanked.

x = np.stack([task.files.inputs(physics, path) for path in paths])
probability = forest.predict_proba(task.classical.features(physics, x))
print([names[number] for number in probability.argmax(axis=1)])

# %%
# The figure
# ----------

figure, axes = plt.subplots(3, 4, figsize=(8, 6.8), layout="constrained")
for axis, path, chances, truth in zip(axes.flat, paths, probability, examples.y, strict=True):
    axis.imshow(np.arcsinh(fits.getdata(path) / 3e-4), cmap="inferno", origin="lower")
    told = int(np.argmax(chances))
    axis.set_title(f"{names[told]} {chances[told]:.2f}", fontsize=10)
    axis.set_xlabel(f"truth: {names[truth]}", fontsize=9)
    axis.set(xticks=[], yticks=[])
plt.show()
