"""The task and the networks of the metallicity of galaxies by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "galaxy_metallicity",
    "astro_dl.science.galaxy_metallicity.task:task",
    summary="How rich in oxygen is the gas of a galaxy, by its image in three colours?",
    headline={"rmse": "RMSE [dex]", "residual_slope": "residual slope"},
    small={"size_pixels": 32},
    reference="Wu & Boada (2019), MNRAS 484, 4683, arXiv:1810.12913",
)

IMAGES = {"task": "galaxy_metallicity", "rank": (3,), "answers": ("regression",)}
WU_BOADA = """@article{WuBoada2019,
  author = {Wu, John F. and Boada, Steven},
  title = {Using convolutional neural networks to predict galaxy metallicity from three-colour
    images},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {484},
  pages = {4683},
  year = {2019},
  eprint = {1810.12913},
  doi = {10.1093/mnras/stz333}
}"""
register_model(
    "metallicity_resnet34",
    "astro_dl.models.resnet:resnet2d",
    summary="ResNet-34 on images in g, r and i, its blocks pre-activated",
    **IMAGES,
    physics={"size_pixels": 128},
    hyperparameters={
        "stem_filters": 64,
        "stem_kernel_size": 7,
        "stem_stride": 2,
        "stem_pool_size": 2,
        "filters": (64, 128, 256, 512),
        "blocks": (3, 4, 6, 3),
        "strides": (1, 2, 2, 2),
    },
    small=SmallForm(
        {"stem_filters": 4, "stem_kernel_size": 3, "filters": (4, 8), "blocks": 1, "strides": 2},
        (24, 24, 3),
    ),
    reference="Wu & Boada (2019), MNRAS 484, 4683, arXiv:1810.12913",
    bibtex=WU_BOADA,
)
register_model(
    "metallicity_resnet",
    "astro_dl.models.resnet:resnet2d",
    summary="Small residual network on images in g, r and i",
    **IMAGES,
    hyperparameters={
        "stem_filters": 16,
        "stem_kernel_size": 5,
        "stem_stride": 2,
        "filters": (16, 24, 40),
        "blocks": 1,
        "strides": (1, 2, 2),
        "units": (32,),
    },
    small=SmallForm({"stem_filters": 4, "filters": (4, 8), "strides": 2}, (16, 16, 3)),
    reference="in the manner of Wu & Boada (2019), arXiv:1810.12913",
    bibtex=WU_BOADA,
)
