"""
Odd sources in a catalogue of Gaia
==================================

Photometry and astrometry go in; sources that an autoencoder cannot rebuild come out on top.
"""

import matplotlib.pyplot as plt
import numpy as np

import astro_dl
from astro_dl.science.gaia.simulation.catalogue import KINDS, simulate_catalogue

# %%
# The file
# --------
# Three thousand sources with the columns of Gaia's archive, one in fifty spoiled: a wrong parallax,
# a neighbour within the windows of the photometers, a quasar. ``astro-dl fetch gaia`` asks the
# archive for real ones.

rng = np.random.default_rng(14)
kinds = rng.choice(len(KINDS), 3000, p=(0.53, 0.1, 0.25, 0.1, 0.02))
catalogue = simulate_catalogue(kinds, 17.0, rng)
catalogue.write("sources.fits", overwrite=True)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("gaia_autoencoder").predict("sources.fits")
print(found[:3])

# %%
# The figure
# ----------
# The Hertzsprung–Russell diagram, by the anomaly score; circles mark the spoiled ones.

score = np.asarray(found["anomaly_score"])
absolute = catalogue["phot_g_mean_mag"] + 5 * np.log10(np.maximum(catalogue["parallax"], 1e-3)) - 10
spoiled = kinds == KINDS.index("contaminant")
figure, axes = plt.subplots(figsize=(6.5, 6), layout="constrained")
order = np.argsort(score)
style = {"c": np.log10(score[order]), "s": 6, "cmap": "magma_r", "vmin": -2.5}
points = axes.scatter(catalogue["bp_rp"][order], absolute[order], **style)
axes.plot(catalogue["bp_rp"][spoiled], absolute[spoiled], "o", mfc="none", mec="C0", ms=8)
axes.set(xlabel="BP − RP [mag]", ylabel="M_G [mag]", xlim=(-1, 4), ylim=(17, -5))
figure.colorbar(points, label="log₁₀ anomaly score")
first = np.argsort(score)[::-1][: spoiled.sum()]
axes.set_title(f"{spoiled[first].sum()} of the {len(first)} highest scores are spoiled sources")
plt.show()
