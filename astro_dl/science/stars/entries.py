"""The tasks and models of stellar spectra by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "spectral_type",
    "astro_dl.science.stars.spectral_type:task",
    summary="Which spectral type is a star of, by its optical spectrum?",
    reference="Sharma et al. (2020), doi:10.1093/mnras/stz3100",
)
register_task(
    "stellar_parameters",
    "astro_dl.science.stars.parameters:task",
    summary="Effective temperature, gravity and metallicity of a star, by its optical spectrum",
    reference="Fabbro et al. (2018), arXiv:1709.09182",
)

register_model(
    "spectra_mlp",
    "astro_dl.science.stars.networks:spectra_mlp",
    summary="The perceptron of the textbooks, its first layer as wide as the spectrum",
    task="spectral_type",
    rank=(2,),
    physics={"answer": "number", "pixels": 512},
)
BAILER_JONES = {
    "task": "spectral_type",
    "rank": (2,),
    "reference": "Bailer-Jones (1997), PASP 109, 932",
    "bibtex": """@article{BailerJones1997,
  author = {Bailer-Jones, Coryn A. L.},
  title = {Neural Network Classification of Stellar Spectra},
  journal = {Publications of the Astronomical Society of the Pacific},
  volume = {109},
  pages = {932},
  year = {1997},
  doi = {10.1086/133962}
}""",
}
register_model(
    "bailer_jones",
    "astro_dl.science.stars.networks:bailer_jones",
    summary="Committee of ten small perceptrons",
    physics={"answer": "number", "pixels": 512},
    **BAILER_JONES,
)
register_model(
    "bailer_jones_1997",
    "astro_dl.science.stars.networks:bailer_jones",
    summary="Ten separate perceptrons on as many pixels as in the paper",
    physics={"answer": "number", "pixels": 821},
    hyperparameters={"separate": True},
    **BAILER_JONES,
)
register_model(
    "star_perceptron",
    "astro_dl.science.stars.networks:spectra_mlp",
    summary="Perceptron with one narrow layer on a spectrum",
    task="stellar_parameters",
    rank=(2,),
    small=SmallForm(input_shape=(256, 1)),
    hyperparameters={"first_units": 48, "units": (), "activation": "gelu"},
)
register_model(
    "star_committee",
    "astro_dl.models.committee:committee",
    summary="Committee of perceptrons, each of which has not seen another part of the stars",
    task="stellar_parameters",
    rank=(2,),
    small=SmallForm(input_shape=(256, 1)),
    hyperparameters={"members": ("star_perceptron",) * 5, "separate": True},
    reference="Krogh & Vedelsby (1995), NIPS 7, 231",
)
register_model(
    "spectra_cnn1d",
    "astro_dl.models.cnn:cnn1d",
    summary="Four convolutions on a spectrum, then a dense layer",
    task="spectral_type",
    rank=(2,),
    small=SmallForm(input_shape=(256, 1)),
    hyperparameters={
        "filters": (16, 32, 64, 64),
        "kernel_sizes": (9, 7, 5, 5),
        "strides": (2, 1, 1, 1),
        "pool_sizes": (2, 4, 2, 2),
        "padding": "same",
        "normalization": "batch",
        "units": (64,),
        "dropout": 0.3,
    },
)
register_model(
    "starnet",
    "astro_dl.models.cnn:cnn1d",
    summary="Two convolutions and two dense layers, after StarNet",
    task="stellar_parameters",
    rank=(2,),
    small=SmallForm(input_shape=(256, 1)),
    # The paper's dense layers are twice as wide, on seven times the pixels, its pool half as wide;
    # it normalises nothing, and learns more slowly: see the card of simulated_starnet.
    hyperparameters={
        "filters": (4, 16),
        "kernel_sizes": 8,
        "pool_sizes": (1, 8),
        "padding": "same",
        "units": (128, 64),
        "normalization": "batch",
        "dropout": 0.0,
        "initializer": "he_normal",
    },
    reference="Fabbro et al. (2018), MNRAS 475, 2978, arXiv:1709.09182",
    bibtex="""@article{Fabbro2018,
  author = {Fabbro, S. and Venn, K. A. and O'Briain, T. and Bialek, S. and Kielty, C. L. and
    Jahandar, F. and Monty, S.},
  title = {An application of deep learning in the analysis of stellar spectra},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {475},
  pages = {2978},
  year = {2018},
  eprint = {1709.09182},
  doi = {10.1093/mnras/stx3298}
}""",
)
