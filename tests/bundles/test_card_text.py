"""The card for people: read by hubs, and with a program that runs as it stands."""

import re

import pytest

from astro_dl.bundles.bundle import load_bundle
from astro_dl.bundles.card_text import readme
from astro_dl.bundles.headlines import better_peers, headline_metric
from astro_dl.core.reading.strict_yaml import read_yaml
from astro_dl.core.registry import get_task
from astro_dl.core.shipped import shipped_bundles


def text_of(name):
    return readme(load_bundle(name).card)


def test_every_card_is_told_by_its_readme():
    for name, folder in shipped_bundles().items():
        assert (folder / "README.md").read_text(encoding="utf-8") == text_of(name), name


def test_hubs_read_licence_tags_and_scores():
    _, front, rest = text_of("lens_cnn").split("---\n", 2)
    told = read_yaml(front)
    assert told["license"] == "bsd-3-clause"
    assert {"astronomy", "strong_lens", "lens_cnn"} <= set(told["tags"])
    (model,) = told["model-index"]
    assert model["name"] == "lens_cnn"
    assert model["results"][0]["dataset"]["type"] == "simulated"
    assert 0 < model["results"][0]["metrics"][0]["value"] <= 1
    assert rest.startswith("\n# lens_cnn")
    # 409 s of 2 cores of 10 W, at 445 g/kWh
    assert told["co2_eq_emissions"]["emissions"] == 1.0


def test_people_are_told_use_limits_thresholds_and_cost():
    text = text_of("gw_cnn")
    for heading in ("Intended use", "Limits", "Use", "Thresholds", "Facts"):
        assert f"## {heading}\n" in text
    assert "all scores are of simulations" in text
    assert re.search(r"\| 0\.01 \| 1\.206 \|", text)
    assert re.search(
        r"Training: 493 s, 0\.27 core-hours, about 2\.7 Wh and 1\.2 g of CO2 \(at 10 W a core", text
    )
    assert "all scores are of simulations" not in text_of("tess_resnet")
    assert text_of("tess_resnet").count("test stars included") >= 1


def run_use(name):
    (program,) = re.findall(r"```python\n(.*?)```", text_of(name), re.S)
    exec(compile(program, name, "exec"), {})


def test_a_classical_method_that_is_better_is_told_among_the_limits():
    limits = text_of("supernova_gru").partition("## Limits")[2].partition("## Use")[0]
    assert "On the set spcc gradient boosting is better: accuracy 0.892 (0.881–0.902)" in limits


@pytest.mark.parametrize("name", shipped_bundles())
def test_cards_tell_of_no_other_method_that_is_better(name):
    card = load_bundle(name).card
    bound = get_task(card.task).classical.bound
    told = " ".join(better_peers(card))
    own = card.metrics.get("simulated", {})
    metric = headline_metric(card, own)
    better = card.head.compared_by.get((metric or "").split(" ")[0])
    for peer, values in card.baselines.items():
        if peer == bound or better is None or values.get(metric, {}).get("value") is None:
            continue
        ahead = (values[metric]["value"] > own[metric]["value"]) == better
        if ahead and values[metric]["value"] != own[metric]["value"]:
            assert "On simulated data " in told
            break
    else:
        assert "On simulated data " not in told


def test_the_program_on_a_card_runs(capsys):
    run_use("sgq_mlp")
    assert "p_quasar" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted({load_bundle(f).card.task for f in shipped_bundles()}))
def test_the_program_on_a_card_of_every_task_runs(task, capsys):
    run_use(next(name for name in shipped_bundles() if load_bundle(name).card.task == task))
    assert capsys.readouterr().out
