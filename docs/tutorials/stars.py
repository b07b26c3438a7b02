"""
Temperature, gravity and metallicity of stars
=============================================

Spectra go in, parameters of the atmospheres come out, each with its standard deviation.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import QTable

import astro_dl
from astro_dl.science.stars.inputs import pixel_edges
from astro_dl.science.stars.simulation.population import draw_classes, draw_stars
from astro_dl.science.stars.simulation.spectra import Observation, observe_stars

# %%
# The files
# ---------
# Forty stars of the simulation, each a table of wavelength and flux. Spectra of Sloan, LAMOST and
# DESI are read as they are.

predictor = astro_dl.load_pretrained("simulated_starnet")
rng, n = np.random.default_rng(8), 40
stars = draw_stars(draw_classes(n, rng), rng)
observation = Observation(
    velocity=30 * rng.standard_normal(n),
    rotation=np.full(n, 10.0),
    resolving_power=np.full(n, 1500.0),
    reddening=np.full(n, 0.05),
    snr=np.full(n, 40.0),
    calibration_error=np.full(n, 0.02),
    line_error=np.full(n, 0.02),
)
edges = pixel_edges(2 * predictor.physics.pixels)
flux = observe_stars(stars, observation, edges, rng)
wavelength = np.sqrt(edges[1:] * edges[:-1])
paths = [f"star_{number:02d}.csv" for number in range(n)]
for path, one in zip(paths, flux, strict=True):
    QTable({"wavelength": wavelength, "flux": one}).write(path, overwrite=True)

# %%
# The answer
# ----------

found = predictor.predict(paths, medium="vacuum")
print(found["id", "log_teff", "log_teff_std", "log_g", "log_g_std", "fe_h", "flags"][:5])

# %%
# The figure
# ----------
# The Kiel diagram: lines lead from the truth to what the network says.

names = ("log_teff", "log_g", "fe_h", "log_teff_std", "log_g_std")
teff, gravity, metals, teff_std, gravity_std = (np.asarray(found[name]) for name in names)
true_teff = np.log10(stars.temperature)
figure, axes = plt.subplots(figsize=(7, 5.5), layout="constrained")
axes.plot([true_teff, teff], [stars.log_g, gravity], color="0.6", lw=1, zorder=0)
axes.errorbar(teff, gravity, gravity_std, teff_std, fmt="none", ecolor="0.8")
points = axes.scatter(teff, gravity, c=metals, cmap="coolwarm", edgecolor="k", lw=0.5)
axes.invert_xaxis()
axes.invert_yaxis()
axes.set(xlabel="log₁₀ effective temperature [K]", ylabel="log₁₀ surface gravity [cm/s²]")
figure.colorbar(points, label="[Fe/H] as found")
off = np.sqrt(np.nanmean((teff - true_teff) ** 2))
axes.set_title(f"root mean square of log₁₀ T: {off:.3f} dex, n = {np.isfinite(teff).sum()}")
plt.show()
