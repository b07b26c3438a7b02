"""
A transiting planet, or something that looks like one
=====================================================

A light curve goes in; the box search finds a period, the network says what dips there.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl
from astro_dl.science.transits.simulation.light_curves import simulate_light_curves

# %%
# The file
# --------
# One sector of TESS with a planet, as a table of times and fluxes. Files of SPOC, QLP, Kepler and
# K2 are read as they are, and objects of lightkurve too.

rng = np.random.default_rng(11)
time, flux, _, truth = simulate_light_curves(
    np.array(["planet"]), 1, rng, magnitude_range=(9.0, 10.0), snr_range=(30.0, 60.0)
)
Table({"time": np.ravel(time), "flux": np.ravel(flux)}).write("star.csv", overwrite=True)
print(truth["orbital_period_d", "radius_ratio", "impact_parameter"])

# %%
# The answer
# ----------
# ``search=True`` looks for the period by itself; where one knows it already, ``period``, ``epoch``
# and ``duration`` say so.

predictor = astro_dl.load_pretrained("tess_resnet")
found = predictor.predict("star.csv", search=True)
print(found)

# %%
# The figure
# ----------

best = found[0]
period, epoch = best["period"].to_value("d"), best["epoch"].to_value("d")
duration = best["duration"].to_value("d")
hours = 24 * ((np.ravel(time) - epoch + period / 2) % period - period / 2)
relative = np.ravel(flux) / np.nanmedian(flux)

figure, (whole, folded) = plt.subplots(2, 1, figsize=(8, 5.5), layout="constrained")
inside = abs(hours) < 12 * duration
whole.plot(np.ravel(time), relative, ".", ms=2, color="0.6")
whole.plot(np.ravel(time)[inside], relative[inside], ".", ms=3, color="C3")
whole.set(xlabel="time [d]", ylabel="relative flux", title=f"dips of {period:.3f} d")

near = abs(hours) < 72 * duration
folded.plot(hours[near], relative[near], ".", ms=3, color="0.7")
bins = np.linspace(-72 * duration, 72 * duration, 49)
place = np.digitize(hours[near], bins)
middle = [np.nanmedian(relative[near][place == k]) for k in range(1, len(bins))]
folded.plot((bins[1:] + bins[:-1]) / 2, middle, "o", ms=4, color="C3")
folded.set(xlabel="hours from the middle of the dip", ylabel="relative flux")
chances = {name: best[name] for name in found.colnames if name.startswith("p_")}
folded.set_title(", ".join(f"{name[2:].replace('_', ' ')} {p:.2f}" for name, p in chances.items()))
plt.show()
