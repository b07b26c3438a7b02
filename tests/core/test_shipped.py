"""Configs and bundles of other packages stand beside ours, by name."""

import pytest

from astro_dl import model_info
from astro_dl.bundles.bundle import load_bundle
from astro_dl.core import shipped
from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.shipped import (
    list_bundles,
    register_bundles,
    register_configs,
    shipped_bundles,
    shipped_configs,
)

GOLDEN = "tests/data/golden_bundles"
CONFIG = "task: gw_bbh\nmodel: gw_cnn\nseed: 7\n"


@pytest.fixture(autouse=True)
def _scratch(monkeypatch):
    """Registrations of a test are forgotten after it."""
    monkeypatch.setattr(shipped, "_configs", dict(shipped_configs()))
    monkeypatch.setattr(shipped, "_bundles", dict(shipped_bundles()))


def test_a_config_of_a_folder_is_loaded_by_its_name(tmp_path):
    (tmp_path / "mine.yaml").write_text(CONFIG)
    register_configs(tmp_path)
    register_configs(tmp_path)
    assert load_config("mine").seed == 7
    with pytest.raises(UsageError, match="did you mean 'mine'"):
        load_config("mime")


def test_a_bundle_of_a_folder_is_loaded_by_its_name(pytestconfig):
    register_bundles(pytestconfig.rootpath / GOLDEN)
    assert load_bundle("gru").folder == pytestconfig.rootpath / GOLDEN / "gru"


def test_a_taken_name_is_refused_with_all_that_comes_with_it(tmp_path):
    (tmp_path / "a_new_one.yaml").write_text(CONFIG)
    (tmp_path / "quick.yaml").write_text(CONFIG)
    with pytest.raises(UsageError, match=r"config 'quick' is registered already, by .*configs"):
        register_configs(tmp_path)
    assert "a_new_one" not in shipped_configs()
    assert load_config("quick").seed == 0


@pytest.mark.parametrize("register", [register_configs, register_bundles])
def test_a_folder_without_any_is_refused(register, tmp_path):
    with pytest.raises(UsageError, match="to register"):
        register(tmp_path / "none")


@pytest.mark.parametrize("text", ["{", "[]", '{"model": "mlp"}'])
def test_a_card_that_tells_no_model_and_task_is_named(text, tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRO_DL_MODELS", str(tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "card.json").write_text(text)
    with pytest.raises(UsageError, match=r"mine/card.json is no card of a bundle"):
        list_bundles()
    with pytest.raises(UsageError, match=r"mine/card.json is no card of a bundle"):
        model_info("gw_cnn")
