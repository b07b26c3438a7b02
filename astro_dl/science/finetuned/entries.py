"""The task of networks of any task that learn from files of one's own, by name."""

from astro_dl.core.registry import register_task

register_task(
    "finetuned",
    "astro_dl.science.finetuned.task:task",
    summary="What do files of one's own show, read as another task reads them?",
)
