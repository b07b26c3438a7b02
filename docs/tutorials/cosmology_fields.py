"""
A universe from two maps
========================

Two maps of how matter bends the light of galaxies go in, the joint posterior of six parameters of
the universe comes out.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

import astro_dl

# %%
# The files
# ---------
# Convergence maps of two universes, of galaxies in front and behind, with the noise of their
# shapes. Inputs of networks are in units of that noise.

predictor = astro_dl.load_pretrained("cosmology_npe")
physics = predictor.physics
examples = astro_dl.simulate("cosmology_fields", 64, seed=3)
order = np.argsort(examples.info["s_8"])
files = []
for name, number in (("smooth.fits", order[12]), ("clumpy.fits", order[-12])):
    maps = np.moveaxis(examples.x[number] * physics.noise, 2, 0)
    fits.PrimaryHDU(maps).writeto(name, overwrite=True)
    files.append(name)

# %%
# The answer
# ----------

found = predictor.predict(files, samples=2000, progress=False)
print(found["id", "omega_c", "omega_c_q05", "omega_c_q95", "sigma_8", "s_8", "s_8_q16", "s_8_q84"])

# %%
# The figure
# ----------

figure, axes = plt.subplots(2, 3, figsize=(10, 6.2), layout="constrained")
for panels, row, name in zip(axes, found, files, strict=True):
    maps = fits.getdata(name)
    top = np.abs(maps).max()
    for panel, one, which in zip(panels, maps, ("nearer", "farther"), strict=False):
        picture = panel.imshow(one, cmap="RdBu_r", vmin=-top, vmax=top, origin="lower")
        panel.set(title=f"{name}, {which} galaxies", xlabel="x [pixel]", ylabel="y [pixel]")
    figure.colorbar(picture, ax=panels[:2], label="convergence")
    panels[2].plot(row["omega_c_samples"], row["sigma_8_samples"], ".", ms=2)
    panels[2].set(xlabel="Ω_c", ylabel="σ₈", xlim=(0.05, 0.9), ylim=(0.4, 1.3))
for panels, number in zip(axes, (order[12], order[-12]), strict=True):
    truth = examples.info["omega_c"][number], examples.info["sigma_8"][number]
    panels[2].plot(*truth, "k+", ms=12)
plt.show()

# %%
# Lensing tells σ₈ √Ω_m well and either of them badly: hence the bent stripes, which no pair of
# error bars would show. The crosses are the universes that the maps were made of.
#
# How far such a posterior is from the exact one: :doc:`/cosmology_fields`.
