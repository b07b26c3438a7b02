"""The tasks and models that tell real sources from artefacts by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "real_bogus",
    "astro_dl.science.real_bogus.task:task",
    summary="Is a detection in a difference image a real source?",
    reference="Duev et al. (2019), arXiv:1907.11259",
)
register_task(
    "autoscan",
    "astro_dl.science.real_bogus.autoscan:task",
    summary="Is a detection of the DES supernova survey real, by its 38 features?",
    reference="Goldstein et al. (2015), arXiv:1504.02936",
)

STAMPS = {"task": "real_bogus", "rank": (3,)}
register_model(
    "deep_hits",
    "astro_dl.science.real_bogus.networks.deep_hits:deep_hits",
    summary="Four quarter turns of a stamp, seen by shared convolutions",
    **STAMPS,
    physics={"size_pixels": 21, "channels": ("science", "template", "difference", "snr")},
    small=SmallForm({"filters": (8, 8), "kernel_sizes": 3, "pool_sizes": 2}, (12, 12, 4)),
    reference="Cabrera-Vives et al. (2017), ApJ 836, 97, arXiv:1701.00458",
    bibtex="""@article{CabreraVives2017,
  author = {Cabrera-Vives, Guillermo and Reyes, Ignacio and F{\\"o}rster, Francisco and
    Est{\\'e}vez, Pablo A. and Maureira, Juan-Carlos},
  title = {Deep-HiTS: Rotation Invariant Convolutional Neural Network for Transient Detection},
  journal = {The Astrophysical Journal},
  volume = {836},
  pages = {97},
  year = {2017},
  eprint = {1701.00458},
  doi = {10.3847/1538-4357/836/1/97}
}""",
)
register_model(
    "braai",
    "astro_dl.models.cnn:cnn2d",
    summary="The network that vets the alerts of ZTF",
    **STAMPS,
    physics={"normalisation": "l2"},
    hyperparameters={
        "filters": (16, 16, 32, 32),
        "kernel_sizes": 3,
        "pool_sizes": (1, 2, 1, 4),
        "convolution_dropout": (0.0, 0.25, 0.0, 0.25),
        "units": (256,),
        "dropout": 0.5,
    },
    small=SmallForm({"filters": (8, 8), "pool_sizes": 2, "convolution_dropout": 0.0}, (21, 21, 3)),
    reference="Duev et al. (2019), MNRAS 489, 3582, arXiv:1907.11259",
    bibtex="""@article{Duev2019,
  author = {Duev, Dmitry A. and Mahabal, Ashish and Masci, Frank J. and Graham, Matthew J. and
    Rusholme, Ben and Walters, Richard and Karmarkar, Ishani and Frederick, Sara and
    Kasliwal, Mansi M. and Rebbapragada, Umaa and Ward, Charlotte},
  title = {Real-bogus classification for the Zwicky Transient Facility using deep learning},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {489},
  pages = {3582},
  year = {2019},
  eprint = {1907.11259},
  doi = {10.1093/mnras/stz2357}
}""",
)
register_model(
    "gieseke",
    "astro_dl.models.cnn:cnn2d",
    summary="Plain convolutions on small stamps, with or without the difference",
    **STAMPS,
    physics={"size_pixels": 31},
    hyperparameters={
        "filters": (32, 64, 128),
        "kernel_sizes": (5, 3, 3),
        "pool_sizes": 2,
        "padding": "same",
        "convolution_dropout": 0.1,
        "units": (500,),
        "dropout": 0.5,
    },
    small=SmallForm({"filters": (8, 8), "kernel_sizes": 3, "units": (32,)}, (16, 16, 3)),
    reference="in the manner of Gieseke et al. (2017), MNRAS 472, 3101, arXiv:1708.08947",
)
register_model(
    "real_bogus_mlp",
    "astro_dl.science.real_bogus.networks.periodic:periodic_mlp",
    summary="Perceptron that sees the features of autoscan through waves of learned lengths",
    task="autoscan",
    rank=(1,),
    small=SmallForm({"waves": 4, "width": 4, "units": (32,)}),
    reference="Gorishniy et al. (2022), arXiv:2203.05556",
    bibtex="""@inproceedings{Gorishniy2022,
  author = {Gorishniy, Yury and Rubachev, Ivan and Babenko, Artem},
  title = {On Embeddings for Numerical Features in Tabular Deep Learning},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2022},
  eprint = {2203.05556}
}""",
)
register_model(
    "real_bogus_committee",
    "astro_dl.models.stacking:stack",
    summary="Perceptrons and trees on the features of autoscan, weighed on validation rows",
    task="autoscan",
    rank=(1,),
    answers=("binary", "multiclass"),
    hyperparameters={
        "members": (
            *({"model": "real_bogus_mlp"},) * 2,
            *(
                {
                    "model": "gradient_boosting",
                    "hyperparameters": {
                        "max_iter": 400,
                        "max_leaf_nodes": 15,
                        "learning_rate": 0.04,
                        "max_features": 0.3,
                    },
                },
            )
            * 3,
        )
    },
    small=SmallForm(
        {
            "members": (
                {"model": "mlp", "hyperparameters": {"units": (8,)}},
                {"model": "random_forest", "hyperparameters": {"n_estimators": 10}},
            )
        }
    ),
    reference="Wolpert (1992), Neural Networks 5, 241, for the weights",
)
