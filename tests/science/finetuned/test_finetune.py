"""Fine-tuning by one verb: stages, comparison, predictions, refusals."""

import pytest

from astro_dl.bundles.bundle import load_bundle, load_weights
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.inference.load import load_pretrained
from astro_dl.observations.labelled.setup import Given
from astro_dl.science.finetuned.finetune import finetune_config
from astro_dl.science.own_images.setup import own_images_config
from astro_dl.training.train import train
from tests.own_files import class_folders, labelled_folder

SMALL = {
    "training.epochs": 2,
    "hyperparameters.filters": [4],
    "hyperparameters.units": [8],
    "evaluation.plots": False,
    "evaluation.baselines": False,
    "evaluation.bootstrap": 10,
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return a bundle that tells long from round blobs."""
    folder = tmp_path_factory.mktemp("base")
    given = Given(class_folders(folder / "images"))
    return train(own_images_config("cnn2d", given, **SMALL), folder / "base", progress=False)


@pytest.mark.slow
def test_one_verb_fine_tunes_and_compares(base, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files, labels = labelled_folder(tmp_path)
    quick = ["--set", "training.epochs=1", "--set", "evaluation.plots=false"]
    words = ["finetune", str(base.folder), "--images", str(files), "--labels", str(labels)]
    assert main([*words, "--target", "shape", "--out", "run", *quick, "--quiet"]) == 0
    text = capsys.readouterr().out
    for method in ("fine-tuned", "from scratch", "untouched"):
        assert f"{method:14} auc" in text
    card = load_bundle("run").card
    compared = card.data.compared
    assert set(compared["methods"]) == {"fine-tuned", "from scratch", "untouched"}
    assert set(compared["gains"]) == {"from scratch", "untouched"}
    assert "better than untouched by (loss of ROC AUC)" in text
    assert card.data.n_train == load_bundle("run-scratch").card.data.n_train
    found = load_pretrained("run").predict(sorted(files.iterdir())[:2])
    assert found["id"].tolist() == ["000.png", "001.png"]


def test_the_head_alone_is_trained_first_and_the_backbone_is_the_base_s(base, tmp_path):
    files, labels = labelled_folder(tmp_path)
    config = finetune_config(base, Given(files, labels, "width"), **{"training.epochs": 1})
    assert [one["training"]["unfrozen"] for one in config.stages] == [0.0, 0.5, 1.0]
    stages = ({**config.stages[0]},)
    tuned = train(config, tmp_path / "run", progress=False, stages=stages)
    one, other = ({w.path: w.numpy() for w in load_weights(each).weights} for each in (base, tuned))
    path = "convolution_1/kernel"
    assert (one[path] == other[path]).all()
    assert one["logits/kernel"].shape != other["logits/kernel"].shape


def test_bundles_whose_files_are_no_single_examples_are_refused(tmp_path):
    files, labels = labelled_folder(tmp_path)
    with pytest.raises(UsageError, match="task 'gw_bbh' reads neither single files nor rows"):
        finetune_config(load_bundle("gw_cnn"), Given(files, labels, "shape"))


def test_finetune_needs_files(capsys):
    assert main(["finetune", "lens_resnet"]) == 2
    assert "finetune needs one of --table, --images" in capsys.readouterr().err
