"""
Size, shape and magnitude of galaxies
=====================================

A stamp and its point spread go in; a Sérsic profile comes out, with the covariance of its
parameters.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

import astro_dl
from astro_dl.observations.galaxies.point_spread import moffat_images
from astro_dl.observations.galaxies.stamps import galaxy_stamps
from astro_dl.observations.images.sersic import SersicLight

# %%
# The files
# ---------
# Forty galaxies from discs (Sérsic index 1) to ellipticals (4), larger and larger.

rng, n, size, zero_point = np.random.default_rng(12), 40, 80, 25.0
spread = np.repeat(moffat_images(3.0, 3.5, 41), n, axis=0)
radius, index = np.geomspace(1.2, 6.0, n), rng.choice([1.0, 2.5, 4.0], n)
light = SersicLight(radius, index, *rng.uniform(-0.25, 0.25, (2, n)))
clean = galaxy_stamps(light, np.full(n, 1500.0), spread, size)
stamps = clean + rng.standard_normal(clean.shape)
paths = [f"galaxy_{number:02d}.fits" for number in range(n)]
header = fits.Header({"MAGZERO": zero_point})
for path, image, psf in zip(paths, stamps, spread, strict=True):
    parts = [fits.PrimaryHDU(image.astype("f4"), header), fits.ImageHDU(psf, name="PSF")]
    fits.HDUList(parts).writeto(path, overwrite=True)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("structure_resnet").predict(paths)
print(found["id", "magnitude", "magnitude_std", "radius", "ln_radius_std", "e1", "flags"][:5])

# %%
# The figure
# ----------
# Above a galaxy, the profile that was found, and what is left; below all radii.

shown = n // 2
one = found[shown]
profile = SersicLight(
    *(np.array([np.exp(one[name])]) for name in ("ln_radius", "ln_sersic_index")),
    *(np.array([one[name]]) for name in ("e1", "e2")),
)
counts = 10 ** (0.4 * (zero_point - one["magnitude"].to_value("mag")))
model = galaxy_stamps(profile, np.array([counts]), spread[:1], size)[0]

figure = plt.figure(figsize=(8, 6.5), layout="constrained")
upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.2))
images = {"galaxy": stamps[shown], "profile": model, "what is left [σ]": stamps[shown] - model}
for axis, (name, image) in zip(upper.subplots(1, 3), images.items(), strict=True):
    shades = {"vmin": -4, "vmax": 4, "cmap": "RdBu_r"} if "left" in name else {"cmap": "gray_r"}
    axis.imshow(image[15:-15, 15:-15], **shades)
    axis.set(xticks=[], yticks=[], title=name)
axis = lower.subplots()
value = np.asarray(found["radius"])
points = axis.scatter(radius, value / radius, c=index, cmap="viridis", zorder=3)
axis.errorbar(
    radius, value / radius, value / radius * found["ln_radius_std"], fmt="none", ecolor="0.7"
)
axis.axhline(1, color="0.5", lw=1)
axis.set(xlabel="true half-light radius [pixel]", ylabel="found / true")
lower.colorbar(points, ax=axis, label="Sérsic index")
plt.show()
