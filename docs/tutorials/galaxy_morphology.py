"""
Spirals among photographs of galaxies
=====================================

Photographs go in, the probability of spiral arms comes out: here by what galaxies were measured by
before networks, concentration, asymmetry, clumpiness and more, as every network of the task is
compared with it. The bundle ``morphology_resnet`` tells the votes on a whole tree of questions.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from sklearn.ensemble import RandomForestClassifier

import astro_dl
from astro_dl.core.registry import get_task

# %%
# The files
# ---------
# Twelve photographs, six of them of spirals. Other images are FITS cubes of g, r and i.

task = get_task("galaxy_morphology")
settings = {"asked": "spiral", "size_pixels": 48, "companions": 0.3}
physics = task.physics(**settings)
examples = astro_dl.simulate(task.name, 60, seed=20, **settings)
chosen = np.concatenate([np.flatnonzero(examples.y == kind)[:6] for kind in (1, 0)])
paths = [Path(f"galaxy_{number:02d}.png") for number in range(len(chosen))]
for path, photograph in zip(paths, examples.x[chosen], strict=True):
    Image.fromarray(np.round(255 * photograph).astype(np.uint8)).save(path)

# %%
# Training
# --------
# On other galaxies of the simulation, from their measures.

training = astro_dl.simulate(task.name, 200, seed=21, **settings)
forest = RandomForestClassifier(300, class_weight="balanced", random_state=0)
forest.fit(task.classical.features(physics, training.x), training.y)

# %%
# The answer
# ----------
# The task reads the files as it does for networks.

x = np.stack([task.files.inputs(physics, path) for path in paths])
probability = forest.predict_proba(task.classical.features(physics, x))[:, 1]
print(dict(zip(map(str, paths), probability.round(2).tolist(), strict=True)))

# %%
# The figure
# ----------

figure, axes = plt.subplots(3, 4, figsize=(8, 6.8), layout="constrained")
for axis, number in zip(axes.flat, np.argsort(-probability), strict=True):
    axis.imshow(x[number])
    axis.set_title(f"spiral {probability[number]:.2f}", fontsize=10)
    axis.set_xlabel("truth: spiral" if number < 6 else "truth: none", fontsize=9)
    axis.set(xticks=[], yticks=[])
plt.show()
