"""
Taxonomic classes of asteroids
==============================

Reflectance spectra go in, whole or in part; the class comes out. The network was trained on spectra
drawn from the means and scatters of the classes of DeMeo et al. (2009), as those below are.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl
from astro_dl.science.asteroids.simulate import CLASSES, WAVELENGTHS, simulate_spectra

# %%
# The files
# ---------
# Six asteroids. The last two were observed in visible light alone.

drawn = ["D", "V", "C", "A", "S", "Q"]
numbers = np.array([CLASSES.index(name) for name in drawn])
spectra = simulate_spectra(numbers, np.random.default_rng(16))
paths = [f"asteroid_{number}.csv" for number in range(6)]
for number, path in enumerate(paths):
    seen = WAVELENGTHS < 1.0 if number >= 4 else WAVELENGTHS > 0
    columns = {"wavelength": WAVELENGTHS[seen], "reflectance": spectra[number][seen]}
    Table(columns).write(path, overwrite=True)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("asteroid_mlp").predict(paths)
print(found["id", "label", "flags"])

# %%
# The figure
# ----------

figure, axes = plt.subplots(2, 3, figsize=(9, 5), sharex=True, layout="constrained")
for axis, path, row, truth in zip(axes.flat, paths, found, drawn, strict=True):
    spectrum = Table.read(path)
    axis.plot(spectrum["wavelength"], spectrum["reflectance"], "o-", ms=3, lw=1)
    chances = sorted(((row[f"p_{name}"], name) for name in CLASSES), reverse=True)[:3]
    told = ", ".join(f"{name} {p:.2f}" for p, name in chances)
    axis.set_title(f"truth {truth}: {told}", fontsize=9)
figure.supxlabel("wavelength [µm]")
figure.supylabel("relative reflectance")
plt.show()
