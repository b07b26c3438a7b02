"""All metrics by kind of task: arrays in, numbers with intervals out."""

from astro_dl.metrics.binary import (
    area_under_curve,
    average_precision,
    binary_metrics,
    probability_metrics,
    roc_points,
)
from astro_dl.metrics.detection import detection_threshold, true_positive_rates
from astro_dl.metrics.distribution_scores import pit_metrics, proper_scores
from astro_dl.metrics.efficiency import (
    efficiency_curve,
    efficiency_table,
    equivalent_losses,
    equivalent_shift,
)
from astro_dl.metrics.multiclass import confusion_matrix, multiclass_metrics
from astro_dl.metrics.regression import nmad, regression_metrics

__all__ = [
    "area_under_curve",
    "average_precision",
    "binary_metrics",
    "confusion_matrix",
    "detection_threshold",
    "efficiency_curve",
    "efficiency_table",
    "equivalent_losses",
    "equivalent_shift",
    "multiclass_metrics",
    "nmad",
    "pit_metrics",
    "probability_metrics",
    "proper_scores",
    "regression_metrics",
    "roc_points",
    "true_positive_rates",
]
