"""
Metallicities of galaxies by their colours
==========================================

Images in g, r and i go in, 12 + lg O/H comes out, with its spread. The galaxies are simulated, and
so were those of the training: what comes out are the relations that were put in.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

import astro_dl
from astro_dl.science.galaxy_metallicity.figures import photograph
from astro_dl.science.galaxy_metallicity.inputs import light_of
from astro_dl.science.galaxy_metallicity.simulation.relations import mass_metallicity

# %%
# The files
# ---------
# Cubes of three bands in nanomaggies, as SDSS has them; one file for each band, and any unit with a
# zero point in the header, are read as well.

predictor = astro_dl.load_pretrained("metallicity_resnet")
examples = astro_dl.simulate("galaxy_metallicity", 200, seed=30)
light = light_of(predictor.physics, examples.x)
header = fits.Header({"BANDS": "gri", "BUNIT": "nanomaggy"})
paths = [Path(f"galaxy_{number:03d}.fits") for number in range(len(light))]
for path, image in zip(paths, light, strict=True):
    cube = np.moveaxis(image, 2, 0).astype("f4")
    fits.PrimaryHDU(cube, header).writeto(path, overwrite=True)

# %%
# The answer
# ----------

found = predictor.predict(paths, pixel_scale_arcsec=predictor.physics.pixel_scale_arcsec)
print(found["id", "metallicity", "metallicity_std", "magnitude_r", "radius_arcsec", "flags"][:5])

# %%
# The figure
# ----------
# Estimates lie nearer to the mean than the truth, as every good estimate with an error does: poor
# galaxies get too much, rich ones too little.

truth, mass = examples.y[:, 0], np.asarray(examples.info["lg_mass"])
value, spread = (np.asarray(found[name], float) for name in ("metallicity", "metallicity_std"))
order = np.argsort(np.nan_to_num(value, nan=np.inf))
known = order[: np.isfinite(value).sum()]

figure = plt.figure(figsize=(9, 6.4), layout="constrained")
upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.7))
for axis, row in zip(upper.subplots(1, 5), known[:: len(known) // 5], strict=False):
    axis.imshow(photograph(light[row]), origin="lower")
    axis.set(xticks=[], yticks=[], title=f"{value[row]:.2f} ± {spread[row]:.2f}")
left, right = lower.subplots(1, 2, sharey=True)
left.errorbar(truth, value, spread, fmt=".", ecolor="0.8")
ends = [np.nanmin(truth), np.nanmax(truth)]
left.plot(ends, ends, color="0.4", linestyle="--")
left.set(xlabel="true 12 + lg O/H", ylabel="12 + lg O/H")
grid = np.linspace(mass.min(), mass.max(), 50)
right.plot(mass, truth, ".", color="0.7", label="truth")
right.plot(mass, value, ".", label="network")
right.plot(grid, mass_metallicity(grid), color="black", label="Tremonti et al. (2004)")
right.set_xlabel("lg stellar mass [solar masses]")
right.legend()
plt.show()
