"""Options of the verbs that train on data of one's own: tables, images, cubes, series, spectra."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astro_dl.cli.options import Arguments, VerbParser, count
from astro_dl.core.errors import UsageError

if TYPE_CHECKING:
    from astro_dl.core.config import Config
    from astro_dl.observations.labelled.setup import Given

Setup = Callable[[str, Arguments, Mapping[str, Any]], "Config"]


def add_own_data(parser: VerbParser) -> None:
    """Add what says where one's own data are, and what is to be learnt of them."""
    add_sources(parser)
    add_labels(parser)
    parser.add_argument("--features", help="columns of --table to predict from, as 'mag_*,!mag_u'")
    parser.add_argument("--crop", type=count, default=0, help="side of the cut-out [pixels]")
    parser.add_argument(
        "--horizon",
        type=count,
        help="steps to come that are told of --light-curves, without labels",
    )
    parser.add_argument("--window", type=count, help="steps that are seen before them (128)")


def add_sources(parser: VerbParser) -> None:
    """Add the options of which one names the data."""
    for flag, what in SOURCES.items():
        parser.add_argument(f"--{flag.replace('_', '-')}", type=Path, help=f"of your own: {what}")


def add_labels(parser: VerbParser) -> None:
    """Add what says which labels belong to them, and how they are split."""
    for flag, what in LABELS.items():
        parser.add_argument(flag, default="", help=what)
    parser.add_argument("--labels", type=Path, help="table of labels, a row for each file")
    parser.add_argument("--hdu", help="number or name of an extension, if a FITS file has several")
    parser.add_argument(
        "--target",
        help="column to predict, or several, separated by commas; none for methods without labels",
    )
    parser.add_argument(
        "--group-radius",
        type=float,
        default=0.0,
        metavar="ARCSEC",
        help="distance up to which positions are one group",
    )
    parser.add_argument(
        "--unlabelled",
        choices=("refuse", "ignore"),
        default="refuse",
        help="what becomes of files that --labels does not name (refuse)",
    )
    parser.add_argument(
        "--kind",
        default="auto",
        choices=("auto", "regression", "classification", "multilabel"),
        help="what the target is (auto)",
    )


def own_config(
    model: str, arguments: Arguments, settings: Mapping[str, Any]
) -> "tuple[Config, str] | None":
    """Return the config for data of one's own and what to call its run; None where there are none.

    Raises
    ------
    UsageError
        If several are named, or they cannot be used.
    """
    source = named_source(arguments)
    if source is None:
        return None
    name, path = source
    return SETUPS[name](model, arguments, settings), f"{model}-{path.stem}"


def named_source(arguments: Arguments) -> tuple[str, Path] | None:
    """Return the option that names the data, and its path; None where none does."""
    named = {one: path for one in SOURCES if (path := getattr(arguments, one, None)) is not None}
    if len(named) > 1:
        raise UsageError(f"--{' and --'.join(named)} are data of several kinds; give one")
    return next(iter(named.items()), None)


def given_files(arguments: Arguments, files: Path) -> "Given":
    """Return what the options say of files and their labels."""
    from astro_dl.observations.labelled.setup import Given

    return Given(
        files=files,
        labels=arguments.labels,
        target=arguments.target or "",
        kind=arguments.kind,
        member=arguments.path or arguments.hdu or "",
        file_column=arguments.file_column,
        group=arguments.group,
        group_radius_arcsec=arguments.group_radius,
        weight=arguments.weights,
        set_column=arguments.set_column,
        unlabelled=arguments.unlabelled,
    )


def _table(model: str, arguments: Arguments, settings: Mapping[str, Any]) -> "Config":
    from astro_dl.science.own_table.setup import own_table_config

    if arguments.features is None:
        raise UsageError("--table needs --features 'COLUMN,PATTERN*'")
    if arguments.kind == "multilabel":
        raise UsageError("--kind multilabel is not for --table, which has one target")
    others = {"weights": "", "set_column": "", "labels": None, "unlabelled": "refuse"}
    for option, default in others.items():
        if getattr(arguments, option) != default:
            raise UsageError(f"--{option.replace('_', '-')} is not for --table")
    return own_table_config(
        model,
        arguments.table,
        arguments.target or "",
        arguments.features,
        arguments.group,
        arguments.kind,
        arguments.hdu,
        arguments.path,
        **settings,
    )


def _images(model: str, arguments: Arguments, settings: Mapping[str, Any]) -> "Config":
    from astro_dl.science.own_images.setup import own_images_config

    given = given_files(arguments, arguments.images)
    return own_images_config(model, given, arguments.crop, **settings)


def _cubes(model: str, arguments: Arguments, settings: Mapping[str, Any]) -> "Config":
    from astro_dl.science.own_cubes.setup import own_cubes_config

    given = given_files(arguments, arguments.cubes)
    return own_cubes_config(model, given, arguments.crop, **settings)


def _light_curves(model: str, arguments: Arguments, settings: Mapping[str, Any]) -> "Config":
    if arguments.horizon is not None:
        return _forecasts(model, arguments, settings)
    from astro_dl.science.own_light_curves.setup import own_light_curves_config

    if arguments.window is not None:
        raise UsageError("--window needs --horizon STEPS")
    return own_light_curves_config(
        model, given_files(arguments, arguments.light_curves), **settings
    )


def _forecasts(model: str, arguments: Arguments, settings: Mapping[str, Any]) -> "Config":
    from astro_dl.science.own_forecasts.setup import own_forecasts_config

    if arguments.labels is not None or arguments.target:
        raise UsageError("--horizon learns how series go on; --labels and --target are not for it")
    window = {} if arguments.window is None else {"window": arguments.window}
    return own_forecasts_config(
        model, arguments.light_curves, horizon=arguments.horizon, **window, **settings
    )


def _spectra(model: str, arguments: Arguments, settings: Mapping[str, Any]) -> "Config":
    from astro_dl.science.own_spectra.setup import own_spectra_config

    return own_spectra_config(model, given_files(arguments, arguments.spectra), **settings)


SOURCES = {
    "table": "a table",
    "images": "a folder of images (a folder per class, or with --labels), or a file of many",
    "cubes": "a folder of cubes (depth, y, x), or a file of many, as for --images",
    "light_curves": "a folder of light curves, as for --images",
    "spectra": "a folder of spectra, as for --images",
}
SETUPS: dict[str, Setup] = {
    "table": _table,
    "images": _images,
    "cubes": _cubes,
    "light_curves": _light_curves,
    "spectra": _spectra,
}
LABELS = {
    "--path": "name of the array or table, if an HDF5, npz or Zarr file holds several",
    "--file-column": "column of --labels that names the files",
    "--group": "column of what is never divided between the sets, or ra,dec",
    "--weights": "column of the weights of examples in the training",
    "--set-column": "column that says which are for train, validation and test",
}
