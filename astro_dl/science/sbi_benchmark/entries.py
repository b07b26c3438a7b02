"""The task and the model of the benchmark of posteriors by name."""

from astro_dl.core.registry import SmallForm, register_model, register_task

REFERENCE = "Lueckmann et al. (2021), arXiv:2101.04653"

register_task(
    "sbi_benchmark",
    "astro_dl.science.sbi_benchmark.task:task",
    summary="Which parameters of a simulator made an observation? Eight known posteriors",
    headline={"c2st": "C2ST against the exact posterior"},
    reference=REFERENCE,
)
register_model(
    "sbi_flow",
    "astro_dl.models.mlp:mlp",
    summary="Posterior by rational-quadratic splines, from a perceptron",
    task="sbi_benchmark",
    rank=(1,),
    kind="flow",
    hyperparameters={"units": (128, 128, 64), "activation": "silu", "standardize": True},
    small=SmallForm({"units": (32, 32)}, learning_rate=0.01),
    reference="Durkan et al. (2019), arXiv:1906.04032",
)
