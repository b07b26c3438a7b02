"""The task of cubes of one's own by name."""

from astro_dl.core.registry import register_task

register_task(
    "own_cubes",
    "astro_dl.science.own_cubes.task:task",
    summary="What do cubes of one's own show?",
)
