"""
Stars, galaxies and quasars by their colours
============================================

Any table with columns of magnitudes goes in; each row gets a class and its probabilities.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.table import Table

import astro_dl
from astro_dl.science.star_galaxy_quasar.color_loci import BANDS, measured, simulate_magnitudes

# %%
# The file
# --------
# Two thousand objects in the bands of the Sloan survey. The last row is a mistake: no object is so
# faint in u and so bright elsewhere.

rng = np.random.default_rng(4)
kinds = rng.choice(3, 2000, p=(0.41, 0.5, 0.09))
truth = simulate_magnitudes(kinds, rng)
magnitudes, _ = measured(np.stack([truth[band] for band in BANDS], axis=1), rng)
field = Table(dict(zip(BANDS, magnitudes.T, strict=True)))
field.add_row([28.0, 17.6, 17.0, 16.7, 16.5])
field.write("field.csv", overwrite=True)

# %%
# The answer
# ----------
# The last row is flagged and has no answer: what lies beyond the training is not guessed.

classes = astro_dl.load_pretrained("sgq_mlp").predict("field.csv")
print(classes[-4:])

# %%
# The figure
# ----------

figure, axes = plt.subplots(figsize=(6.5, 5.5), layout="constrained")
blue, red = field["u"] - field["g"], field["g"] - field["r"]
label = np.asarray(classes["label"])
for name, colour in (("galaxy", "C1"), ("star", "C0"), ("quasar", "C4")):
    rows = label == name
    axes.plot(blue[rows], red[rows], ".", ms=4, color=colour, label=f"{name} ({rows.sum():,})")
unsure = np.max([classes[f"p_{name}"] for name in ("star", "galaxy", "quasar")], axis=0) < 0.7
axes.plot(blue[unsure], red[unsure], "o", mfc="none", mec="k", ms=6, label="surer of none than 0.7")
axes.set(xlabel="u − g [mag]", ylabel="g − r [mag]", xlim=(-1, 4), ylim=(-0.6, 2))
axes.legend(frameon=False)
right = label[:-1] == np.array(["star", "galaxy", "quasar"])[kinds]
axes.set_title(f"right: {right.mean():.3f} of {len(kinds):,}")
plt.show()
