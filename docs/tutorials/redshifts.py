"""
The redshift of a galaxy by its lines
=====================================

A noisy spectrum goes in, the redshift comes out, as probabilities of all that are possible.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl
from astro_dl.science.redshifts.inputs import spectrum_edges
from astro_dl.science.redshifts.simulation.galaxies import (
    EMISSION,
    draw_galaxies,
    redshifted_spectra,
)

# %%
# The files
# ---------
# Six galaxies in the near infrared, where the noise of each pixel is half of the continuum.

predictor = astro_dl.load_pretrained("redshift_cnn1d")
physics, rng = predictor.physics, np.random.default_rng(1)
low, high = physics.redshift_range
redshift = rng.uniform(low + 0.05, high - 0.05, 6)
galaxies = draw_galaxies(redshift, physics.kind_fractions, rng)
edges = spectrum_edges(physics)
wavelength = np.sqrt(edges[1:] * edges[:-1])
flux = redshifted_spectra(galaxies, edges, physics.resolving_power)
error = 0.5 * np.median(flux, axis=1, keepdims=True)
observed = flux + error * rng.standard_normal(flux.shape)
paths = [f"galaxy_{number}.csv" for number in range(6)]
for path, one, sigma in zip(paths, observed, error[:, 0], strict=True):
    columns = {"wavelength": wavelength, "flux": one, "error": np.full(len(one), sigma)}
    Table(columns).write(path, overwrite=True)

# %%
# The answer
# ----------

found = predictor.predict(paths, medium="vacuum")
found["truth"] = redshift
print(found["id", "redshift", "redshift_std", "truth", "snr", "flags"])

# %%
# The figure
# ----------
# The spectrum of which the network is surest, with the lines where they lie at its redshift.

best = int(np.argmin(found["redshift_std"]))
z = float(found["redshift"][best])
figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
axes.plot(wavelength, observed[best], color="0.75", lw=0.6)
axes.plot(wavelength, flux[best], color="C0", lw=0.8, label="without noise")
top = np.percentile(observed[best], 99.9)
names = {"[OII]": "[O II]", "Hbeta": "Hβ", "[OIII]5007": "[O III]", "Halpha": "Hα"}
names |= {"[SII]6716": "[S II]", "[SIII]9531": "[S III]"}
for line, name in names.items():
    place = EMISSION[line] * (1 + z)
    if wavelength[0] < place < wavelength[-1]:
        axes.axvline(place, color="C3", ls=":", lw=1)
        axes.text(place, 1.12 * top, f" {name}", color="C3", va="top")
axes.set(xlabel="wavelength in vacuum [Å]", ylabel="flux", ylim=(None, 1.15 * top))
axes.set_title(f"z = {z:.4f} ± {found['redshift_std'][best]:.4f}, truth {redshift[best]:.4f}")
axes.legend(frameon=False, loc="upper right")
plt.show()
