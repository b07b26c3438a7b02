"""
What kind of supernova is it, night by night?
=============================================

Photometry goes in as it arrives; the probability of each class comes out after every night.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl
from astro_dl.science.supernovae.simulate import detected_supernovae

# %%
# The file
# --------
# A row for each measurement of three supernovae, the best observed of twenty of each class; fluxes
# at zero point 27.5.

predictor = astro_dl.load_pretrained("supernova_gru")
physics = predictor.physics
y = np.repeat(np.arange(len(physics.classes)), 20)
sources, points = detected_supernovae(physics, y, np.random.default_rng(13))
strength = np.bincount(points.object, np.maximum(points.signal_to_noise, 0), len(y))
chosen = [int(np.argmax(np.where(y == number, strength, 0))) for number in np.unique(y)]
points = points[np.isin(points.object, chosen)]
kinds = np.array(physics.classes)[y[points.object]]
photometry = Table({"id": kinds, "mjd": 60000 + points.time})
photometry["band"] = np.array(physics.bands)[points.band]
photometry["flux"], photometry["flux_err"] = points.flux, points.error
photometry.write("alerts.csv", overwrite=True)
hosts = Table({"id": list(physics.classes), "redshift": sources.redshift[chosen]})
hosts["redshift_error"] = 0.03
hosts.write("hosts.csv", overwrite=True)

# %%
# The answer
# ----------

nights = predictor.predict("alerts.csv", zero_point=27.5, hosts="hosts.csv", every_epoch=True)
print(nights[:4])

# %%
# The figure
# ----------

count = len(physics.classes)
figure, axes = plt.subplots(2, count, figsize=(9.5, 5), sharex="col", layout="constrained")
for (above, below), kind in zip(axes.T, physics.classes, strict=True):
    rows = nights[nights["id"] == kind]
    zero = rows["first_detection"][0].to_value("d")
    own = photometry[photometry["id"] == kind]
    for number, band in enumerate(physics.bands):
        one = own[own["band"] == band]
        above.errorbar(one["mjd"] - zero, one["flux"], one["flux_err"], fmt=".", lw=0.7,
                       color=f"C{number}", label=band)  # fmt: skip
    for number, name in enumerate(physics.classes):
        below.plot(rows["days"], rows[f"p_{name}"], color=f"C{number + 6}", label=name)
    above.set(title=f"truth: {kind}", xlim=(-20, 100))
    below.set(xlabel="days since the first detection", ylim=(0, 1))
axes[0, 0].set_ylabel("flux")
axes[1, 0].set_ylabel("probability")
axes[0, -1].legend(frameon=False, ncols=2)
axes[1, -1].legend(frameon=False)
plt.show()

# %%
# The second is taken for a type II: classes of core collapse are told apart less well than they are
# from Ia. How often is in the confusion matrix on the page of the bundle, and in
# :doc:`/supernovae`.
