"""Several yes-or-no questions of images, from labels to predictions."""

import numpy as np
import pytest

from astro_dl.bundles.bundle import load_bundle
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.evaluation.evaluate import evaluate
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.own_images.setup import own_images_config
from astro_dl.training.train import train
from tests.own_files import labelled_folder

SMALL = {
    "training.epochs": 12,
    "training.learning_rate": 0.01,
    "hyperparameters.filters": [8],
    "hyperparameters.units": [16],
    "evaluation.bootstrap": 10,
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    files, labels = labelled_folder(folder, n=96)
    given = Given(files, labels, "is_long,is_wide", "multilabel")
    return train(own_images_config("cnn2d", given, **SMALL), folder / "run", progress=False)


@pytest.mark.slow
def test_two_labels_are_learnt_scored_and_told(bundle):
    report = evaluate(bundle, progress=False, save=True)
    network = report.metrics["methods"]["network"]
    assert network["labels"]["is_long"]["auc"]["value"] > 0.85
    assert network["macro_auc"]["low"] <= network["macro_auc"]["value"]
    assert "random forest" in report.metrics["methods"]
    assert "AUC is_long" in str(report)
    for name in ("labels", "roc", "reliability", "wrong"):
        assert (bundle.folder / "plots" / f"{name}.png").stat().st_size > 5000
    assert load_bundle(bundle.folder).card.metrics["real"]["files"]["network"]["macro_auc"]


def test_a_label_is_given_above_its_own_threshold(bundle):
    predictor = load_pretrained(bundle.folder)
    files = sorted((bundle.folder.parent / "images").iterdir())
    table = predictor.predict(files, keep_flagged=True)
    for k, name in enumerate(("is_long", "is_wide")):
        above = np.asarray(table[f"p_{name}"]) > predictor.calibration["threshold"][k]
        assert [name in one.split(",") for one in table["labels"]] == above.tolist()
    assert len(set(table["labels"])) > 1


def test_several_networks_answer_with_their_mean(bundle):
    predictor = load_pretrained([bundle.folder, bundle.folder])
    files = sorted((bundle.folder.parent / "images").iterdir())[:4]
    one, both = (
        each.predict(files, keep_flagged=True)
        for each in (load_pretrained(bundle.folder), predictor)
    )
    assert np.allclose(one["p_is_wide"], both["p_is_wide"], atol=1e-5)


def test_values_that_are_neither_yes_nor_no_are_refused(tmp_path):
    files, labels = labelled_folder(tmp_path)
    with pytest.raises(UsageError, match=r"label 'field' is '2' in row 6; accepted: 1, yes"):
        own_images_config("cnn2d", Given(files, labels, "is_long,field", "multilabel"))


def test_a_label_that_is_always_given_is_refused(tmp_path):
    files, labels = labelled_folder(tmp_path, always=np.ones(48, int))
    with pytest.raises(UsageError, match="'always' is always 1"):
        own_images_config("cnn2d", Given(files, labels, "is_long,always", "multilabel"))


def test_methods_fitted_at_once_say_that_they_take_one_target(tmp_path, capsys):
    files, labels = labelled_folder(tmp_path)
    words = ["train", "random_forest", "--images", str(files), "--labels", str(labels)]
    more = ["--target", "is_long,is_wide", "--kind", "multilabel", "--out", str(tmp_path / "run")]
    assert main([*words, *more, "--quiet"]) == 2
    assert "not for several labels" in capsys.readouterr().err


def test_calibrations_of_other_labels_are_refused(bundle):
    head = load_pretrained(bundle.folder).head
    sound = dict(load_pretrained(bundle.folder).calibration)
    head.check_calibration(sound)
    for broken in ({**sound, "threshold": [0.5]}, {**sound, "scale": [-1.0, 1.0]}):
        with pytest.raises(UsageError, match="calibration"):
            head.check_calibration(broken)
