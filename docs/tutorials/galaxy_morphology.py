"""
Spirals among photographs of galaxies
=====================================

Photographs go in, the probability of spiral arms comes out. A small network is trained here, in
seconds, and errs accordingly; ``astro-dl train morphology_resnet`` trains the whole one, which
tells the votes on a tree of questions.
"""

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import astro_dl

# %%
# Training
# --------

physics = {"asked": "spiral", "size_pixels": 48}
config = {
    "task": "galaxy_morphology",
    "model": "cnn2d",
    "hyperparameters": {"filters": [8, 16, 16], "kernel_sizes": 5, "pool_sizes": [2, 2, 2]},
    "physics": physics,
    "data": {"n_train": 400, "n_validation": 100, "n_test": 100},
    "training": {"epochs": 8, "batch_size": 32},
}
bundle = astro_dl.train(config, out="runs/spirals", progress=False)

# %%
# The files
# ---------

examples = astro_dl.simulate("galaxy_morphology", 12, seed=20, **physics)
photographs = np.clip(255 * examples.x, 0, 255).astype(np.uint8)
paths = [f"galaxy_{number:02d}.png" for number in range(12)]
for path, photograph in zip(paths, photographs, strict=True):
    Image.fromarray(photograph).save(path)

# %%
# The answer
# ----------

found = astro_dl.load_pretrained("runs/spirals").predict(paths)
print(found)

# %%
# The figure
# ----------

figure, axes = plt.subplots(3, 4, figsize=(8, 6.8), layout="constrained")
for axis, photograph, row, spiral in zip(axes.flat, photographs, found, examples.y, strict=True):
    axis.imshow(photograph)
    axis.set_title(f"spiral {row['p_spiral']:.2f}", fontsize=10)
    axis.set_xlabel("truth: spiral" if spiral else "truth: none", fontsize=9)
    axis.set(xticks=[], yticks=[])
plt.show()
