"""The built-in models of solar tasks by name."""

from astro_dl.core.registry import register_model

REGIONS = {"task": "ar_morphology", "rank": (3,)}

register_model(
    "ar_cnn",
    "astro_dl.models.cnn:cnn2d",
    summary="The small 2D convolutional network of the textbooks, on the magnetogram",
    **REGIONS,
    physics={"channels": ("magnetogram",)},
    # no hidden dense layer: the dropout is that of the last feature map
    hyperparameters={
        "filters": (16, 32),
        "kernel_sizes": 3,
        "pool_sizes": 2,
        "units": (),
        "convolution_dropout": (0.0, 0.5),
    },
)
register_model(
    "ar_resnet",
    "astro_dl.models.resnet:resnet2d",
    summary="Compact residual network",
    **REGIONS,
    hyperparameters={
        "stem_filters": 16,
        "stem_kernel_size": 5,
        "stem_stride": 2,
        "filters": (16, 32, 64, 128),
        "blocks": 1,
        "strides": (1, 2, 2, 2),
    },
    reference="He et al. (2016), arXiv:1603.05027",
)
register_model(
    "ar_transfer",
    "astro_dl.science.sun.networks:ar_transfer",
    summary="A backbone that may know photographs, frozen or not, and a new head",
    **REGIONS,
    reference="Howard et al. (2019), arXiv:1905.02244, for the default backbone",
)
