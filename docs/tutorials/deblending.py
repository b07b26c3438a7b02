"""
Sources that overlap
====================

Peaks of an image are found, and the light of each pixel is shared between them.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from astropy.visualization import simple_norm

import astro_dl
from astro_dl.science.deblending.physics import DeblendingPhysics
from astro_dl.science.deblending.simulate import draw_blends

# %%
# The file
# --------
# A blend of four galaxies and stars through a point-spread function of about 0.7", with noise.

physics = DeblendingPhysics(sources=(4, 4), neighbours=0.0, snr_range=(200.0, 300.0))
rng = np.random.default_rng(11)
blend = draw_blends(physics, 1, rng)
image = blend.total[0] + rng.standard_normal(blend.total[0].shape)
hdus = [fits.PrimaryHDU(image.astype("f4")), fits.ImageHDU(blend.point_spread[0], name="PSF")]
fits.HDUList(hdus).writeto("blend.fits", overwrite=True)

# %%
# The table
# ---------
# A row for each source; without a table of positions, for each peak that stands out.

predictor = astro_dl.load_pretrained("deblending_unet")
table = predictor.predict("blend.fits", images=".")
print(table["source", "x", "y", "window_flux", "window_flux_error", "blendedness", "flags"])

# %%
# The models
# ----------
# A stamp of each source, and what is left of the image: together they are all of its light.

with fits.open("blend_sources.fits") as file:
    rest, models = file[0].data, file["MODELS"].data
print(f"left over: {rest.std():.2f} of the noise")

# %%
# The figure
# ----------

shown = [
    ("image", image),
    *((f"source {k}", one) for k, one in enumerate(models, 1)),
    ("rest", rest),
]
figure, panels = plt.subplots(1, len(shown), figsize=(2.6 * len(shown), 3), layout="constrained")
norm = simple_norm(image, "asinh", asinh_a=0.05, vmin=-2, vmax=float(image.max()))
for axis, (title, one) in zip(panels, shown, strict=True):
    axis.imshow(one, norm=norm, cmap="gray", origin="lower")
    axis.set(xticks=[], yticks=[], title=title)
plt.show()
