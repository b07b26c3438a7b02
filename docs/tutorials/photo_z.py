"""
Redshifts of galaxies by their colours
======================================

Magnitudes in six bands go in; a whole probability density of the redshift comes out, of which the
table tells median, width and quantiles.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl
from astro_dl.observations.photometry.magnitude_errors import measured_magnitudes
from astro_dl.science.photo_z.prior import draw_magnitudes, draw_types_and_redshifts
from astro_dl.science.photo_z.templates import galaxy_magnitudes

# %%
# The file
# --------
# A thousand galaxies as the ten years of LSST will measure them. 99 stands for not detected.

predictor = astro_dl.load_pretrained("photoz_mdn")
physics, rng, n = predictor.physics, np.random.default_rng(2), 1000
survey, bands = physics.about, physics.used_bands
true_i = draw_magnitudes(n, (18.0, 24.0), physics.counts_slope, rng)
kind, redshift = draw_types_and_redshifts(true_i, physics.redshift_range, rng)
magnitudes = galaxy_magnitudes(physics.survey, bands, kind, redshift, np.zeros(n))
magnitudes += (true_i - magnitudes[:, bands.index("i")])[:, None]
depths, gammas = (np.array([one[b] for b in bands]) for one in (survey.depths, survey.gammas))
measured, errors = measured_magnitudes(
    magnitudes, np.tile(depths, (n, 1)), gammas, survey.floor, physics.detection_snr, rng
)
catalogue = Table({"z_true": redshift})
for k, band in enumerate(bands):
    catalogue[band] = np.nan_to_num(measured[:, k], nan=99.0, posinf=99.0)
    catalogue[f"{band}_err"] = np.nan_to_num(errors[:, k], nan=99.0, posinf=99.0)
catalogue.write("galaxies.csv", overwrite=True)

# %%
# The answer
# ----------

found = predictor.predict("galaxies.csv")
print(found["id", "redshift", "redshift_std", "redshift_q05", "redshift_q95", "flags"][:5])

# %%
# The figure
# ----------
# Colour is the width that the network states: where it errs most, it says so.

z, width = np.asarray(found["redshift"]), np.asarray(found["redshift_std"])
error = (z - redshift) / (1 + redshift)
known = np.isfinite(z)
figure, (above, below) = plt.subplots(
    2, 1, figsize=(6, 7), sharex=True, height_ratios=(3, 1), layout="constrained"
)
style = {"c": np.log10(width[known]), "s": 8, "cmap": "viridis_r", "vmax": -0.5}
points = above.scatter(redshift[known], z[known], **style)
above.plot([0, 3], [0, 3], color="0.5", lw=1)
spread = 1.4826 * np.median(abs(error[known] - np.median(error[known])))
above.set(ylabel="photometric redshift", xlim=(0, 2.5), ylim=(0, 2.5))
above.set_title(f"normalised median absolute deviation {spread:.3f}, n = {known.sum()}")
below.scatter(redshift[known], error[known], **style)
below.axhline(0, color="0.5", lw=1)
below.set(xlabel="true redshift", ylabel="Δz / (1 + z)", ylim=(-0.3, 0.3))
figure.colorbar(points, ax=(above, below), label="log₁₀ of the stated deviation")
inside = (redshift >= found["redshift_q05"]) & (redshift <= found["redshift_q95"])
print(f"within the 90% interval: {np.mean(inside[known]):.3f}")
plt.show()
