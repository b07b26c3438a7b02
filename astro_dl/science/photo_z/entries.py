"""The tasks and models of photometric redshifts by name."""

from astro_dl.core.registry import register_model, register_task

register_task(
    "photo_z",
    "astro_dl.science.photo_z.task:task",
    summary="How far is a galaxy, by its broad-band photometry?",
    reference="Schmidt et al. (2020), MNRAS 499, 1587, arXiv:2001.03621",
)

PHOTO_Z = {"task": "photo_z", "rank": (1,)}
PERCEPTRON = "astro_dl.models.mlp:mlp"
STYLE = {"units": (128, 128, 128), "activation": "gelu", "standardize": True}
register_model(
    "photoz_mlp",
    PERCEPTRON,
    summary="Perceptron that gives a redshift",
    **PHOTO_Z,
    hyperparameters=STYLE,
    physics={"answer": "point"},
    reference="Firth, Lahav & Somerville (2003), MNRAS 339, 1195, arXiv:astro-ph/0203250",
)
register_model(
    "photoz_mdn",
    PERCEPTRON,
    summary="Perceptron that gives a mixture of Gaussians, truncated to possible redshifts",
    **PHOTO_Z,
    hyperparameters=STYLE,
    physics={"answer": "mixture"},
    reference="D'Isanto & Polsterer (2018), A&A 609, A111, arXiv:1706.02467",
)
register_model(
    "photoz_classifier",
    PERCEPTRON,
    summary="Perceptron that gives the probabilities of bins of redshift",
    **PHOTO_Z,
    hyperparameters=STYLE,
    physics={"answer": "grid"},
    reference="Pasquet et al. (2019), A&A 621, A26, arXiv:1806.06607, for the idea",
)
register_model(
    "photoz_committee",
    "astro_dl.models.committee:committee",
    summary="Committee of four perceptrons on a grid of redshifts, after ANNz",
    **PHOTO_Z,
    hyperparameters={"members": ("photoz_classifier",) * 4},
    physics={"answer": "grid"},
    reference="Collister & Lahav (2004), PASP 116, 345, arXiv:astro-ph/0311058",
)
