"""Which light curves are of one star: its number in a catalogue decides, then the file."""

from types import SimpleNamespace

import numpy as np
import pytest

from astro_dl.core.errors import UsageError
from astro_dl.observations.light_curves.files import read_light_curve
from astro_dl.observations.light_curves.light_curve import join_stars
from tests.science.transits.stand_in import light_curve, write_spoc

TIME, FLUX = light_curve(days=5.0)


def curves(tmp_path, *headers, folders=("a", "b", "c")):
    """Return light curves of files of one name in several folders, each 30 d after the last."""
    made = []
    for number, header in enumerate(headers):
        folder = tmp_path / folders[number]
        folder.mkdir(exist_ok=True)
        path = write_spoc(folder / "lc.fits", TIME + 30 * number, FLUX, **header)
        made.append(read_light_curve(path))
    return made


def test_files_of_one_name_are_of_two_stars_by_their_numbers(tmp_path):
    numbers = ({"OBJECT": "unknown", "TICID": 11}, {"OBJECT": "unknown", "TICID": 12})
    found = join_stars(curves(tmp_path, *numbers))
    assert [star.id for star in found] == ["TIC 11", "TIC 12"]
    assert [len(star.time) for star in found] == [len(TIME)] * 2


def test_sectors_of_one_number_are_joined_whatever_their_names(tmp_path):
    numbers = ({"OBJECT": "V* AB", "TICID": 11}, {"OBJECT": "TIC 0011", "TICID": 11})
    (star,) = join_stars(curves(tmp_path, *numbers))
    assert len(star.time) == 2 * len(TIME)
    assert star.numbers == ("TIC 11",)


@pytest.mark.parametrize("name", ["unknown", "", "HD 1"])
def test_without_a_number_each_file_is_a_star_of_its_own(tmp_path, name):
    nameless = {"OBJECT": name, "TICID": 0}
    found = join_stars(curves(tmp_path, nameless, nameless))
    assert len({star.id for star in found}) == 2
    assert all(len(star.time) == len(TIME) for star in found)


def test_text_files_of_one_name_stay_apart(tmp_path):
    found = []
    for folder in ("north", "south"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "star.csv"
        np.savetxt(path, np.stack([TIME, FLUX], axis=1), delimiter=",")
        found.append(read_light_curve(path))
    names = [star.id for star in join_stars(found)]
    assert len(set(names)) == 2
    assert all(folder in name for folder, name in zip(("north", "south"), names, strict=True))


def test_numbers_of_one_catalogue_are_not_those_of_another(tmp_path):
    kepler = {"OBJECT": "KIC 11", "KEPLERID": 11, "TICID": 0}
    assert len(join_stars(curves(tmp_path, {"TICID": 11, "OBJECT": "TIC 11"}, kepler))) == 2


def test_objects_that_cannot_be_told_apart_are_refused():
    star = SimpleNamespace(time=TIME, flux=FLUX, label="mine", meta={})
    with pytest.raises(UsageError, match="two light curves are called 'mine'"):
        join_stars([read_light_curve(star), read_light_curve(star)])
