"""Files named by a list, by a pattern or by their folder, where a shell has too few words."""

from glob import glob
from pathlib import Path

from astro_dl.cli.options import Arguments, VerbParser
from astro_dl.core.errors import UsageError
from astro_dl.core.files import is_input

LISTS = ("--list", "--glob", "--parquet")
PARQUET = ".parquet"


def add_files(parser: VerbParser, what: str) -> None:
    """Add files by their names, or instead ``--list``, ``--glob`` or ``--parquet``."""
    if any(word.partition("=")[0] in LISTS for word in parser.words):
        parser.set_defaults(files=[])
    else:
        parser.add_argument("files", nargs="+", help=what)
    parser.add_argument(
        "--list", dest="file_list", type=Path, metavar="FILE", help="text with a file on each line"
    )
    parser.add_argument(
        "--glob",
        dest="pattern",
        metavar="PATTERN",
        help="files by a pattern, in quotes: '**/*.fits'",
    )
    parser.add_argument(
        "--parquet",
        dest="parquet",
        type=Path,
        metavar="FOLDER",
        help="all Parquet files of a folder and of those in it, as of a HATS catalogue",
    )


def files_of(arguments: Arguments) -> list[str]:
    """Return the files that are named, in all ways that there are.

    Raises
    ------
    UsageError
        If a list, a pattern or a folder names no file.
    """
    files = list(arguments.files)
    if arguments.file_list is not None:
        files += _listed(arguments.file_list)
    if arguments.pattern is not None:
        found = sorted(filter(is_input, glob(arguments.pattern, recursive=True)))
        if not found:
            raise UsageError(f"--glob {arguments.pattern!r}: matches no file")
        files += found
    if arguments.parquet is not None:
        files += _parquet_below(arguments.parquet)
    return files


def _listed(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise UsageError(f"--list {path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--list {path}: cannot be read as text ({error})") from None
    files = [line.strip() for line in lines if line.strip()]
    if not files:
        raise UsageError(f"--list {path}: names no file")
    return files


def _parquet_below(folder: Path) -> list[str]:
    """Return the files of a folder, but for those whose names begin as those of headers do."""
    if not folder.is_dir():
        raise UsageError(f"--parquet {folder}: no such folder")
    found = [path for path in sorted(folder.rglob(f"*{PARQUET}")) if path.name[0] not in "_."]
    if not found:
        raise UsageError(f"--parquet {folder}: holds no {PARQUET} file")
    return [str(path) for path in found]
