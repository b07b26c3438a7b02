"""The state of an installation, and remedies for what is wrong with it."""

import os
import platform
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from astro_dl import __version__
from astro_dl.core.showing.text_table import text_table

PACKAGES = ("keras", "tensorflow", "numpy", "scipy", "scikit-learn", "astropy", "h5py")
FITTING = ("lightgbm", "xgboost", "umap-learn", "minisom")
OPTIONAL = ("jax", "torch", "gwpy", "pyarrow", "pyvo", "tensorboard", *FITTING)
GIGABYTE = 1e9
LEAST_FREE_GIGABYTES = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    what : str
        What was looked at.
    found : str
        What was found.
    remedy : str
        What to do if something is wrong; empty if all is well.
    """

    what: str
    found: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Return what was found: versions, backend, devices, memory, cache, bundles, entry points."""
    findings: list[Finding] = []
    for look in (_python, _packages, _backend, _memory, _cache, _bundles, _entry_points):
        findings += _looked(look)
    return findings


def to_text(findings: list[Finding]) -> str:
    """Return the findings one a line, each remedy under what it mends, and a closing line."""
    rows = []
    for finding in findings:
        rows.append([f"{'!' if finding.remedy else ' '} {finding.what}", finding.found])
        if finding.remedy:
            rows.append(["", f"→ {finding.remedy}"])
    problems = sum(bool(finding.remedy) for finding in findings)
    closing = f"problems: {problems}" if problems else "all is well"
    return f"{text_table(rows, left=2)}\n{closing}"


def _looked(look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except Exception as error:
        remedy = "reinstall astro_dl, or report this line"
        return [Finding(look.__name__.strip("_"), f"{type(error).__name__}: {error}", remedy)]


def _python() -> Iterator[Finding]:
    yield Finding("astro_dl", f"{__version__} in {Path(__file__).parent.parent}")
    yield Finding("python", f"{platform.python_version()} in {sys.prefix}, {platform.platform()}")


def _packages() -> Iterator[Finding]:
    for name in (*PACKAGES, *OPTIONAL):
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            if name in OPTIONAL:
                yield Finding(name, "not installed (optional)")
            else:
                yield Finding(name, "missing", f"pip install {name}")


def _backend() -> Iterator[Finding]:
    import keras

    yield Finding("keras backend", keras.config.backend())
    devices = keras.distribution.list_devices("gpu") or keras.distribution.list_devices("cpu")
    yield Finding("devices", ", ".join(map(str, devices)))


def _memory() -> Iterator[Finding]:
    yield Finding("processors", str(os.cpu_count()))
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        yield Finding("memory", f"{total / GIGABYTE:.1f} GB")


def _cache() -> Iterator[Finding]:
    from astro_dl.core.reading.folders import cache_folder

    folder = cache_folder()
    files = [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []
    used = sum(file.stat().st_size for file in files) / GIGABYTE
    above = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(above).free / GIGABYTE
    full = free < LEAST_FREE_GIGABYTES
    yield Finding(
        "cache",
        f"{folder}: {len(files)} files, {used:.2f} GB; {free:.1f} GB free",
        "delete old files there, or set ASTRO_DL_CACHE to another disk" if full else "",
    )
    if not os.access(above, os.W_OK):
        yield Finding("cache", f"{above} is not writable", "set ASTRO_DL_CACHE to another folder")


def _bundles() -> Iterator[Finding]:
    from astro_dl.bundles.bundle import load_bundle
    from astro_dl.core.errors import UsageError
    from astro_dl.core.shipped import packaged_folder, shipped_bundles

    if not shipped_bundles():
        yield Finding("bundles", f"none in {packaged_folder('models')}", "reinstall astro_dl")
    for name, folder in shipped_bundles().items():
        try:
            bundle = load_bundle(folder)
            yield Finding(f"bundle {name}", f"verified, {bundle.card.parameters:,} parameters")
        except UsageError as error:
            yield Finding(f"bundle {name}", str(error), "reinstall astro_dl")


def _entry_points() -> Iterator[Finding]:
    from astro_dl.core import discovery, registry

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        discovery.load_entry_points()
    for warning in caught:
        yield Finding("entry point", str(warning.message), "update or uninstall that package")
    yield Finding(
        "registry",
        f"{len(registry.all_models())} models, {len(registry.all_tasks())} tasks",
    )
