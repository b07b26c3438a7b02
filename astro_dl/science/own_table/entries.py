"""The task of tables of one's own by name."""

from astro_dl.core.registry import register_task

register_task(
    "own_table",
    "astro_dl.science.own_table.task:task",
    summary="What do the columns of a table of one's own tell of another one?",
)
