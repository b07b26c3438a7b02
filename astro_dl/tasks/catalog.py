"""The built-in tasks by name; the modules are imported when a task is first used."""

from astro_dl.registry import register_task

register_task(
    "gw_bbh",
    "astro_dl.tasks.gw_bbh:task",
    summary="Is there a binary-black-hole signal in one second of strain?",
    reference="Schäfer et al. (2021), arXiv:2106.03741",
)
