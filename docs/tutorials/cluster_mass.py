"""
The mass of a cluster of galaxies
=================================

Galaxies move in the potential of their cluster. One number of their velocities, the dispersion,
tells the mass to a factor of two or so, as some of the galaxies belong to no cluster at all.
"""

import matplotlib.pyplot as plt
import numpy as np

from astro_dl.science.cluster_mass.dispersions import munari
from astro_dl.science.cluster_mass.inputs import prepare
from astro_dl.science.cluster_mass.physics import ClusterMassPhysics
from astro_dl.science.cluster_mass.simulate import draw_sight, observe

# %%
# Clusters
# --------
# Four hundred clusters of any mass between groups and the largest there are. In the line of sight
# of each, between 10 and 300 galaxies were measured within 4000 km/s of it: its own, those that
# fall in from outside, and those that are elsewhere.

rng = np.random.default_rng(1)
physics = ClusterMassPhysics()
drawn = observe(physics, draw_sight(physics, 400, rng), rng)
ready = prepare(physics, drawn.galaxies)
haloes = drawn.sight.haloes
print(f"outside r200: {drawn.interlopers.mean():.0%} of the galaxies")

# %%
# Masses by the dispersion
# ------------------------
# The relation of simulated galaxies (Munari et al. 2013), for dispersions by biweight without what
# is three of them off.

truth = np.log10(haloes.mass)
mass = munari(ready.intrinsic_kms, haloes.redshift)
for low, high in ((10, 40), (40, 301)):
    chosen = (ready.galaxies >= low) & (ready.galaxies < high)
    scatter = np.sqrt(np.mean((mass - truth)[chosen] ** 2))
    print(f"{low} to {high - 1} galaxies: scatter {scatter:.2f} dex")

# %%
# The figure
# ----------

figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
most = int(np.argmax(ready.galaxies * (truth > 14.8)))
one = drawn.galaxies[most]
axes[0].errorbar(one.radii, one.velocities, one.errors, fmt=".", color="0.3", ecolor="0.8")
axes[0].set(
    xlabel="projected radius [Mpc]",
    ylabel="velocity [km/s]",
    title=f"$10^{{{truth[most]:.1f}}}$ suns",
)
points = axes[1].scatter(truth, mass, c=drawn.interlopers, s=8)
axes[1].plot([13.5, 15.3], [13.5, 15.3], color="0.5")
axes[1].set(xlabel="true log₁₀ M200c [M☉]", ylabel="by the dispersion", ylim=(12, 17))
figure.colorbar(points, label="share of galaxies outside r200")
plt.show()

# %%
# Interlopers make small clusters look massive. A network that sees every galaxy weighs them by
# where they are and how fast, and says how sure it is: :doc:`/cluster_mass`.
