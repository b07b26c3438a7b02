"""The task and the models of masses of clusters by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

PAPER = "Ho et al. (2019), ApJ 887, 25, arXiv:1902.05950"
LAYERS = {
    "filters": (24, 10),
    "kernel_sizes": (5, 3),
    "pool_sizes": (1, 2),
    "units": (128, 64),
    "dropout": 0.0,
}
"""As published, for series and planes."""

register_task(
    "cluster_mass",
    "astro_dl.science.cluster_mass.task:task",
    summary="How much mass has a cluster of galaxies, by the velocities of its galaxies?",
    small={"most_galaxies": 30, "bins": 4, "hidden": 2},
    reference=f"{PAPER}, for the question",
)
register_model(
    "cluster_mass_flow",
    "astro_dl.models.attention.tracers:tracer_attention",
    summary="Attention over the galaxies of a cluster, to a posterior by splines",
    task="cluster_mass",
    kind="flow",
    small=SmallForm({"width": 12, "seeds": 4, "units": (32,)}, learning_rate=0.01),
    reference="in the manner of Lee et al. (2019), arXiv:1810.00825, trained through the flow",
)
register_model(
    "cluster_mass_cnn1d",
    "astro_dl.models.cnn:cnn1d",
    summary="Convolutions on the density of the velocities of galaxies, to one mass",
    task="cluster_mass",
    rank=(2,),
    physics={"given": "velocities", "told": "point"},
    hyperparameters=LAYERS,
    small=SmallForm({"filters": (4, 4), "units": (16,)}, learning_rate=0.01),
    reference=PAPER,
)
register_model(
    "cluster_mass_cnn2d",
    "astro_dl.models.cnn:cnn2d",
    summary="Convolutions on the density of radii and velocities of galaxies, to one mass",
    task="cluster_mass",
    rank=(3,),
    physics={"given": "plane", "told": "point"},
    hyperparameters=LAYERS,
    small=SmallForm({"filters": (4, 4), "units": (64,)}, learning_rate=0.003),
    reference=PAPER,
)
