"""The tasks and models of strong lenses by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "strong_lens",
    "astro_dl.science.lenses.finding:task",
    summary="Is the galaxy in the middle of a cutout a strong gravitational lens?",
    headline={"tpr0": "TPR0", "tpr10": "TPR10"},
    reference="Metcalf et al. (2019), arXiv:1802.03609",
)
register_task(
    "lens_parameters",
    "astro_dl.science.lenses.parameters:task",
    summary="Einstein radius, ellipticity, centre and shear of a strong lens",
    reference="Hezaveh et al. (2017), arXiv:1708.08842",
)

LENSES = {"task": "strong_lens", "rank": (3,)}
register_model(
    "lens_cnn",
    "astro_dl.science.lenses.networks.families:lens_cnn2d",
    summary="The small 2D convolutional network of the textbooks",
    **LENSES,
    hyperparameters={
        "filters": (32, 64, 128),
        "kernel_sizes": 3,
        "pool_sizes": 2,
        "padding": "same",
        "units": (128,),
        "dropout": 0.5,
    },
)
register_model(
    "deeplens",
    "astro_dl.science.lenses.networks.deeplens:deeplens",
    summary="46 layers of pre-activated bottlenecks, after CMU DeepLens",
    **LENSES,
    small=SmallForm({"filters": (8, 16), "blocks": 1, "strides": 2}, (16, 16, 3)),
    reference="Lanusse et al. (2018), MNRAS 473, 3895, arXiv:1703.02642",
    bibtex="""@article{Lanusse2018,
  author = {Lanusse, Fran{\\c c}ois and Ma, Quanbin and Li, Nan and Collett, Thomas E. and
    Li, Chun-Liang and Ravanbakhsh, Siamak and Mandelbaum, Rachel and P{\\'o}czos, Barnab{\\'a}s},
  title = {CMU DeepLens: deep learning for automatic image-based galaxy-galaxy strong lens finding},
  journal = {Monthly Notices of the Royal Astronomical Society},
  volume = {473},
  pages = {3895},
  year = {2018},
  eprint = {1703.02642},
  doi = {10.1093/mnras/stx1665}
}""",
)
register_model(
    "lens_resnet",
    "astro_dl.science.lenses.networks.families:lens_resnet2d",
    summary="Compact residual network that sees what is left without the deflector's light",
    **LENSES,
    hyperparameters={
        "subtract_deflector": True,
        "stem_kernel_size": 5,
        "stem_stride": 2,
        "filters": (16, 32, 64, 128),
        "blocks": (1, 1, 2, 2),
        "strides": (1, 2, 2, 2),
    },
    reference="He et al. (2016), arXiv:1603.05027; Gavazzi et al. (2014), arXiv:1403.1041",
)
register_model(
    "lens_ensemble",
    "astro_dl.models.committee:committee",
    summary="Committee of independently learning networks",
    **LENSES,
    hyperparameters={"members": ("lens_cnn", "lens_resnet", "lens_resnet")},
    small=SmallForm({"members": ("lens_cnn", "lens_resnet")}, (32, 32, 3)),
    reference="Schaefer et al. (2018), A&A 611, A2, arXiv:1705.07132",
    bibtex="""@article{Schaefer2018,
  author = {Schaefer, C. and Geiger, M. and Kuntzer, T. and Kneib, J.-P.},
  title = {Deep convolutional neural networks as strong gravitational lens detectors},
  journal = {Astronomy and Astrophysics},
  volume = {611},
  pages = {A2},
  year = {2018},
  eprint = {1705.07132},
  doi = {10.1051/0004-6361/201731201}
}""",
)
register_model(
    "lens_parameters_cnn",
    "astro_dl.science.lenses.networks.families:lens_cnn2d",
    summary="Convolutions whose map is flattened, not pooled: where things are is what is asked",
    task="lens_parameters",
    rank=(3,),
    hyperparameters={
        "subtract_deflector": True,
        "filters": (24, 48, 64, 96, 96),
        "kernel_sizes": (5, 3, 3, 3, 3),
        "strides": (2, 1, 1, 1, 1),
        "pool_sizes": (1, 2, 2, 1, 2),
        "padding": "same",
        "units": (256,),
        "normalization": "batch",
        "initializer": "he_normal",
    },
    reference="Hezaveh et al. (2017), arXiv:1708.08842, for the idea; "
    "Gavazzi et al. (2014), arXiv:1403.1041",
)
register_model(
    "lens_parameters_polar",
    "astro_dl.science.lenses.networks.polar:polar_resnet",
    summary="Residual convolutions in polar coordinates, read by the modes of the azimuth",
    task="lens_parameters",
    rank=(3,),
    small=SmallForm({"radii": 8, "angles": 16, "filters": (8, 8), "units": (16,)}, (16, 16, 3)),
    reference="Hezaveh et al. (2017), arXiv:1708.08842, for the idea; "
    "He et al. (2016), arXiv:1603.05027; Gavazzi et al. (2014), arXiv:1403.1041",
)
