"""The tasks and models of stars, galaxies and quasars by colours by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "star_galaxy_quasar",
    "astro_dl.science.star_galaxy_quasar.task:task",
    summary="Is it a star, a galaxy or a quasar, by its broad-band colours?",
    reference="Clarke et al. (2020), arXiv:1909.10963",
)

register_model(
    "sgq_mlp",
    "astro_dl.models.mlp:mlp",
    summary="Perceptron on SDSS colours: star, galaxy or quasar",
    task="star_galaxy_quasar",
    rank=(1,),
    hyperparameters={
        "units": (64, 64, 32),
        "activation": "gelu",
        "dropout": 0.05,
        "l2": 1e-5,
    },
)
register_model(
    "sgq_committee",
    "astro_dl.models.committee:committee",
    summary="Committee of five perceptrons on SDSS colours",
    task="star_galaxy_quasar",
    rank=(1,),
    hyperparameters={"members": ("sgq_mlp",) * 5},
    small=SmallForm({"members": ("sgq_mlp",) * 2}),
    reference="Schaefer et al. (2018), A&A 611, A2, arXiv:1705.07132, for the committee",
)
