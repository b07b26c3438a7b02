"""Deconvolution: what would an image show through a sharper telescope?

Never at infinite resolution: the answer is the sky through a round Gaussian that the pixels can
sample, without noise. What the point-spread function has erased is not in the image, so a network
can only tell what is likely to have been there.
"""

from astro_dl.answers.maps.image import Image
from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import Augmentation, Classical, Files, Task
from astro_dl.observations.images.orientations import random_orientation_of_both
from astro_dl.science.deconvolution.baselines import classical_deconvolutions
from astro_dl.science.deconvolution.figures import draw_sharpened
from astro_dl.science.deconvolution.inputs import deconvolution_spec
from astro_dl.science.deconvolution.metrics import deconvolution_metrics
from astro_dl.science.deconvolution.physics import DeconvolutionPhysics
from astro_dl.science.deconvolution.predict import predict_images
from astro_dl.science.deconvolution.simulate import simulate


def head(physics: DeconvolutionPhysics) -> AnswerKind:
    """Return the light at the target, in standard deviations of the noise of the blurred image."""
    size = physics.size_pixels
    return Image(("light",), (), size=(size, size), border=physics.border_pixels)


task = Task(
    name="deconvolution",
    summary="What would an image show through a sharper point-spread function, without noise?",
    physics=DeconvolutionPhysics,
    head=head,
    input_spec=deconvolution_spec,
    simulate=simulate,
    group="sky_id",
    classical=Classical(baselines=classical_deconvolutions),
    augmentation=Augmentation(pairs=random_orientation_of_both),
    files=Files(predict=predict_images, draw=draw_sharpened),
    extra_metrics=deconvolution_metrics,
    simulation_caution="Trained on simulated Sérsic galaxies and stars in white noise: what is "
    "sharper than the point-spread function is a likely guess in their likeness, no measurement. "
    "Arms, rings and lensed arcs were never seen. The point-spread function must be known.",
)
