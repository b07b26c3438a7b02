"""
Real sources and artefacts in difference images
===============================================

Stamps of science image, template and difference go in; the probability of a real source comes
out.
"""

import matplotlib.pyplot as plt
import numpy as np

import astro_dl
from astro_dl.science.real_bogus.simulation.stamps import simulate_stamps

# %%
# The file
# --------
# Sixty detections of a simulated survey: supernovae, variable stars and asteroids, and what the
# subtraction leaves of bright stars, cosmic rays and columns.

predictor = astro_dl.load_pretrained("deep_hits")
stamps = simulate_stamps(predictor.physics, 60, np.random.default_rng(9))
np.savez("stamps.npz", stamps=stamps.images)

# %%
# The answer
# ----------

found = predictor.predict("stamps.npz")
print(found[:5])
right = (found["p_real"] > 0.5) == stamps.real
print(f"right: {right.sum()} of {len(right)}")

# %%
# The figure
# ----------
# From the surest artefact to the surest source: science, template, difference.

order = np.argsort(found["p_real"])[np.linspace(0, len(found) - 1, 8).astype(int)]
figure, axes = plt.subplots(3, 8, figsize=(9.5, 4), layout="constrained")
for column, row in zip(axes.T, order, strict=True):
    for axis, image in zip(column, np.moveaxis(stamps.images[row], -1, 0), strict=True):
        low, high = np.percentile(image, (2, 99))
        axis.imshow(image, vmin=low, vmax=high, cmap="gray")
        axis.set(xticks=[], yticks=[])
    column[0].set_title(f"{found['p_real'][row]:.3f}", fontsize=10)
    kind = str(stamps.info["kind"][row]).replace("_", "\n")
    column[2].set_xlabel(kind, color="C2" if stamps.real[row] else "C3", fontsize=8)
for axis, name in zip(axes[:, 0], ("science", "template", "difference"), strict=True):
    axis.set_ylabel(name)
plt.show()
