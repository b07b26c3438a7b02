"""The task and the models of the structure of galaxies by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "galaxy_structure",
    "astro_dl.science.galaxy_structure.task:task",
    summary="Magnitude, size, Sérsic index and ellipticity of a galaxy, with their covariance",
    headline={"error_over_bound": "error over bound", "bias_over_bound": "bias over bound"},
    small={"size_pixels": 24, "point_spread_pixels": 15, "radius_pixels_range": (1.0, 3.0)},
    reference="Tuccillo et al. (2018), arXiv:1711.03108",
)

STRUCTURE = {"task": "galaxy_structure", "answers": ("regression",)}
register_model(
    "structure_resnet",
    "astro_dl.models.point_spread.networks:moment_resnet",
    summary="Residual network on moments of a galaxy, steered by those of its point spread",
    **STRUCTURE,
    small=SmallForm({"units": 32, "blocks": 2}),
    reference="Li et al. (2022), arXiv:2111.05434, for the point spread as an input",
    bibtex="""@article{Li2022,
  author = {Li, Rui and Napolitano, Nicola R. and Roy, Nivya and Tortora, Crescenzo and
    La Barbera, Francesco and Sonnenfeld, Alessandro and Qiu, Cheng and Liu, Su},
  title = {Galaxy Light Profile Convolutional Neural Networks (GaLNets). I. Fast and Accurate
    Structural Parameters for Billion-galaxy Samples},
  journal = {The Astrophysical Journal},
  volume = {929},
  pages = {152},
  year = {2022},
  eprint = {2111.05434},
  doi = {10.3847/1538-4357/ac5ea0}
}""",
)
register_model(
    "deeplegato",
    "astro_dl.models.point_spread.networks:point_spread_cnn2d",
    summary="Plain convolutions on a galaxy's image beside its point spread",
    **STRUCTURE,
    small=SmallForm({"filters": (8, 8), "kernel_sizes": 3, "pool_sizes": 4, "units": (32,)}),
    reference="in the manner of Tuccillo et al. (2018), arXiv:1711.03108",
    bibtex="""@article{Tuccillo2018,
  author = {Tuccillo, D. and Huertas-Company, M. and Decenci{\\`e}re, E. and Velasco-Forero, S. and
    Dom{\\'i}nguez S{\\'a}nchez, H. and Dimauro, P.},
  title = {Deep learning for galaxy surface brightness profile fitting},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {475},
  pages = {894},
  year = {2018},
  eprint = {1711.03108},
  doi = {10.1093/mnras/stx3186}
}""",
)
