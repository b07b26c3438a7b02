"""
Stars and galaxies in an image
==============================

One image goes in, a catalogue and a map of stars, spheroids and discs come out.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from astropy.visualization import simple_norm
from matplotlib.colors import ListedColormap

import astro_dl
from astro_dl.science.source_segmentation.files import open_field
from astro_dl.science.source_segmentation.physics import SourceSegmentationPhysics
from astro_dl.science.source_segmentation.predict import class_map, segment
from astro_dl.science.source_segmentation.simulation.fields import draw_fields

# %%
# The file
# --------
# A simulated field whose sources are known, on a sky of 100 counts.

physics = SourceSegmentationPhysics(size_pixels=256, depth_magnitude_range=(26.0, 26.0))
field = draw_fields(physics, 1, np.random.default_rng(6))
fits.writeto("field.fits", field.images[0] + 100, overwrite=True)

# %%
# The catalogue
# -------------
# How wide stars are is measured in the image; ``fwhm=`` says it where there are no bright ones.

predictor = astro_dl.load_pretrained("segmentation_unet")
width = float(field.seeing.fwhm[0])
found = predictor.predict("field.fits", fwhm=width)
print(found["x", "y", "flux", "flux_err", "label", "p_star", "flags"][:8])

# %%
# The maps
# --------

with open_field("field.fits") as opened:
    answer = segment(predictor, opened, fwhm=width)
figure, panels = plt.subplots(1, 3, figsize=(13, 4.6), layout="constrained")
image = field.images[0]
panels[0].imshow(image, norm=simple_norm(image, "asinh", percent=99.5), cmap="gray", origin="lower")
panels[0].set_title("image")
colours = ListedColormap(["black", "#E69F00", "#D55E00", "#56B4E9"])
shown = {"cmap": colours, "vmin": -0.5, "vmax": 3.5, "interpolation": "nearest"}
truth = f"truth: {(field.classes[0] > 0).mean():.1%} of pixels"
maps = {truth: field.classes[0], f"network: {len(found)} sources": class_map(answer)}
for panel, (title, classes) in zip(panels[1:], maps.items(), strict=True):
    panel.imshow(classes, origin="lower", **shown)
    panel.set_title(f"{title}\nstars orange, spheroids red, discs blue", fontsize=10)
for panel in panels:
    panel.set(xticks=[], yticks=[])
plt.show()
