"""What is imported when: nothing heavy before it is needed."""

import subprocess
import sys

import pytest

HEAVY = {"keras", "tensorflow", "jax", "torch", "sklearn", "matplotlib", "scipy", "astropy"}
HEAVY |= {"numpy", "h5py", "tqdm", "dask", "distributed"}


def _imported(program):
    report = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "program",
    [
        "import astro_dl",
        "import astro_dl; dir(astro_dl)",
        "import astro_dl; astro_dl.list_models('gw_*'); astro_dl.list_tasks()",
        "import astro_dl; astro_dl.list_models(pretrained=True)",
        "import astro_dl; astro_dl.load_config('quick')",
        "from astro_dl.cli import main; main(['list'])",
        "from astro_dl.cli import main; main(['list', '--json', '--pretrained'])",
        "import astro_dl.core.shipped as s; assert s.list_bundles()",
    ],
)
def test_nothing_heavy_is_imported(program):
    assert not HEAVY & _imported(program)


@pytest.mark.parametrize(
    "program",
    [
        "import astro_dl; astro_dl.simulate('gw_bbh', 2)",
        "import astro_dl.core.registry as r; r.build_physics('gw_bbh', {})",
        "import astro_dl as a; [a.model_info(name) for name in a.list_models()]",
        "from astro_dl.cli import main; main(['info', 'lens_cnn']); main(['info', 'gw_bbh'])",
        "from astro_dl.cli import main; main(['info', 'lens_resnet_vis', '--json'])",
        "from astro_dl.cli.parser import parse\ntry: parse(['--help'])\nexcept SystemExit: pass",
        "from astro_dl.cli.parser import parse; parse(['predict', 'lens_cnn', '--glob', '*.fits'])",
    ],
)
def test_simulators_and_tasks_import_no_framework(program):
    frameworks = {"keras", "tensorflow", "jax", "torch", "matplotlib", "dask", "distributed"}
    assert not frameworks & _imported(program)
