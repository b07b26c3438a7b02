"""The task of spectra of one's own by name."""

from astro_dl.core.registry import register_task

register_task(
    "own_spectra",
    "astro_dl.science.own_spectra.task:task",
    summary="What do spectra of one's own tell?",
)
