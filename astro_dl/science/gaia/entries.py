"""The tasks, models and archive of Gaia's sources by name."""

from astro_dl.core.archives import register_archive
from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "gaia_photometry",
    "astro_dl.science.gaia.task:task",
    summary="What is a source by Gaia's photometry and astrometry? Learnt without labels",
    reference="Gaia Collaboration, Babusiaux et al. (2018), arXiv:1804.09378",
)

GAIA = {"task": "gaia_photometry", "rank": (1,), "kind": "reconstruction"}
register_model(
    "gaia_autoencoder",
    "astro_dl.models.autoencoders.networks:autoencoder",
    summary="Autoencoder of Gaia's photometry and astrometry",
    **GAIA,
    hyperparameters={"latent_size": 2, "units": (128, 64), "activation": "silu"},
)
register_model(
    "gaia_vae",
    "astro_dl.models.autoencoders.networks:vae",
    summary="Variational autoencoder of Gaia's photometry and astrometry",
    **GAIA,
    hyperparameters={
        "latent_size": 2,
        "units": (128, 64),
        "activation": "silu",
        "kl_weight": 0.02,
    },
    small=SmallForm({"kl_weight": 1e-3}),
)

register_archive(
    "gaia",
    "https://gea.esac.esa.int/tap-server/tap",
    queries={
        "cone_search": "astro_dl.science.gaia.queries:cone_search",
        "red_giants": "astro_dl.science.gaia.queries:red_giants",
    },
)
