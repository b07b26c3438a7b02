"""Packs the shipped configs and bundles, which lie at the top level, into the wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithShippedData(build_py):
    """Copies ``configs/`` and ``models/`` to ``astro_dl/_packaged``; not in editable installs."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        packaged = Path(self.build_lib) / "astro_dl" / "_packaged"
        shutil.rmtree(packaged, ignore_errors=True)
        for kind in ("configs", "models"):
            if Path(kind).is_dir():
                shutil.copytree(
                    kind, packaged / kind, ignore=shutil.ignore_patterns(".*", "__pycache__")
                )


setup(cmdclass={"build_py": BuildWithShippedData})
