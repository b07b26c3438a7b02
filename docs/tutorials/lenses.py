"""
Strong lenses among galaxies
============================

Cutouts of galaxies go in, a ranked list of candidates comes out, best first.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from astropy.visualization import make_lupton_rgb

import astro_dl
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts

# %%
# The files
# ---------
# Twelve galaxies as LSST will see them in g, r and i; some are lenses, others have spiral arms,
# rings or companions. Each is a FITS cube whose header names the bands and the scale of the pixels.

predictor = astro_dl.load_pretrained("lens_resnet")
physics = predictor.physics
scale = predictor.input_spec.contract["pixel_scale_arcsec"] / 3600
images, truth = simulate_cutouts(
    physics.survey, physics.bands, 12, np.random.default_rng(5), size=physics.size_pixels
)
header = fits.Header({"BANDS": " ".join(physics.bands), "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"})
header.update(CRVAL1=150.0, CRVAL2=2.0, CRPIX1=32.5, CRPIX2=32.5, CDELT1=-scale, CDELT2=scale)
paths = [f"galaxy_{number:02d}.fits" for number in range(len(images))]
for path, image in zip(paths, images, strict=True):
    fits.writeto(path, np.moveaxis(image, -1, 0).astype("f4"), header, overwrite=True)

# %%
# The answer
# ----------

ranked = predictor.predict(paths)
print(ranked)

# %%
# The figure
# ----------
# In the order of the network; the kind beneath is the truth, which it was not told.

figure, axes = plt.subplots(3, 4, figsize=(8, 6.6), layout="constrained")
for axis, row in zip(axes.flat, ranked, strict=True):
    number = paths.index(str(row["id"]))
    red, green, blue = (images[number, ..., k] for k in (2, 1, 0))
    reach = np.percentile(red, 99.5)
    axis.imshow(make_lupton_rgb(red, green, blue, stretch=reach, Q=5), origin="lower")
    axis.set_title(f"{row['p_lens']:.3f}", color="C2" if row["p_lens"] > 0.5 else "0.3")
    axis.set_xlabel(str(truth["kind"][number]).replace("_", " "))
    axis.set(xticks=[], yticks=[])
plt.show()

# %%
# A list like this wants eyes: ``astro-dl inspect`` makes a page of it, on which candidates are
# graded (:doc:`/inspecting`).
