"""Answers for every pixel go all the way: training, evaluation, bundle, larger images."""

from dataclasses import dataclass

import numpy as np
import pytest
from astropy.table import Table
from sklearn.metrics import average_precision_score

import astro_dl
from astro_dl.answers.maps.pixels import Pixels
from astro_dl.bundles.bundle import load_bundle
from astro_dl.core.errors import UsageError
from astro_dl.core.examples import Examples
from astro_dl.core.registry import register_task
from astro_dl.core.task import Classical, InputSpec, Task
from astro_dl.data.parallel import mapping_by
from astro_dl.explain.explanation import explain
from astro_dl.explain.files import Listener
from astro_dl.metrics.pixels import UNKNOWN
from astro_dl.models.unet import reach
from astro_dl.observations.images.tiles import Tiling, in_tiles
from astro_dl.testing import check_task

SIDE = 16


@dataclass(frozen=True)
class Discs:
    """How bright discs are, in units of the noise."""

    brightness: float = 1.5


def simulate(physics, n, rng):
    """Return noise with a disc each, whose pixels are to be told."""
    row, column = rng.uniform(2, SIDE - 2, (2, n, 1, 1))
    axis = np.arange(SIDE)
    disc = (axis[:, None] - row) ** 2 + (axis - column) ** 2 < 3.0**2
    x = (physics.brightness * disc + rng.standard_normal(disc.shape))[..., None]
    info = Table({"image": rng.integers(2**62, size=n)})
    return Examples(x.astype(np.float32), disc.astype(np.uint8), info)


TASK = Task(
    name="toy_discs",
    summary="Where is the disc?",
    physics=Discs,
    head=lambda physics: Pixels(("sky", "disc"), size=(SIDE, SIDE)),
    input_spec=lambda physics: InputSpec((SIDE, SIDE, 1), {"quantity": "light [σ]"}),
    simulate=simulate,
    group="image",
    classical=Classical(baselines=lambda physics, x: {"brightness": x[..., 0]}),
)


@pytest.fixture(scope="module", autouse=True)
def _registered():
    register_task("toy_discs", TASK)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    config = {
        "task": "toy_discs",
        "model": "unet2d",
        "hyperparameters": {"filters": [8, 16], "normalization": "none"},
        "data": {"n_train": 1500, "n_validation": 200, "n_test": 300, "workers": 1},
        "training": {"epochs": 8, "learning_rate": 0.003, "monitor": "val_iou"},
    }
    return astro_dl.train(config, out=tmp_path_factory.mktemp("discs") / "run", progress=False)


@pytest.fixture(scope="module")
def predictor(bundle):
    return astro_dl.load_pretrained(bundle.folder)


@pytest.fixture(scope="module")
def report(bundle):
    return astro_dl.evaluate(bundle, progress=False, save=True)


def test_the_task_keeps_its_promises():
    with mapping_by(map):
        check_task("toy_discs", n=32)


def test_a_region_is_seen_that_no_pixel_shows(report):
    methods = report.metrics["methods"]
    network, alone = (methods[name]["average_precision"] for name in ("network", "brightness"))
    y, scores = report.outcome.y, report.outcome.scores["brightness"]
    expected = average_precision_score(y.ravel(), scores.ravel())
    assert alone["value"] == pytest.approx(expected, abs=0.01)
    assert network["low"] > alone["high"] + 0.1
    assert methods["network"]["iou"]["disc"]["low"] > 0.5
    assert "IoU of disc" in str(report)


def test_probabilities_are_calibrated(predictor):
    x, y, _ = astro_dl.simulate("toy_discs", 400, seed=9)
    p = predictor.probabilities(predictor.score(x))[..., 1]
    for low, high in ((0.05, 0.3), (0.3, 0.7), (0.7, 0.95)):
        some = (p > low) & (p < high)
        assert np.mean(y[some]) == pytest.approx(np.mean(p[some]), abs=0.08)


def test_the_bundle_says_all_of_it(bundle, report):
    card = load_bundle(bundle.folder).card
    head = {"kind": "pixels", "names": ["sky", "disc"], "units": [], "size": [SIDE, SIDE]}
    assert card.to_plain()["head"] == head
    assert card.metrics["simulated"]["iou disc"]["value"] > 0.5
    figures = {path.stem for path in (bundle.folder / "plots").iterdir()}
    assert {"confusion", "precision_recall", "wrong", "history"} <= figures


def test_the_table_tells_how_many_pixels_there_are(predictor):
    x, y, _ = astro_dl.simulate("toy_discs", 50, seed=4)
    table = predictor.predict(x, keep_flagged=True)
    assert table.colnames == ["id", "pixels_disc", "flags"]
    assert np.median(table["pixels_disc"] / y.sum(axis=(1, 2))) == pytest.approx(1, abs=0.2)


def test_embeddings_are_vectors(predictor):
    x, _, _ = astro_dl.simulate("toy_discs", 5, seed=4)
    assert predictor.embed(x).shape == (5, 8)


def test_tiles_leave_no_seam(predictor):
    rng = np.random.default_rng(0)
    image = rng.standard_normal((68, 92, 1)).astype(np.float32)
    whole = predictor.enlarged((68, 92)).score(image[None], batch_size=1)[0]
    margin = reach((8, 16), 2, 3)
    found = np.empty_like(whole)
    for size in (2 * margin + 8, 2 * margin + 20):
        tiling, larger = Tiling(size, margin), predictor.enlarged((size, size))
        bands = in_tiles(image.shape[:2], tiling, lambda rows: image[rows], larger.score)
        for rows, answers in bands:
            found[rows] = answers
        # At the border of the image itself the network sees zeros, tiles see it mirrored.
        inner = (slice(margin, -margin),) * 2
        np.testing.assert_allclose(found[inner], whole[inner], atol=2e-5)


def test_nothing_further_away_than_its_reach_matters(predictor):
    side = 64
    image = np.zeros((2, side, side, 1), np.float32)
    image[1, side // 2, side // 2] = 100.0
    larger = predictor.enlarged((side, side))
    one, other = larger.score(image, batch_size=2)
    changed = np.argwhere(np.abs(one - other).max(axis=-1) > 0)
    distance = np.abs(changed - side // 2).max()
    assert 4 < distance <= reach((8, 16), 2, 3)


def test_the_pixel_that_stands_out_most_is_explained(predictor):
    x = astro_dl.simulate("toy_discs", 2, seed=3).x
    found = explain(predictor, x, "saliency")
    contrast = np.diff(predictor.score(x), axis=-1)[..., 0]
    within = reach((8, 16), 2, 3)
    for k in range(2):
        row, column = np.unravel_index(contrast[k].argmax(), contrast[k].shape)
        assert found.answers[k] == f"disc at row {row}, column {column}"
        rows, columns, _ = np.nonzero(found.values[k])
        assert np.abs(rows - row).max() <= within
        assert np.abs(columns - column).max() <= within
        name = f"sky at row {row}, column {column}"
        against = explain(predictor, x[k : k + 1], "saliency", output=name)
        assert np.corrcoef(against.values.ravel(), found.values[k].ravel())[0, 1] < 0


def test_of_larger_images_the_windows_that_stand_out_are_kept(predictor):
    x = astro_dl.simulate("toy_discs", 1, seed=3).x
    image = np.random.default_rng(0).normal(size=(1, 2 * SIDE, 3 * SIDE + 4, 1)).astype(np.float32)
    image[:, SIDE:, SIDE : 2 * SIDE] = x
    listener = Listener(predictor, 1)
    listener.enlarged(image.shape[1:3]).score(image)
    (kept,) = listener.kept
    assert kept.id == "window 4"
    np.testing.assert_array_equal(kept.x, x)


def test_pixels_without_a_class_are_not_learnt():
    from astro_dl.training.pixel_losses import PixelCrossEntropy

    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (2, 4, 4)).astype(np.uint8)
    logits = rng.standard_normal((2, 4, 4, 2)).astype(np.float32)
    known = np.ones_like(y, bool)
    known[:, 2:] = False
    masked = np.where(known, y, UNKNOWN).astype(np.uint8)
    part = float(PixelCrossEntropy()(y[:, :2], logits[:, :2]))
    assert float(PixelCrossEntropy()(masked, logits)) == pytest.approx(part, rel=1e-6)


@pytest.mark.parametrize(
    ("model", "options", "reason"),
    [
        ("cnn2d", {"kind": "pixels"}, "keeps the map"),
        ("unet2d", {"outputs": 1, "kind": "binary"}, "pixels"),
        ("unet2d", {"input_shape": (30, 32, 1)}, "multiples of 4"),
        ("unet2d", {"kernel_size": 4}, "odd kernel"),
    ],
)
def test_what_does_not_fit_is_refused(model, options, reason):
    with pytest.raises(UsageError, match=reason):
        astro_dl.build_model(model, **options)


def test_targets_that_say_nothing_are_refused():
    head = Pixels(("sky", "disc"), size=(4, 4))
    for y, reason in ((np.zeros((2, 4, 4)), "all pixels"), (np.full((2, 4, 4), 7), "of class")):
        with pytest.raises(UsageError, match=reason):
            head.check_targets(y.astype(np.uint8), "training")
