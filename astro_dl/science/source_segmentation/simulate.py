"""Images of fields, and the truth of every pixel."""

import numpy as np
from astropy import units as u
from astropy.table import QTable

from astro_dl.core.examples import Examples
from astro_dl.science.source_segmentation.inputs import input_of_images
from astro_dl.science.source_segmentation.physics import CLASSES, SourceSegmentationPhysics
from astro_dl.science.source_segmentation.simulation.fields import draw_fields


def simulate(physics: SourceSegmentationPhysics, n: int, rng: np.random.Generator) -> Examples:
    """Return n images of fields.

    Parameters
    ----------
    physics : SourceSegmentationPhysics
        Sky, telescope and detector.
    n : int
        How many.
    rng : numpy.random.Generator
        Determines everything.

    Returns
    -------
    Examples
        ``x`` (n, size, size, 2) as `astro_dl.science.source_segmentation.inputs.network_input`
        gives it; ``y`` (n, size, size) the class that gives most of the light of a pixel, 0 where
        that of all sources is within one standard deviation of the noise of the sky; ``info`` with
        what each image is taken with, and the number of its sources by class.
    """
    fields = draw_fields(physics, n, rng)
    seeing = fields.seeing
    told = seeing.fwhm * np.exp(physics.seeing_error * rng.standard_normal(n))
    counts = {
        f"sources_{name}": np.bincount(
            fields.sources.image[fields.sources.kind == number], minlength=n
        )
        for number, name in enumerate(CLASSES)
        if number
    }
    info = QTable(
        {
            "field_id": rng.integers(2**62, size=n),
            "seeing_fwhm": seeing.fwhm * u.pix,
            "depth": seeing.depth * u.mag,
            "pixel_scale": seeing.pixel_scale * u.arcsec,
            **counts,
        }
    )
    return Examples(input_of_images(fields.images, told), fields.classes, info)
