"""The tasks and models of pulsar candidates by name."""

from astro_dl.core.registry import register_model, register_task

register_task(
    "pulsar_candidate",
    "astro_dl.science.pulsars.task:task",
    summary="Is a candidate of a pulsar survey a pulsar?",
    reference="Lyon et al. (2016), arXiv:1603.05166",
)

register_model(
    "pulsar_mlp",
    "astro_dl.models.mlp:mlp",
    summary="Perceptron on the statistics of pulsar candidates",
    task="pulsar_candidate",
    rank=(1,),
    hyperparameters={"units": (64, 32), "dropout": 0.1, "l2": 1e-5},
)
