"""
Stars and galaxies by their images
==================================

A stamp with its point-spread function goes in; the probability of a galaxy comes out.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

import astro_dl
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import galaxy_stamps, star_stamps
from astro_dl.observations.images.sersic import SersicLight

# %%
# The files
# ---------
# Sixty sources in one frame, half of them small exponential discs, ever fainter. A FITS file holds
# the image and, as an extension, the point spread.

rng, n, size = np.random.default_rng(10), 60, 48
spread = np.repeat(moffat_images(3.0, 3.0, 31), n, axis=0)
is_galaxy = np.arange(n) % 2 == 1
light = SersicLight(rng.uniform(0.8, 3.0, n), np.ones(n), *rng.uniform(-0.2, 0.2, (2, n)))
zeros, ones = np.zeros(n), np.ones(n)
stamps = np.where(
    is_galaxy[:, None, None],
    galaxy_stamps(light, ones, spread, size),
    star_stamps(zeros, zeros, ones, spread, size),
)
snr = np.geomspace(100, 6, n)
stamps *= (snr / np.sqrt(np.sum(stamps**2, axis=(1, 2))))[:, None, None]
stamps += rng.standard_normal(stamps.shape)
paths = [f"source_{number:02d}.fits" for number in range(n)]
for path, image, psf in zip(paths, stamps, spread, strict=True):
    parts = [fits.PrimaryHDU(image.astype("f4")), fits.ImageHDU(psf.astype("f4"), name="PSF")]
    fits.HDUList(parts).writeto(path, overwrite=True)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("star_galaxy_resnet").predict(paths)
print(found[:4])

# %%
# The figure
# ----------

figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
for kind, colour, name in ((False, "C0", "star"), (True, "C1", "galaxy")):
    rows = is_galaxy == kind
    axes.plot(snr[rows], found["p_galaxy"][rows], "o", color=colour, label=f"truth: {name}")
axes.axhline(0.5, color="0.6", ls=":")
axes.set(xscale="log", xlabel="signal-to-noise ratio", ylabel="probability of a galaxy")
axes.legend(frameon=False, loc="center left")
for number, place in ((0, 0.62), (1, 0.8)):
    inset = axes.inset_axes((place, 0.38, 0.16, 0.27))
    inset.imshow(np.arcsinh(stamps[number][12:36, 12:36]), cmap="gray_r")
    inset.set(xticks=[], yticks=[], title="galaxy" if is_galaxy[number] else "star")
plt.show()

# %%
# At low signal-to-noise ratios nothing can tell the two apart, and the probabilities go to one
# half: the Bayes factor of :doc:`/star_galaxy` does no better.
