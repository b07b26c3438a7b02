"""The task of forecasting one's own series by name."""

from astro_dl.core.registry import register_task

register_task(
    "own_forecasts",
    "astro_dl.science.own_forecasts.task:task",
    summary="How do light curves of one's own go on?",
)
