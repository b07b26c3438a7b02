"""The task and the networks of the morphology of galaxies by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "galaxy_morphology",
    "astro_dl.science.galaxy_morphology.task:task",
    summary="What would people say of a galaxy's photograph?",
    small={"size_pixels": 32, "companions": 0.3},
    reference="Willett et al. (2013), MNRAS 435, 2835",
)

PHOTOGRAPHS = {"task": "galaxy_morphology", "rank": (3,)}
register_model(
    "dieleman",
    "astro_dl.science.galaxy_morphology.networks:dieleman",
    summary="Sixteen views of a galaxy, convolutions and maxout: the winner of a contest",
    **PHOTOGRAPHS,
    physics={"size_pixels": 69},
    small=SmallForm(
        {
            "crop": 12, "filters": (6, 8), "kernel_sizes": 3, "pool_sizes": 2,
            "maxout_units": (24,), "dropout": 0.0,
        },
        (17, 17, 3),
        0.01,
    ),
    reference="Dieleman, Willett & Dambre (2015), MNRAS 450, 1441, arXiv:1503.07077",
    bibtex="""@article{Dieleman2015,
  author = {Dieleman, Sander and Willett, Kyle W. and Dambre, Joni},
  title = {Rotation-invariant convolutional neural networks for galaxy morphology prediction},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {450},
  pages = {1441},
  year = {2015},
  eprint = {1503.07077},
  doi = {10.1093/mnras/stv632}
}""",
)  # fmt: skip
register_model(
    "huertas_company",
    "astro_dl.models.cnn:cnn2d",
    summary="The convolutions of Dieleman et al. on a single view, as for distant galaxies",
    **PHOTOGRAPHS,
    hyperparameters={
        "filters": (32, 64, 128, 128),
        "kernel_sizes": (6, 5, 3, 3),
        "pool_sizes": (2, 2, 1, 2),
        "units": (512, 512),
        "dropout": 0.5,
    },
    small=SmallForm(
        {"filters": (8, 8), "kernel_sizes": 3, "pool_sizes": 2, "units": (24,)}, (24, 24, 3)
    ),
    reference="in the manner of Huertas-Company et al. (2015), ApJS 221, 8, arXiv:1509.05429",
)
register_model(
    "morphology_resnet",
    "astro_dl.models.symmetry.networks:symmetric_cnn2d",
    summary="Residual network on photographs whose answer no quarter turn or mirror changes",
    **PHOTOGRAPHS,
    hyperparameters={
        "fields": (4, 8, 12), "blocks": 1, "first_kernel": 4, "batch_normalization": True,
        "units": (64,), "dropout": 0.2,
    },
    small=SmallForm({"fields": (2, 2), "units": (16,), "dropout": 0.0}, (16, 16, 3), 0.01),
    reference="Cohen & Welling (2016), arXiv:1602.07576, for the kernels",
)  # fmt: skip
register_model(
    "morphology_committee",
    "astro_dl.models.committee:committee",
    summary="Residual networks on photographs, each of which has not seen another part of them",
    **PHOTOGRAPHS,
    hyperparameters={"members": ("morphology_resnet",) * 5, "separate": True},
    small=SmallForm({"members": ("morphology_resnet",) * 2}, (16, 16, 3), 0.01),
    reference="Cohen & Welling (2016), arXiv:1602.07576, for the kernels",
)
