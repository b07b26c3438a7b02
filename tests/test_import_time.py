"""What is imported when: nothing heavy before it is needed."""

import json
import subprocess
import sys

import pytest

HEAVY = {"keras", "tensorflow", "jax", "torch", "sklearn", "matplotlib", "scipy", "astropy"}
HEAVY |= {"numpy", "h5py", "tqdm", "dask", "distributed"}
FRAMEWORKS = {"keras", "tensorflow", "jax", "torch", "matplotlib", "dask", "distributed"}

LIGHT = (
    "import astro_dl",
    "import astro_dl; dir(astro_dl)",
    "import astro_dl; astro_dl.list_models('gw_*'); astro_dl.list_tasks()",
    "import astro_dl; astro_dl.list_models(pretrained=True)",
    "import astro_dl; astro_dl.load_config('quick')",
    "from astro_dl.cli import main; main(['list'])",
    "from astro_dl.cli import main; main(['list', '--json', '--pretrained'])",
    "import astro_dl.core.shipped as s; assert s.list_bundles()",
)
WITHOUT_FRAMEWORK = (
    "from astro_dl.cli.parser import parse\ntry: parse(['--help'])\nexcept SystemExit: pass",
    "from astro_dl.cli.parser import parse; parse(['predict', 'lens_cnn', '--glob', '*.fits'])",
    "from astro_dl.cli import main; main(['info', 'lens_resnet_vis', '--json'])",
    "from astro_dl.cli import main; main(['info', 'lens_cnn']); main(['info', 'gw_bbh'])",
    "import astro_dl.core.registry as r; r.build_physics('gw_bbh', {})",
    "import astro_dl; astro_dl.simulate('gw_bbh', 2)",
    "import astro_dl as a; [a.model_info(name) for name in a.list_models()]",
)

ONE_AFTER_THE_OTHER = """
import json, sys
found = []
for program in json.loads(sys.argv[1]):
    before = set(sys.modules)
    exec(program, {})
    found.append(sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def imported():
    """Return what each program imports that those before it in its process did not."""
    found = {}
    for programs in (LIGHT, WITHOUT_FRAMEWORK):
        words = [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(programs)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        names = json.loads(done.stdout.splitlines()[-1])
        found |= dict(zip(programs, map(set, names), strict=True))
    return found


@pytest.mark.parametrize("program", LIGHT)
def test_nothing_heavy_is_imported(imported, program):
    assert not HEAVY & imported[program]


@pytest.mark.parametrize("program", WITHOUT_FRAMEWORK)
def test_simulators_and_tasks_import_no_framework(imported, program):
    assert not FRAMEWORKS & imported[program]


def test_what_is_imported_is_seen(imported):
    assert "astro_dl" in imported["import astro_dl"]
    assert "numpy" in set().union(*(imported[program] for program in WITHOUT_FRAMEWORK))
