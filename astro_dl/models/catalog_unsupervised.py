"""The built-in models that learn without labels by name."""

from astro_dl.core.registry import register_model

AUTOENCODER = {"rank": (1, 2), "input_shape": (10,), "kind": "reconstruction"}

register_model(
    "autoencoder",
    "astro_dl.models.autoencoder:autoencoder",
    summary="Autoencoder for tables and series: anomalies are what it cannot rebuild",
    **AUTOENCODER,
    reference="Hinton & Salakhutdinov (2006), Science 313, 504",
)
register_model(
    "vae",
    "astro_dl.models.autoencoder:vae",
    summary="Variational autoencoder for tables and series, with a Gaussian code",
    **AUTOENCODER,
    reference="Kingma & Welling (2014), arXiv:1312.6114",
)

GAIA = {"task": "gaia_photometry", "rank": (1,), "kind": "reconstruction"}

register_model(
    "gaia_autoencoder",
    "astro_dl.models.autoencoder:autoencoder",
    summary="Autoencoder of Gaia's photometry and astrometry",
    **GAIA,
    hyperparameters={"latent_size": 2, "units": (128, 64), "activation": "silu"},
)
register_model(
    "gaia_vae",
    "astro_dl.models.autoencoder:vae",
    summary="Variational autoencoder of Gaia's photometry and astrometry",
    **GAIA,
    hyperparameters={
        "latent_size": 2,
        "units": (128, 64),
        "activation": "silu",
        "kl_weight": 0.02,
    },
)
