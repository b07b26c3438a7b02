"""
What kind of radio galaxy is it?
================================

Maps of radio sources go in; class and the ratio of Fanaroff and Riley come out. A small network
is trained here, in seconds, and errs accordingly; ``astro-dl train radio_d4`` trains the whole
one.
"""

import matplotlib.pyplot as plt
import numpy as np

import astro_dl
from astro_dl.science.radio_morphology.inputs import light_of

# %%
# Training
# --------

config = {
    "task": "radio_morphology",
    "model": "cnn2d",
    "hyperparameters": {"filters": [8, 16, 16], "kernel_sizes": 5, "pool_sizes": [4, 2, 2]},
    "physics": {"size_pixels": 96},
    "data": {"n_train": 600, "n_validation": 120, "n_test": 120},
    "training": {"epochs": 8, "batch_size": 32},
}
bundle = astro_dl.train(config, out="runs/radio", progress=False)
print(bundle)

# %%
# The file
# --------
# Maps of many sources are one array (n, y, x); single ones are FITS files with beam and pixel
# scale.

examples = astro_dl.simulate("radio_morphology", 12, seed=18, size_pixels=96)
maps = light_of(examples.x)
np.savez("maps.npz", maps=maps)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("runs/radio").predict("maps.npz")
print(found["id", "label", "fr_ratio", "size", "flags"])

# %%
# The figure
# ----------

figure, axes = plt.subplots(3, 4, figsize=(8, 6.8), layout="constrained")
for axis, image, row, kind in zip(axes.flat, maps, found, examples.info["kind"], strict=True):
    axis.imshow(np.sqrt(np.maximum(image, 0)), cmap="inferno", origin="lower")
    axis.set_title(f"{row['label']} {row['p_' + str(row['label'])]:.2f}", fontsize=9)
    axis.set_xlabel(f"truth: {kind}", fontsize=9)
    axis.set(xticks=[], yticks=[])
plt.show()
