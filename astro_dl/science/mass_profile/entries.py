"""The task and the models of masses from motions by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

PAPER = "Expósito-Márquez et al. (2023), arXiv:2209.05965"

register_task(
    "mass_profile",
    "astro_dl.science.mass_profile.task:task",
    summary="How much mass holds the stars of a dwarf galaxy, and how steep is its halo?",
    small={"most_stars": 40, "bins": 4, "hidden": 2},
    reference=f"{PAPER}, for the question",
)
register_model(
    "mass_profile_flow",
    "astro_dl.models.attention.tracers:tracer_attention",
    summary="Attention over the stars of a galaxy, to a posterior by splines",
    task="mass_profile",
    kind="flow",
    small=SmallForm({"width": 12, "seeds": 4, "units": (32,)}, learning_rate=0.01),
    reference="in the manner of Lee et al. (2019), arXiv:1810.00825, trained through the flow",
)
register_model(
    "mass_profile_mdn",
    "astro_dl.models.cnn:cnn2d",
    summary="Convolutions on the density of stars in radius and velocity, to mixed Gaussians",
    task="mass_profile",
    rank=(3,),
    physics={"given": "image", "told": "gaussians"},
    hyperparameters={
        "filters": (16, 32, 64),
        "kernel_sizes": 3,
        "pool_sizes": 2,
        "padding": "same",
        "units": (64,),
        "dropout": 0.0,
    },
    small=SmallForm({"filters": (8, 8), "units": (32,)}, learning_rate=0.01),
    reference=PAPER,
)
