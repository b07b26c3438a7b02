"""What the page on radio galaxies shows runs as it stands there."""

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image

from tests.pages import run_commands
from tests.science.radio_morphology.stand_in import radio_map, write_fits

PAGE = Path(__file__).parents[3] / "docs" / "radio_morphology.md"
FLAGS = (
    *("beam_assumed", "pixel_scale_assumed", "no_flux_scale", "smoothed", "resampled", "padded"),
    *("missing_pixels", "unresolved", "ratio_near_half", "reaches_edge", "beam_too_wide"),
    *("no_source", "too_few_pixels"),
)


@pytest.mark.slow
def test_the_page_runs(tmp_path):
    image = radio_map(size=150)
    write_fits(tmp_path / "source.fits", image)
    np.savez(tmp_path / "maps.npz", maps=np.stack([image, image]))
    grey = np.uint8(255 * np.clip(image, 0, None) / image.max())
    Image.fromarray(grey).save(tmp_path / "picture.png")
    run_commands(tmp_path, "radio_morphology.md")
    assert np.isfinite(Table.read(tmp_path / "sources.ecsv")["flux"][0])
    assert len(Table.read(tmp_path / "more.ecsv")) == 3
    assert (tmp_path / "figures" / "maps.png").is_file()


def test_the_flags_of_the_page_are_those_of_the_table():
    page = PAGE.read_text("utf-8")
    assert all(f"`{word}`" in page for word in FLAGS)
