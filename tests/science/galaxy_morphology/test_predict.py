"""Photographs and images of galaxies in files, what is measured on them, and the real set."""

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table, vstack
from PIL import Image

from astro_dl.answers.votes import Votes
from astro_dl.core.errors import UsageError
from astro_dl.inference.table import prediction_table
from astro_dl.science.galaxy_morphology.datasets import read_spirals
from astro_dl.science.galaxy_morphology.features import (
    concentration,
    gini,
    m20,
    morphology_features,
)
from astro_dl.science.galaxy_morphology.figures import draw_galaxies
from astro_dl.science.galaxy_morphology.inputs import network_input, photograph
from astro_dl.science.galaxy_morphology.physics import MorphologyPhysics
from astro_dl.science.galaxy_morphology.predict import galaxy_of_file, predict_galaxies
from astro_dl.science.galaxy_morphology.questions import QUESTIONS

SIZE = 32
PHYSICS = MorphologyPhysics(size_pixels=SIZE)
HEAD = Votes.asking(QUESTIONS)


class StandIn:
    """A predictor whose people see features where it is blue in the middle."""

    physics, head = PHYSICS, HEAD

    def predict(self, x, ids, batch_size=None, keep_flagged=False):
        assert x.shape[1:] == (SIZE, SIZE, 3)
        logits = np.ones((len(x), len(HEAD.names)))
        logits[:, 1] += 3 * (x[:, SIZE // 2, SIZE // 2, 2] - x[:, SIZE // 2, SIZE // 2, 0])
        return prediction_table(HEAD, ids, HEAD.answers(logits))


def light(size=SIZE, blue=3.0, seed=0):
    """Return light in g, r and i with noise [any unit], and a galaxy in the middle."""
    rng = np.random.default_rng(seed)
    axis = np.arange(size) - (size - 1) / 2
    shape = np.exp(-np.hypot(axis[:, None], axis) / 3)
    flux = np.array([blue, 1.0, 0.5])
    return 40 * shape[..., None] * flux + rng.normal(size=(size, size, 3)) + 100


def answered(*paths, **options):
    return vstack(list(predict_galaxies(StandIn(), paths, **options)))


def test_photographs_keep_colours_and_end_at_one():
    image = np.zeros((1, 2, 2, 3), np.float32)
    image[0, 0, 0], image[0, 1, 1] = (1.0, 2.0, 4.0), (1e6, 2e6, 4e6)
    image[0, 0, 1] = -5.0
    shown = photograph(PHYSICS, image)
    assert shown.max() == 1
    assert (shown[0, 0, 1] == 0).all()
    ratio = shown[0, 0, 0] / shown[0, 1, 1]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
    assert shown[0, 0, 0, 0] > shown[0, 0, 0, 2]


def test_every_kind_of_file_gives_a_row(tmp_path):
    image = light(40)
    fits.PrimaryHDU(np.moveaxis(image, 2, 0)).writeto(tmp_path / "a.fits")
    picture = np.uint8(255 * photograph(PHYSICS, (image - 100)[None])[0])
    Image.fromarray(picture).save(tmp_path / "b.png")
    Image.fromarray(picture).save(tmp_path / "c.jpg", quality=95)
    np.savez(tmp_path / "d.npz", images=np.stack([picture, picture]))
    np.save(tmp_path / "e.npy", image)
    Table({"images": np.stack([picture, picture])}).write(tmp_path / "f.fits")
    names = ("a.fits", "b.png", "c.jpg", "d.npz", "e.npy", "f.fits")
    table = answered(*(tmp_path / name for name in names))
    assert len(table) == 8
    assert [one for one in table["id"] if one.startswith("f")] == ["f.fits:0", "f.fits:1"]
    assert (table["f_featured"] > 0.5).all()
    assert np.ptp(table["f_featured"]) < 0.1
    x = galaxy_of_file(PHYSICS, tmp_path / "a.fits")
    np.testing.assert_allclose(x, network_input(PHYSICS, image))


def test_units_and_sky_of_images_do_not_matter():
    image = light()
    np.testing.assert_allclose(
        network_input(PHYSICS, 1e-9 * image), network_input(PHYSICS, image - 100), atol=1e-4
    )


def test_a_few_missing_pixels_are_sky(tmp_path):
    image = light()
    image[2, 3:6] = np.nan
    assert np.isfinite(network_input(PHYSICS, image)).all()


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((SIZE, SIZE, 3)), "no noise"),
        (light()[..., :2], "three bands"),
        (light(SIZE - 2), "30 × 30"),
        (np.where(np.arange(SIZE)[:, None, None] < 20, np.nan, light()), "not finite"),
    ],
)
def test_images_that_tell_nothing_are_refused(image, message, tmp_path):
    fits.PrimaryHDU(np.moveaxis(image, 2, 0)).writeto(tmp_path / "a.fits")
    with pytest.raises(UsageError, match=message) as raised:
        answered(tmp_path / "a.fits")
    assert "a.fits" in str(raised.value)


@pytest.mark.parametrize("name", ["a.fits", "a.png", "a.npz", "a.h5", "a.txt"])
def test_damaged_files_are_one_line(name, tmp_path):
    (tmp_path / name).write_bytes(b"no galaxy at all")
    with pytest.raises(UsageError) as raised:
        answered(tmp_path / name)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_measures_have_their_known_values():
    assert gini(np.ones(50)) == pytest.approx(0)
    assert gini(np.array([1.0, *np.zeros(49)])) == pytest.approx(1)
    assert gini(np.arange(1.0, 4.0)) == pytest.approx(1 / 3)
    axis = np.arange(401) - 200.0
    radius = np.hypot(axis[:, None], axis)
    disc = np.exp(-radius / 12)
    # an exponential: r80 / r20 = 2.994 / 0.824 in scale lengths, C = 2.80
    assert concentration(disc.ravel(), radius.ravel()) == pytest.approx(2.80, abs=0.06)
    gauss = np.exp(-0.5 * (radius / 20) ** 2)
    # of the brightest fifth: (f + (1 - f) ln(1 - f)) with f = 0.2 over the whole second moment
    wanted = np.log10(0.2 + 0.8 * np.log(0.8))
    assert m20(gauss.ravel(), radius.ravel() ** 2) == pytest.approx(wanted, abs=0.01)


def test_features_tell_smooth_from_clumpy():
    smooth = photograph(PHYSICS, (light(seed=1) - 100)[None])
    rng = np.random.default_rng(2)
    clumpy = smooth.copy()
    for row, column in rng.integers(8, 24, (6, 2)):
        clumpy[0, row, column] = 1.0
    features = morphology_features(PHYSICS, np.concatenate([smooth, clumpy]))
    assert features.shape == (2, 15)
    assert np.isfinite(features).all()
    assert features[1, 1] > features[0, 1]
    assert features[1, 2] > features[0, 2]
    assert np.isfinite(morphology_features(PHYSICS, np.zeros((1, SIZE, SIZE, 3)))).all()


def test_the_real_set_is_read_for_its_question_alone(tmp_path):
    (tmp_path / "galaxies").mkdir()
    with h5py.File(tmp_path / "galaxies" / "galaxy_zoo2_spirals.h5", "w") as file:
        file["image"] = np.random.default_rng(0).integers(0, 255, (3, 69, 69, 3)).astype(np.uint8)
        file["label"] = np.array([b"spirals", b"non_spirals", b"spirals"])
    examples = read_spirals(MorphologyPhysics(asked="spiral"), tmp_path)
    assert examples.x.shape == (3, 64, 64, 3)
    assert list(examples.y) == [1, 0, 1]
    assert (np.asarray(examples.info["snr"]) > 0).all()
    with pytest.raises(UsageError, match="asked"):
        read_spirals(MorphologyPhysics(), tmp_path)
    with pytest.raises(UsageError, match="galaxy_zoo2"):
        read_spirals(MorphologyPhysics(asked="spiral"), tmp_path / "galaxies")


def test_figures_of_a_prediction(tmp_path):
    paths = [tmp_path / f"{k}.npy" for k in range(2)]
    for k, path in enumerate(paths):
        np.save(path, light(seed=k))
    (drawn,) = draw_galaxies(StandIn(), paths, answered(*paths), tmp_path)
    assert drawn.name == "votes.png"
    assert drawn.stat().st_size > 10_000
