"""The task, the model and the configs of pulses by name."""

from pathlib import Path

from astro_dl import register_configs, register_model, register_task
from astro_dl.core.registry import SmallForm

register_task(
    "toy_pulse",
    "toy_astro.task:task",
    summary="Is there a pulse in the noise?",
    headline={"clean_detections": "clean detections"},
)

register_model(
    "toy_net",
    "toy_astro.networks:toy_net",
    summary="One hidden layer on the series",
    task="toy_pulse",
    rank=(2,),
    small=SmallForm({"units": 8}),
)

register_configs(Path(__file__).parent / "configs")
