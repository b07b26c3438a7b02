"""The task and the networks of radio galaxies by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "radio_morphology",
    "astro_dl.science.radio_morphology.task:task",
    summary="What kind of radio galaxy is it, by its map?",
    small={"size_pixels": 64, "size_range_arcsec": (18.0, 90.0)},
    reference="Fanaroff & Riley (1974), MNRAS 167, 31P",
)

MAPS = {"task": "radio_morphology", "rank": (3,)}
register_model(
    "radio_cnn",
    "astro_dl.models.cnn:cnn2d",
    summary="Plain convolutions on radio maps, a small form of the first network for them",
    **MAPS,
    hyperparameters={
        "filters": (16, 32, 48, 48),
        "kernel_sizes": (5, 3, 3, 3),
        "strides": (2, 1, 1, 1),
        "pool_sizes": 2,
        "padding": "same",
        "global_pooling": "flatten",
        "units": (128,),
        "dropout": 0.5,
    },
    small=SmallForm({"filters": (8, 8), "kernel_sizes": 3, "strides": 1}, (24, 24, 1)),
    reference="Aniyan & Thorat (2017), ApJS 230, 20, arXiv:1705.03413, for the idea",
    bibtex="""@article{AniyanThorat2017,
  author = {Aniyan, A. K. and Thorat, K.},
  title = {Classifying Radio Galaxies with the Convolutional Neural Network},
  journal = {The Astrophysical Journal Supplement Series},
  volume = {230},
  pages = {20},
  year = {2017},
  eprint = {1705.03413},
  doi = {10.3847/1538-4365/aa7333}
}""",
)
register_model(
    "radio_d4",
    "astro_dl.models.symmetry.networks:symmetric_cnn2d",
    summary="Convolutions on radio maps whose answer no quarter turn or mirror changes",
    **MAPS,
    hyperparameters={"fields": (4, 8, 12), "units": (64,), "dropout": 0.3},
    small=SmallForm({"fields": (2, 2), "units": (16,), "dropout": 0.0}, (16, 16, 1), 0.01),
    reference="Scaife & Porter (2021), MNRAS 503, 2369, arXiv:2102.08252, for the idea",
    bibtex="""@article{ScaifePorter2021,
  author = {Scaife, Anna M. M. and Porter, Fiona},
  title = {Fanaroff-Riley classification of radio galaxies using group-equivariant convolutional
    neural networks},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {503},
  pages = {2369},
  year = {2021},
  eprint = {2102.08252},
  doi = {10.1093/mnras/stab530}
}""",
)

TREES = (
    {
        "model": "extra_trees",
        "inputs": ("features",),
        "hyperparameters": {"n_estimators": 300, "min_samples_leaf": 2, "max_features": 0.3},
    },
    {
        "model": "gradient_boosting",
        "inputs": ("features",),
        "hyperparameters": {
            "max_iter": 150,
            "max_leaf_nodes": 8,
            "learning_rate": 0.05,
            "max_features": 0.3,
        },
    },
)
register_model(
    "radio_committee",
    "astro_dl.models.stacking:stack",
    summary="Networks on radio maps and trees on what is measured on them, weighed together",
    task="radio_morphology",
    kind="multiclass",
    answers=("binary", "multiclass"),
    physics={"inputs": ("map", "features")},
    hyperparameters={
        "members": (
            *({"model": "radio_cnn", "inputs": ("map",)},) * 2,
            {
                "model": "radio_d4",
                "inputs": ("map",),
                "training": {"learning_rate": 3e-3, "mixed_precision": "on"},
            },
            *TREES,
        )
    },
    small=SmallForm(
        {
            "members": (
                {
                    "model": "radio_cnn",
                    "inputs": ("map",),
                    "hyperparameters": {
                        "filters": (8, 8),
                        "kernel_sizes": 3,
                        "strides": 1,
                        "units": (16,),
                    },
                },
                {
                    "model": "random_forest",
                    "inputs": ("features",),
                    "hyperparameters": {"n_estimators": 10},
                },
            )
        }
    ),
    reference="Wolpert (1992), Neural Networks 5, 241, for the weights",
)
register_model(
    "radio_cnn_committee",
    "astro_dl.models.committee:committee",
    summary="Five plain networks on radio maps, each of which can learn without another fifth",
    **MAPS,
    hyperparameters={"members": ("radio_cnn",) * 5, "separate": True},
    small=SmallForm({"members": ("radio_cnn",) * 2}, (48, 48, 1)),
    reference="Krogh & Vedelsby (1995), NIPS 7, 231, for members that leave out another part each",
)
