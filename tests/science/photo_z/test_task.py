"""The task of photometric redshifts: what is simulated, asked and refused."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from astro_dl.core.config import load_config
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task, list_models
from astro_dl.models.build import build_model, resolve
from astro_dl.science.photo_z.inputs import input_magnitudes, split_inputs
from astro_dl.science.photo_z.physics import PhotoZPhysics

TASK = get_task("photo_z")


def simulate(n=2000, **physics):
    return TASK.simulate(PhotoZPhysics(**physics), n, np.random.default_rng(0))


@pytest.mark.parametrize("survey", ["lsst", "sdss", "des"])
def test_every_survey_gives_its_bands(survey):
    examples = simulate(200, survey=survey, errors=True)
    bands = PhotoZPhysics(survey=survey).used_bands
    assert examples.x.shape == (200, 5 * len(bands) - 1)
    assert np.isfinite(examples.x).all()
    assert examples.y.shape == (200, 1)
    assert (split_inputs(examples.x)[2] != 0).any()


def test_colors_tell_redshift():
    examples = simulate(survey="sdss", redshift_range=(0.0, 0.5), magnitude_range=(14.0, 19.0))
    color = split_inputs(examples.x)[1][:, 1]
    early = np.asarray(examples.info["spectral_type"]) < 0.6
    assert spearmanr(color[early], examples.y[early, 0]).statistic > 0.8


def test_faint_galaxies_are_lost_in_blue_bands_first():
    unseen = split_inputs(simulate(magnitude_range=(25.0, 27.0)).x)[3].mean(axis=0)
    assert unseen[0] > 0.1
    assert unseen[0] > unseen[2]


def test_some_bands_are_not_observed():
    unknown = split_inputs(simulate(unobserved_fraction=0.3).x)[4].mean(axis=0)
    assert unknown[3] == 0
    np.testing.assert_allclose(np.delete(unknown, 3), 0.3, atol=0.06)


def test_a_subset_of_bands():
    physics = PhotoZPhysics(bands=("g", "r", "i"), magnitude_range=(18.0, 22.0))
    examples = TASK.simulate(physics, 10, np.random.default_rng(0))
    assert examples.x.shape == (10, 14)
    magnitudes, _ = input_magnitudes(physics.about, physics.used_bands, physics.middle, examples.x)
    np.testing.assert_allclose(magnitudes[:, 2], examples.info["magnitude"], atol=1e-3)


@pytest.mark.parametrize(
    ("answer", "outputs"), [("point", 1), ("gaussian", 2), ("mixture", 18), ("grid", 150)]
)
def test_the_answer_decides_what_networks_give(answer, outputs):
    head = TASK.head(PhotoZPhysics(answer=answer))
    assert head.outputs == outputs
    if answer == "mixture":
        assert head.support == (0.0, 3.0)
    if answer == "grid":
        assert (head.grid[0], head.grid[-1]) == (0.0, 3.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bands": ("g", "r")}, "'i' must be among them"),
        ({"bands": ("g", "i", "k")}, "band of LSST"),
        ({"survey": "hst"}, "survey: 'hst' is not accepted"),
        ({"redshift_range": (0.5, 0.1)}, r"redshift_range: .* lower one first"),
        ({"redshift_range": (0.0, 6.0)}, "≥ 0 and ≤ 3.5"),
        ({"magnitude_range": (22.0, 20.0)}, "magnitude_range: "),
        ({"template_scatter_mag": -0.1}, "template_scatter_mag: -0.1 is not"),
        (
            {"unobserved_fraction": 1.0},
            r"unobserved_fraction: 1.0 .* ≥ 0 and < 1",
        ),
    ],
)
def test_impossible_physics_is_refused(values, message):
    with pytest.raises(UsageError, match=message):
        PhotoZPhysics(**values)


def test_every_model_has_a_config_of_its_answer():
    answers = {"photoz_mlp": "point", "photoz_mdn": "mixture"}
    for name in list_models(task="photo_z"):
        config = resolve(load_config(name))
        assert config.task == "photo_z"
        assert config.physics["answer"] == answers.get(name, "grid")
    config = resolve(load_config("photoz_mdn_sdss"))
    assert (config.model, config.physics["survey"]) == ("photoz_mdn", "sdss")


def test_a_committee_has_four_members_and_one_answer():
    model = build_model("photoz_committee")
    assert [layer.name for layer in model.layers if "member_" in layer.name] == [
        f"member_{number}" for number in range(1, 5)
    ]
    assert model.output_shape == (None, 150)
