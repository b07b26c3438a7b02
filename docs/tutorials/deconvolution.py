"""
Deconvolution of an image
=========================

An image and its point-spread function go in, the image through a sharper one comes out.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy.io import fits
from astropy.visualization import simple_norm

import astro_dl
from astro_dl.science.deconvolution.fourier import target_image
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.simulate import draw_skies

# %%
# The file
# --------
# A field of galaxies and stars through a point-spread function of 3 to 6 pixels, with noise.

physics = DeconvolutionPhysics(size_pixels=160, neighbours=25.0)
rng = np.random.default_rng(5)
skies, point_spread, drawn = draw_skies(physics, 1, rng)
image = skies.through(point_spread)[0] + rng.standard_normal((160, 160))
hdus = [fits.PrimaryHDU(image.astype("f4")), fits.ImageHDU(point_spread[0], name="PSF")]
fits.HDUList(hdus).writeto("field.fits", overwrite=True)
print(f"seeing of {drawn['seeing_fwhm'][0]:.2f}")

# %%
# The network
# -----------
# It has learnt on simulated galaxies and stars like these.

predictor = astro_dl.load_pretrained("deconvolution_unet")

# %%
# The answer
# ----------
# The table tells whether the answer, blurred again, is the image; the answer itself is a file.

print(predictor.predict("field.fits", images="."))
sharp = fits.getdata("field_sharp.fits")

# %%
# The figure
# ----------

truth = skies.through(target_image(physics))[0]
figure, panels = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
norm = simple_norm(truth, "asinh", asinh_a=0.03, vmin=-2, vmax=float(truth.max()))
titles = ("image", "sharpened by the network", "truth")
for axis, shown, title in zip(panels, (image, sharp, truth), titles, strict=True):
    axis.imshow(shown, norm=norm, cmap="gray", origin="lower")
    axis.set(xticks=[], yticks=[], title=title)
plt.show()
