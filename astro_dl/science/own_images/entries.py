"""The task of images of one's own by name."""

from astro_dl.core.registry import register_task

register_task(
    "own_images",
    "astro_dl.science.own_images.task:task",
    summary="What do images of one's own show?",
)
