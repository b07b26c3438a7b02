"""
A posterior in one pass
=======================

An observation goes in, the joint posterior of the parameters that made it comes out: from it come
samples, densities and quantiles, without a chain.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl

# %%
# The file
# --------
# Two moons: two parameters, of which an observation leaves two crescents. The problem is of the
# benchmark of Lueckmann et al. (2021), where the answer is known.

Table({"x_1": [0.0, -0.3, 0.2], "x_2": [0.0, 0.1, 0.5]}).write("observations.csv", overwrite=True)

# %%
# The answer
# ----------

predictor = astro_dl.load_pretrained("sbi_two_moons")
found = predictor.predict("observations.csv", samples=2000)
print(found["id", "theta_1", "theta_1_q05", "theta_1_q95", "theta_2"])

# %%
# The figure
# ----------
# Samples, coloured by the density of the posterior at their place.

figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
observed = Table.read("observations.csv")
for axis, row, seen in zip(axes, found, observed, strict=True):
    density = row["log_density_samples"]
    order = np.argsort(density)
    points = axis.scatter(
        row["theta_1_samples"][order], row["theta_2_samples"][order], c=density[order], s=4
    )
    axis.plot(row["theta_1"], row["theta_2"], "k+", ms=9)
    axis.set(xlabel="θ₁", title=f"x = ({seen['x_1']}, {seen['x_2']})")
    axis.set(xlim=(-1, 1), ylim=(-1, 1))
axes[0].set_ylabel("θ₂")
figure.colorbar(points, ax=axes, label="log density [nat]")
plt.show()

# %%
# The crosses are the medians of each parameter by itself: they lie between the moons, where there
# is hardly any probability. One number for each parameter would have been wrong here.
#
# Whether such a posterior may be believed is told by simulation-based calibration and more:
# :doc:`/posteriors`.
