"""The tasks and models of transiting planets by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "tess_transit",
    "astro_dl.science.transits.task:task",
    summary="Is a periodic dip of a TESS light curve a planet, an eclipsing binary, or else?",
    headline={"triage_ap": "triage AP", "vetting_ap": "vetting AP"},
    reference="Yu et al. (2019), arXiv:1904.02726",
)

ONE_VIEW = {"task": "tess_transit", "rank": (2,), "physics": {"views": ("global",)}}
register_model(
    "tess_cnn",
    "astro_dl.models.cnn:cnn1d",
    summary="The small 1D convolutional network of the textbooks, on the folded light curve",
    **ONE_VIEW,
    hyperparameters={
        "filters": (16, 32),
        "kernel_sizes": (5, 3),
        "pool_sizes": (2, 2),
        "padding": "same",
        "units": (64,),
        "dropout": 0.5,
    },
)
for family in ("lstm", "gru"):
    register_model(
        f"tess_{family}",
        f"astro_dl.models.recurrent:{family}",
        summary=f"Two convolutions, then a bidirectional {family.upper()} along the folded phase",
        **ONE_VIEW,
        hyperparameters={
            "filters": (16, 32),
            "kernel_sizes": (7, 5),
            "strides": (1, 1),
            "pool_sizes": (2, 2),
            "recurrent_units": (32,),
            "bidirectional": True,
            "step_pooling": "max",
            "units": (32,),
            "dropout": 0.2,
        },
    )
register_model(
    "astronet",
    "astro_dl.science.transits.networks:astronet",
    summary="Convolutional columns on a global and a local view, after AstroNet",
    task="tess_transit",
    physics={"views": ("global", "local"), "global_bins": 2001, "local_bins": 201},
    small=SmallForm({"units": (32, 32)}),
    reference="Shallue & Vanderburg (2018), AJ 155, 94, arXiv:1712.05044",
    bibtex="""@article{ShallueVanderburg2018,
  author = {Shallue, Christopher J. and Vanderburg, Andrew},
  title = {Identifying Exoplanets with Deep Learning: A Five-planet Resonant Chain around
    Kepler-80 and an Eighth Planet around Kepler-90},
  journal = {The Astronomical Journal},
  volume = {155},
  pages = {94},
  year = {2018},
  eprint = {1712.05044},
  doi = {10.3847/1538-3881/aa9e09}
}""",
)
register_model(
    "astronet_tess",
    "astro_dl.science.transits.networks:astronet",
    summary="AstroNet for TESS: shorter views, the secondary eclipse, and scalars",
    task="tess_transit",
    physics={
        "views": ("global", "local", "secondary", "scalars"),
        "global_bins": 201,
        "local_bins": 61,
    },
    # four blocks and two narrower dense layers: a fifth of the paper's weights
    hyperparameters={"global_blocks": 4, "units": (256, 256), "dropout": 0.3},
    reference="Yu et al. (2019), AJ 158, 25, arXiv:1904.02726",
    bibtex="""@article{Yu2019,
  author = {Yu, Liang and Vanderburg, Andrew and Huang, Chelsea and Shallue, Christopher J. and
    Crossfield, Ian J. M. and others},
  title = {Identifying Exoplanets with Deep Learning. III. Automated Triage and Vetting of TESS
    Candidates},
  journal = {The Astronomical Journal},
  volume = {158},
  pages = {25},
  year = {2019},
  eprint = {1904.02726},
  doi = {10.3847/1538-3881/ab21d6}
}""",
)
register_model(
    "tess_resnet",
    "astro_dl.science.transits.networks:tess_resnet",
    summary="Residual towers on all folded views, with scalars",
    task="tess_transit",
    reference="He et al. (2016), arXiv:1603.05027, for the blocks",
)
