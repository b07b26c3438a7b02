import importlib.util
import io

import pytest
from tqdm import tqdm

from astro_dl.core.errors import UsageError
from astro_dl.training.progress import EpochMonitor, scalar_log


class Model:
    stop_training = False


def test_the_bar_counts_examples_and_never_goes_back():
    bar = tqdm(total=300, file=io.StringIO())
    monitor = EpochMonitor(bar, 100)
    monitor.set_model(Model())
    for batch in (1, 0, 2):
        monitor.on_train_batch_end(batch, {"loss": 0.5})
    assert bar.n == 300
    assert not monitor.bad_batches


def test_the_first_bad_batch_is_known_although_calls_may_be_out_of_order():
    monitor = EpochMonitor(tqdm(total=9, disable=True), 1)
    model = Model()
    monitor.set_model(model)
    for batch, loss in ((0, 0.1), (3, float("nan")), (2, float("inf"))):
        monitor.on_train_batch_end(batch, {"loss": loss})
    assert min(monitor.bad_batches) == 2
    assert model.stop_training


def test_tensorboard_logs_are_written_or_the_package_is_named(tmp_path):
    if importlib.util.find_spec("tensorboard") is None:
        with pytest.raises(UsageError, match="pip install tensorboard"):
            scalar_log(tmp_path)
    else:
        scalar_log(tmp_path)(1, {"loss": 0.5})
        assert any(path.stat().st_size for path in tmp_path.iterdir())
    scalar_log(None)(1, {"loss": 0.5})
