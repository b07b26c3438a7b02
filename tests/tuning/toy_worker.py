"""One of several processes that tune the toy task on one storage."""

import json
import sys

from astro_dl.core.registry import register_task
from astro_dl.tuning import tune
from tests import toy
from tests.toy_training import config

RANGES = {
    "training.learning_rate": "1e-4..0.1:log",
    "hyperparameters.units": [[4], [8], [16, 8]],
    "training.batch_size": "20..100",
}
SMALL = {"data.n_train": 300, "data.n_validation": 100, "training.epochs": 5}


def run(out, trials=10, **options):
    """Tune with a sign of life every second."""
    options = {"generation": 4, "patience_s": 10, "progress": False, **options}
    return tune(config(), out, trials, RANGES, **options, **SMALL)


if __name__ == "__main__":
    register_task(toy.BINARY.name, toy.BINARY)
    found = run(sys.argv[1])
    print(json.dumps({"settings": found.settings, "value": found.value}))
