"""The task and the models that tell stars from galaxies by name."""

from typing import Any

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "star_galaxy",
    "astro_dl.science.star_galaxy.task:task",
    summary="Is a source a star or a galaxy, by its image and the point-spread function?",
    small={"size_pixels": 24, "point_spread_pixels": 15, "seeing_fwhm_pixels_range": (2.0, 3.5)},
    reference="Kim & Brunner (2017), arXiv:1608.04369",
)

register_model(
    "kim_brunner",
    "astro_dl.models.point_spread.networks:point_spread_cnn2d",
    summary="The eight convolutions and two wide layers of Kim & Brunner",
    task="star_galaxy",
    answers=("binary", "multiclass"),
    hyperparameters={
        "filters": (32, 32, 64, 64, 64, 128, 128, 128),
        "kernel_sizes": (5, 3, 3, 3, 3, 3, 3, 3),
        "pool_sizes": (1, 2, 1, 1, 2, 1, 1, 2),
        "units": (2048, 2048),
        "activation": "leaky_relu(negative_slope=0.01)",
        "dropout": 0.5,
        "initializer": "orthogonal",
    },
    small=SmallForm({"filters": (8, 8), "kernel_sizes": 3, "pool_sizes": 4, "units": (32,)}),
    reference="Kim & Brunner (2017), MNRAS 464, 4463, arXiv:1608.04369",
    bibtex="""@article{KimBrunner2017,
  author = {Kim, Edward J. and Brunner, Robert J.},
  title = {Star-galaxy classification using deep convolutional neural networks},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {464},
  pages = {4463},
  year = {2017},
  eprint = {1608.04369},
  doi = {10.1093/mnras/stw2672}
}""",
)
register_model(
    "star_galaxy_resnet",
    "astro_dl.models.point_spread.networks:moment_resnet",
    summary="Small residual network on moments of a source and of its point spread",
    task="star_galaxy",
    answers=("binary", "multiclass"),
    hyperparameters={"units": 64, "blocks": 2, "point_spread_units": 32},
    small=SmallForm({"units": 32, "blocks": 2}),
    reference="Kim & Brunner (2017), arXiv:1608.04369, for the question",
)
TURNED: dict[str, Any] = {
    "task": "star_galaxy",
    "answers": ("binary", "multiclass"),
    "physics": {"size_pixels": 48, "point_spread_pixels": 31},
}
"""Of networks with kernels in eight orientations."""

register_model(
    "star_galaxy_d4",
    "astro_dl.models.point_spread.networks:point_spread_d4",
    summary="Kernels in eight orientations on a source beside a star that is as bright",
    **TURNED,
    small=SmallForm({"light_radius": 6, "fields": (2, 2), "units": (16,), "dropout": 0.0}),
    reference="Cohen & Welling (2016), arXiv:1602.07576, for the kernels",
)
register_model(
    "star_galaxy_committee",
    "astro_dl.models.committee:committee",
    summary="Networks that see a star as bright, each of which has not seen another part",
    **TURNED,
    hyperparameters={"members": ("star_galaxy_d4",) * 5, "separate": True},
    small=SmallForm({"members": ("star_galaxy_resnet",) * 2}),
    reference="Cohen & Welling (2016), arXiv:1602.07576, for the kernels",
)
