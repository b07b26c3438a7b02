"""Physics that no telescope has is refused in one line, before any of it is simulated."""

import pytest

import astro_dl
from astro_dl.core.errors import UsageError

IMAGES = (
    *("cosmic_ray", "deblending", "deconvolution", "galaxy_structure", "source_segmentation"),
    *("galaxy_generation", "strong_lens", "lens_parameters"),
)


@pytest.mark.parametrize("task", IMAGES)
def test_images_have_a_side_that_memory_holds(task):
    with pytest.raises(UsageError, match=r"size_pixels.*10000000.*≤ 1024"):
        astro_dl.simulate(task, 2, size_pixels=10**7)


@pytest.mark.parametrize(
    ("task", "physics"),
    [
        ("strong_lens", {"source_magnitude_range": (21500.0, 26000.0)}),
        ("strong_lens", {"seeing_scatter": 1e6}),
        ("strong_lens", {"satellite_rate": 1e6}),
        ("strong_lens", {"clumps": 10**7}),
        ("lens_parameters", {"source_magnitude_range": (21500.0, 26000.0)}),
        ("deblending", {"neighbours": 1e6}),
        ("source_segmentation", {"depth_magnitude_range": (24_000.0, 27_000.0)}),
        ("source_segmentation", {"faintest_magnitude": 1e6}),
        ("source_segmentation", {"galaxy_counts_slope": 1e6}),
        ("source_segmentation", {"star_counts_slope": 1e6}),
        ("source_segmentation", {"galaxies_per_square_arcmin": 1e6}),
        ("tess_transit", {"magnitude_range": (6000.0, 13_000.0)}),
        ("tess_transit", {"cadence_minutes": 1e-6}),
        ("tess_transit", {"duration_days": 1e6}),
        ("source_segmentation", {"pixel_scale_arcsec_range": (0.2, 90.0)}),
        ("source_segmentation", {"pixel_scale_arcsec_range": (1e-9, 0.3)}),
        ("source_segmentation", {"stars_per_square_arcmin_range": (2.0, 1e9)}),
        ("tess_transit", {"global_bins": 10**7}),
        ("tess_transit", {"detrending_window_days": 1e-6}),
        ("tess_transit", {"duration_days": 9000.0, "cadence_minutes": 0.3}),
        ("galaxy_metallicity", {"lg_mass_scatter": 1e6}),
        ("galaxy_metallicity", {"faintest_r": 15.0, "redshift_range": (0.9, 1.0)}),
        ("galaxy_metallicity", {"pixel_scale_arcsec": 1e-6}),
        ("galaxy_morphology", {"pixel_scale_arcsec": 1e-6}),
        ("radio_morphology", {"neighbours": 1e6}),
    ],
)
def test_numbers_beyond_all_sense_are_refused_by_name(task, physics):
    with pytest.raises(UsageError, match=next(iter(physics))):
        astro_dl.simulate(task, 2, **physics)
