"""The built-in models of tasks on catalogues by name."""

from astro_dl.core.registry import register_model

PERCEPTRON = "astro_dl.models.mlp:mlp"
TABLE = {"rank": (1,)}

register_model(
    "flare_mlp",
    PERCEPTRON,
    summary="Small perceptron beside a linear model, on SHARP keywords",
    task="solar_flare",
    **TABLE,
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
    PERCEPTRON,
    summary="Perceptron beside a linear model, on SHARP keywords, with dropout",
    task="mount_wilson",
    **TABLE,
    hyperparameters={
        "units": (32, 16),
        "activation": "tanh",
        "dropout": 0.1,
        "skip": True,
        "l2": 3e-3,
    },
)
register_model(
    "pulsar_mlp",
    PERCEPTRON,
    summary="Perceptron on the statistics of pulsar candidates",
    task="pulsar_candidate",
    **TABLE,
    hyperparameters={"units": (64, 32), "dropout": 0.1, "l2": 1e-5},
)
register_model(
    "sgq_mlp",
    PERCEPTRON,
    summary="Perceptron on SDSS colours: star, galaxy or quasar",
    task="star_galaxy_quasar",
    **TABLE,
    hyperparameters={
        "units": (64, 64, 32),
        "activation": "gelu",
        "dropout": 0.05,
        "l2": 1e-5,
    },
)
register_model(
    "asteroid_mlp",
    PERCEPTRON,
    summary="Perceptron on reflectance spectra, of which parts may be missing",
    task="asteroid_taxonomy",
    **TABLE,
    hyperparameters={"units": (128, 64), "dropout": 0.2, "l2": 1e-4},
    reference="Penttilä et al. (2021), A&A 649, A46",
)
