"""The task and the models of deblending by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "deblending",
    "astro_dl.science.deblending.task:task",
    summary="What of the light of each pixel is one source's, of several that overlap?",
    headline={
        "flux_error": "flux error",
        "flux_bias": "flux bias",
        "error_over_bound": "error over the bound",
    },
    small={"size_pixels": 24, "point_spread_pixels": 15, "radius_pixels_range": (0.7, 2.0)},
    reference="Arcelin et al. (2021), arXiv:2005.12039",
)
register_model(
    "deblending_unet",
    "astro_dl.science.deblending.networks:deblending_unet",
    summary="U-Net that tells a source's share of each pixel's light",
    task="deblending",
    answers=("image",),
    small=SmallForm({"filters": (8, 16)}, learning_rate=0.01),
    reference="Arcelin et al. (2021), arXiv:2005.12039",
    bibtex="""@article{Arcelin2021,
  author = {Arcelin, Bastien and Doux, Cyrille and Aubourg, Eric and Roucelle, Cécile},
  title = {Deblending galaxies with variational autoencoders: a joint multiband,
           multi-instrument approach},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {500},
  pages = {531--547},
  year = {2021},
  eprint = {2005.12039},
  doi = {10.1093/mnras/staa3062}
}""",
)
