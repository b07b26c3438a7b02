"""The tasks and models of the Sun by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "ar_morphology",
    "astro_dl.science.sun.ar_morphology:task",
    summary="Which Mount Wilson class is a solar active region of?",
    headline={"auroc": "simple against complex AUROC"},
    reference="Hale et al. (1919), ApJ 49, 153; Künzel (1960), AN 285, 271",
)
register_task(
    "solar_flare",
    "astro_dl.science.sun.flares:task",
    summary="Will an active region have a flare of class M or above within a day?",
    reference="Bobra & Couvidat (2015), arXiv:1411.1405",
)
register_task(
    "mount_wilson",
    "astro_dl.science.sun.mount_wilson:task",
    summary="Which Mount Wilson class do the keywords of an active region tell?",
    reference="Hale et al. (1919), ApJ 49, 153; Bobra et al. (2014), arXiv:1404.1879",
)

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
    small=SmallForm({"frozen_layers": 60}, (32, 32, 2)),
    reference="Howard et al. (2019), arXiv:1905.02244, for the default backbone",
)
register_model(
    "flare_mlp",
    "astro_dl.models.mlp:mlp",
    summary="Small perceptron beside a linear model, on SHARP keywords",
    task="solar_flare",
    rank=(1,),
    hyperparameters={
        "units": (16,),
        "activation": "tanh",
        "dropout": 0.2,
        "skip": True,
        "l2": 3e-4,
    },
)
register_model(
    "mount_wilson_mlp",
    "astro_dl.models.mlp:mlp",
    summary="Perceptron beside a linear model, on SHARP keywords, with dropout",
    task="mount_wilson",
    rank=(1,),
    hyperparameters={
        "units": (32, 16),
        "activation": "tanh",
        "dropout": 0.1,
        "skip": True,
        "l2": 3e-3,
    },
)
