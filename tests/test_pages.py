"""What the pages on tuning, export and inspection show runs as it stands there."""

import re
from pathlib import Path

import pytest

from tests.science.lenses.stand_in import coordinates, cutout, write_extensions
from tests.test_readme import run

DOCS = Path(__file__).parent.parent / "docs"


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S)


@pytest.mark.slow
def test_the_page_on_tuning_runs(tmp_path):
    (settings,) = blocks("tuning.md", "yaml")
    (tmp_path / "quasars.yaml").write_text(settings)
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("tuning.md", "sh")))
    assert (tmp_path / "runs" / "best" / "card.json").is_file()
    assert (tmp_path / "runs" / "quick" / "trials.csv").is_file()


@pytest.mark.slow
def test_the_page_on_export_runs(tmp_path):
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("export.md", "sh")))
    assert (tmp_path / "exports" / "quasars" / "contract.json").is_file()


@pytest.mark.slow
def test_the_page_on_inspection_runs(tmp_path):
    (tmp_path / "cutouts").mkdir()
    for number in range(2):
        planes = cutout(size=120, bands=("VIS",), seed=number)
        header = coordinates(planes.shape[1:], scale=0.1)
        write_extensions(tmp_path / "cutouts" / f"{number}.fits", planes, ("VIS",), header)
    run(tmp_path, "bash", "-euo", "pipefail", "-c", "\n".join(blocks("inspecting.md", "sh")))
    assert (tmp_path / "candidates.html").stat().st_size > 20_000
