"""
The Mount Wilson class of an active region
==========================================

The images of a solar active region go in, continuum and magnetogram; its magnetic class comes
out.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits

import astro_dl
from astro_dl.science.sun.simulation.active_region import Viewing, simulate_regions

# %%
# The files
# ---------
# Three simulated regions in the files and keywords of the series ``hmi.sharp_cea_720s``, as they
# come from JSOC: a simple one, one of two polarities, and one where they touch.

regions = simulate_regions(np.array([0, 1, 3]), np.random.default_rng(6), Viewing(patch_fraction=0))
paths = []
for number in range(3):
    latitude = float(regions.truth["latitude"][number])
    longitude = float(regions.truth["longitude"][number])
    header = fits.Header({"CTYPE1": "CRLN-CEA", "CTYPE2": "CRLT-CEA"})
    header.update(CDELT1=0.3, CDELT2=0.3, CRVAL1=120 + longitude, CRVAL2=latitude)
    header.update(CRLN_OBS=120.0, CRLT_OBS=0.0, NOAA_AR=13000 + number, QUALITY=0)
    header["T_REC"] = "2023.02.15_02:00:00_TAI"
    both = {"continuum": (6e4 * regions.continuum, "DN/s")}
    both["magnetogram"] = (regions.magnetogram, "Mx/cm^2")
    for segment, (images, header["BUNIT"]) in both.items():
        path = f"hmi.sharp_cea_720s.{number + 1}.20230215_020000_TAI.{segment}.fits"
        parts = [fits.PrimaryHDU(), fits.ImageHDU(images[number], header)]
        fits.HDUList(parts).writeto(path, overwrite=True)
    paths.append(path)

# %%
# The answer
# ----------
# Of each region one file is named; the other is found beside it.

found = astro_dl.load_pretrained("ar_resnet").predict(paths)
print(found)

# %%
# The figure
# ----------

figure, axes = plt.subplots(2, 3, figsize=(8.5, 5.8), layout="constrained")
for number, (above, below) in enumerate(axes.T):
    above.imshow(regions.continuum[number], cmap="gray", origin="lower")
    below.imshow(regions.magnetogram[number], cmap="RdBu_r", vmin=-800, vmax=800, origin="lower")
    classes = [name for name in found.colnames if name.startswith("p_")]
    told = "\n".join(f"{name[2:]} {found[name][number]:.2f}" for name in classes)
    above.text(0.03, 0.97, told, transform=above.transAxes, va="top", color="white", fontsize=8,
               bbox={"color": "k", "alpha": 0.5})  # fmt: skip
    above.set_title(f"truth: {regions.truth['mount_wilson'][number]}")
    for axis in (above, below):
        axis.set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("continuum")
axes[1, 0].set_ylabel("magnetogram, ±800 G")
plt.show()
