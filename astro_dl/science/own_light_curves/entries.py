"""The task of light curves of one's own by name."""

from astro_dl.core.registry import register_task

register_task(
    "own_light_curves",
    "astro_dl.science.own_light_curves.task:task",
    summary="What do light curves of one's own tell?",
)
