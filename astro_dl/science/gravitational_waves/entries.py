"""The tasks and models of gravitational waves by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

register_task(
    "gw_bbh",
    "astro_dl.science.gravitational_waves.task:task",
    summary="Is there a binary-black-hole signal in one second of strain?",
    reference="Schäfer et al. (2021), arXiv:2106.03741",
)

GRAVITATIONAL_WAVES = {"task": "gw_bbh", "rank": (2,), "input_shape": (2048, 1)}
register_model(
    "gw_cnn",
    "astro_dl.models.cnn:cnn1d",
    summary="The small 1D convolutional network of the textbooks",
    **GRAVITATIONAL_WAVES,
    hyperparameters={
        "filters": (16, 32),
        "kernel_sizes": (16, 8),
        "pool_sizes": (4, 4),
        "units": (32,),
        "dropout": 0.5,
    },
)
register_model(
    "gabbard",
    "astro_dl.models.cnn:cnn1d",
    summary="Six convolutions and two dense layers, after Gabbard et al. (2018)",
    **GRAVITATIONAL_WAVES,
    # the paper's layers at 8192 Hz; at 2048 Hz they only fit with padding
    hyperparameters={
        "filters": (8, 8, 16, 16, 32, 32),
        "kernel_sizes": (64, 32, 32, 16, 16, 16),
        "pool_sizes": (1, 8, 1, 6, 1, 4),
        "padding": "same",
        "activation": "elu",
        "units": (64, 64),
        "dropout": 0.5,
    },
    reference="Gabbard et al. (2018), PRL 120, 141103, arXiv:1712.06041",
    bibtex="""@article{Gabbard2018,
  author = {Gabbard, Hunter and Williams, Michael and Hayes, Fergus and Messenger, Chris},
  title = {Matching Matched Filtering with Deep Networks for Gravitational-Wave Astronomy},
  journal = {Physical Review Letters},
  volume = {120},
  pages = {141103},
  year = {2018},
  eprint = {1712.06041},
  doi = {10.1103/PhysRevLett.120.141103}
}""",
)
register_model(
    "george_huerta",
    "astro_dl.models.cnn:cnn1d",
    summary="Three convolutions, two of them dilated, after George & Huerta (2018)",
    **GRAVITATIONAL_WAVES,
    hyperparameters={
        "filters": (16, 32, 64),
        "kernel_sizes": (16, 8, 8),
        "dilations": (1, 4, 4),
        "pool_sizes": 4,
        "units": (64,),
        "dropout": 0.0,
    },
    reference="George & Huerta (2018), PRD 97, 044039, arXiv:1701.00008",
    bibtex="""@article{GeorgeHuerta2018,
  author = {George, Daniel and Huerta, E. A.},
  title = {Deep neural networks to enable real-time multimessenger astrophysics},
  journal = {Physical Review D},
  volume = {97},
  pages = {044039},
  year = {2018},
  eprint = {1701.00008},
  doi = {10.1103/PhysRevD.97.044039}
}""",
)
for family in ("lstm", "gru"):
    register_model(
        f"gw_{family}",
        f"astro_dl.models.recurrent:{family}",
        summary=f"Strided convolutions, then a bidirectional {family.upper()} pooled over time",
        **GRAVITATIONAL_WAVES,
        hyperparameters={
            "filters": (32, 64),
            "kernel_sizes": (64, 16),
            "strides": (4, 4),
            "pool_sizes": (1, 2),
            "recurrent_units": (48,),
            "bidirectional": True,
            "step_pooling": "max",
            "units": (32,),
            "dropout": 0.2,
        },
    )
register_model(
    "gw_spectrogram_cnn",
    "astro_dl.science.gravitational_waves.networks.spectrogram:gw_spectrogram_cnn",
    summary="2D convolutions on constant-Q spectrograms computed inside the network",
    **GRAVITATIONAL_WAVES,
    reference="Chatterji et al. (2004), CQG 21, S1809, for the spectrogram",
)
register_model(
    "gw_resnet",
    "astro_dl.science.gravitational_waves.networks.matched_filter:gw_resnet",
    summary="Residual network on a learned template bank, starting as the marginal likelihood",
    **GRAVITATIONAL_WAVES,
    scanner="astro_dl.science.gravitational_waves.networks.shared_statistic:scanner",
    small=SmallForm({"templates": 16, "rank": 8, "filters": (8,), "blocks": 1}),
    reference="bank after Cannon et al. (2010), arXiv:1005.0012; residual search network after "
    "Nousi et al. (2023), arXiv:2211.01520",
)

register_task(
    "gw_parameters",
    "astro_dl.science.gravitational_waves.posteriors.task:task",
    summary="What merged? The posterior of a binary black hole by the strain of one detector",
    small={"high_frequency_hz": 128.0, "templates": 2, "bands": 4, "bins": 4, "hidden": 2},
    reference="Dax et al. (2023), arXiv:2210.05686, for samples weighed by the likelihood",
)
register_model(
    "gw_flow",
    "astro_dl.models.mlp:mlp",
    summary="A perceptron on strain beside the loudest template, to a posterior by splines",
    task="gw_parameters",
    rank=(1,),
    kind="flow",
    hyperparameters={
        "units": (256, 256, 128),
        "activation": "silu",
        "skip": True,
        "standardize": True,
    },
    small=SmallForm({"units": (16,)}, learning_rate=0.01),
    reference="Dax et al. (2021), arXiv:2106.12594, whose networks are far larger",
    bibtex="""@article{Dax2023,
  author = {Dax, Maximilian and Green, Stephen R. and Gair, Jonathan and Pürrer, Michael and
            Wildberger, Jonas and Macke, Jakob H. and Buonanno, Alessandra and Schölkopf, Bernhard},
  title = {Neural Importance Sampling for Rapid and Reliable Gravitational-Wave Inference},
  journal = {Physical Review Letters},
  volume = {130},
  pages = {171403},
  year = {2023},
  eprint = {2210.05686},
  doi = {10.1103/PhysRevLett.130.171403}
}""",
)
