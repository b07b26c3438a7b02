"""The tasks and models of asteroids by name."""

from astro_dl.core.registry import register_model, register_task

register_task(
    "asteroid_taxonomy",
    "astro_dl.science.asteroids.task:task",
    summary="Which taxonomic class is an asteroid of, by its reflectance spectrum?",
    reference="DeMeo et al. (2009), Icarus 202, 160; Penttilä et al. (2021), A&A 649, A46",
)

register_model(
    "asteroid_mlp",
    "astro_dl.models.mlp:mlp",
    summary="Perceptron on reflectance spectra, of which parts may be missing",
    task="asteroid_taxonomy",
    rank=(1,),
    hyperparameters={"units": (128, 64), "dropout": 0.2, "l2": 1e-4},
    reference="Penttilä et al. (2021), A&A 649, A46",
)
