"""Two processes that change one bundle at once lose nothing of what the other wrote."""

import multiprocessing
from functools import partial

from astro_dl.bundles.bundle import load_bundle, save_bundle, update_bundle
from astro_dl.bundles.results import read_metrics
from astro_dl.core.config import Config
from astro_dl.models.build import build_from
from astro_dl.models.defaults import default_hyperparameters
from tests.bundles.tampered_bundle import HEAD, SPEC

ROUNDS = 4


def added(name, bundle):
    known = read_metrics(bundle.folder, bundle.card)
    return {**known, "real": {**known.get("real", {}), name: {"network": {"auc": 0.5}}}}


def score(folder, writer):
    for number in range(ROUNDS):
        change = partial(added, f"set_{writer}_{number}")
        update_bundle(folder, metrics=change)


def test_all_scores_of_both_are_kept(tmp_path):
    values = {**default_hyperparameters("mlp"), "units": (4,)}
    model = build_from("mlp", SPEC, HEAD, values)
    parts = {"input": {"shape": SPEC.shape, "contract": SPEC.contract}, "head": HEAD}
    config = Config(task="", model="mlp", hyperparameters=values)
    folder = tmp_path / "bundle"
    save_bundle(folder, model, config, parts)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(partial(score, folder), range(2), chunksize=1)
    bundle = load_bundle(folder)
    assert (
        len(read_metrics(bundle.folder, bundle.card)["real"])
        == len(bundle.card.metrics["real"])
        == 2 * ROUNDS
    )
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
