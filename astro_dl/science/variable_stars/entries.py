"""The task and models of variable stars by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "variable_star",
    "astro_dl.science.variable_stars.task:task",
    summary="What kind of variable star is it, by its light curve?",
    small={"inputs": ("sequence",), "survey": "eros"},
    reference="Zhang & Bloom (2021), arXiv:2011.01243",
)

register_model(
    "variable_iresnet",
    "astro_dl.science.variable_stars.networks:variable_iresnet",
    summary="Residual network on the folded light curve that no shift in phase changes",
    task="variable_star",
    small=SmallForm({"filters": 8, "levels": 2, "blocks": 1, "units": 16}),
    reference="Zhang & Bloom (2021), MNRAS 505, 515, arXiv:2011.01243",
    bibtex="""@article{ZhangBloom2021,
  author = {Zhang, Keming and Bloom, Joshua S.},
  title = {Classification of periodic variable stars with novel cyclic-permutation invariant
    neural networks},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {505},
  pages = {515},
  year = {2021},
  eprint = {2011.01243},
  doi = {10.1093/mnras/stab1248}
}""",
)
register_model(
    "variable_gru",
    "astro_dl.science.variable_stars.networks:variable_gru",
    summary="Gated recurrent units on the points in order of time, without a period",
    task="variable_star",
    physics={"inputs": ("sequence",)},
    small=SmallForm({"recurrent_units": (12,), "units": (16,)}, (8, 5), 1e-2),
    reference="Becker et al. (2020), MNRAS 493, 2981, arXiv:2002.00994",
    bibtex="""@article{Becker2020,
  author = {Becker, I. and Pichara, K. and Catelan, M. and Protopapas, P. and Aguirre, C. and
    Nikzat, F.},
  title = {Scalable end-to-end recurrent neural network for variable star classification},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {493},
  pages = {2981},
  year = {2020},
  eprint = {2002.00994},
  doi = {10.1093/mnras/staa350}
}""",
)
register_model(
    "variable_gru_autoencoder",
    "astro_dl.science.variable_stars.autoencoder:variable_gru_autoencoder",
    summary="Recurrent autoencoder of folded light curves: a code of 64 numbers, without labels",
    task="variable_star",
    kind="reconstruction",
    physics={"inputs": ("phased",)},
    small=SmallForm({"recurrent_units": (8,), "latent_size": 4}, (8, 4), 1e-2),
    reference="Naul et al. (2018), Nature Astronomy 2, 151, arXiv:1711.10609",
    bibtex="""@article{Naul2018,
  author = {Naul, Brett and Bloom, Joshua S. and P{\\'e}rez, Fernando
    and van der Walt, St{\\'e}fan},
  title = {A recurrent neural network for classification of unevenly sampled variable stars},
  journal = {Nature Astronomy},
  volume = {2},
  pages = {151},
  year = {2018},
  eprint = {1711.10609},
  doi = {10.1038/s41550-017-0321-z}
}""",
)
register_model(
    "variable_committee",
    "astro_dl.models.stacking:stack",
    summary="Network on the folded curve, perceptron and trees, weighed on validation stars",
    task="variable_star",
    kind="multiclass",
    answers=("multiclass",),
    hyperparameters={
        "members": (
            {"model": "variable_iresnet", "hyperparameters": {"filters": 24, "blocks": 1}},
            {
                "model": "mlp",
                "inputs": ("features",),
                "hyperparameters": {"units": (128, 128), "dropout": 0.3, "standardize": True},
                "training": {"epochs": 30, "learning_rate": 2e-3},
            },
            {
                "model": "extra_trees",
                "inputs": ("features",),
                "hyperparameters": {
                    "n_estimators": 200,
                    "min_samples_leaf": 2,
                    "max_features": 0.5,
                },
            },
            {
                "model": "gradient_boosting",
                "inputs": ("features",),
                "hyperparameters": {"max_iter": 120, "max_leaf_nodes": 12},
            },
        )
    },
    small=SmallForm(
        {
            "members": (
                {
                    "model": "variable_iresnet",
                    "hyperparameters": {"filters": 8, "levels": 2, "blocks": 1, "units": 16},
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
