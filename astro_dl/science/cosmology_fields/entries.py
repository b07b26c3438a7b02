"""Tasks and models of maps of the convergence and of spectra of galaxies by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

CAMELS = "Villaescusa-Navarro et al. (2021), ApJ 915, 71, arXiv:2010.00619"

register_task(
    "cosmology_fields",
    "astro_dl.science.cosmology_fields.task:task",
    summary="Which universe do two maps of the convergence show? The posterior of six parameters",
    headline={"over_likelihood": "information over the power-spectrum likelihood [nat]"},
    small={"size_pixels": 8, "bins": 4, "hidden": 2},
    reference="Lanzieri et al. (2025), arXiv:2407.10877, for the maps and the priors",
)
register_model(
    "cosmology_npe",
    "astro_dl.science.cosmology_fields.networks:cosmology_npe",
    summary="Powers and peaks of maps through learnt filters, to a posterior by splines",
    task="cosmology_fields",
    rank=(3,),
    kind="flow",
    small=SmallForm({"filters": 4, "levels": 2, "pointwise": 4, "units": (16,)}, (8, 8, 2), 0.01),
    reference="in the manner of Lanzieri et al. (2025), arXiv:2407.10877, trained through the flow",
)
register_model(
    "cosmology_spectrum_npe",
    "astro_dl.models.mlp:mlp",
    summary="Posterior by splines from the power of bands alone, by a perceptron",
    task="cosmology_fields",
    rank=(1,),
    kind="flow",
    physics={"given": "spectrum"},
    hyperparameters={"units": (96, 32), "activation": "silu", "standardize": True},
    small=SmallForm({"units": (32, 32)}, learning_rate=0.01),
    reference="Papamakarios & Murray (2016), arXiv:1605.06376",
)
register_task(
    "cosmology_spectra",
    "astro_dl.science.cosmology_fields.galaxy_power.task:task",
    summary="Which universe do the power spectra of galaxies show? The posterior of Ω_m and σ₈",
    small={"bins": 4, "hidden": 2},
    reference=CAMELS,
)
register_model(
    "cosmology_spectra_npe",
    "astro_dl.models.mlp:mlp",
    summary="Posterior of Ω_m and σ₈ by splines from the power of galaxies, by a perceptron",
    task="cosmology_spectra",
    rank=(1,),
    kind="flow",
    hyperparameters={"units": (64, 64), "activation": "silu", "standardize": True, "skip": True},
    small=SmallForm({"units": (32, 32)}, learning_rate=0.01),
    reference="Papamakarios & Murray (2016), arXiv:1605.06376",
)
