"""The verb ``fetch``."""

from pathlib import Path

from astro_dl.cli.options import TABLE_FORMATS, Arguments, VerbParser, count, setting
from astro_dl.cli.output import print_json
from astro_dl.cli.shared import keep_inputs
from astro_dl.core.errors import UsageError, look_up

NEEDS_KERAS = False


def add_arguments(parser: VerbParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("archive", help="its name, as gaia")
    parser.add_argument("query", nargs="?", help="name of one of its queries, as cone_search")
    parser.add_argument("--adql", type=Path, metavar="FILE", help="a query of one's own instead")
    parser.add_argument(
        *("--set", "-s"),
        dest="settings",
        metavar="KEY=VALUE",
        type=setting,
        action="append",
        default=[],
        help="argument of a named query, as ra=56.75; repeatable",
    )
    parser.add_argument("--tap", metavar="URL", help="another service with the same tables")
    parser.add_argument("--out", type=Path, help=TABLE_FORMATS)
    parser.add_argument("--rows", type=count, help="most rows")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds to wait (3600)")
    parser.add_argument("--sync", action="store_true", help="wait on one connection: short queries")
    parser.add_argument("--refresh", action="store_true", help="ask again even if in the cache")


def run(arguments: Arguments) -> None:
    """Ask an archive for a table, by ADQL or by the name of a query."""
    from astro_dl.core.archives import all_archives, named_query
    from astro_dl.observations.tables.archive import fetch_table, read_adql
    from astro_dl.observations.tables.write import printed_rows, table_format, write_table

    archive = look_up("archive", arguments.archive, all_archives())
    if (arguments.query is None) == (arguments.adql is None):
        names = ", ".join(archive.queries)
        raise UsageError(f"give the name of a query ({names}) or --adql FILE, one of both")
    if arguments.adql is not None and arguments.settings:
        raise UsageError("--set is for named queries; the query in a file is complete")
    if arguments.out is not None:
        table_format(arguments.out)
    keep_inputs(arguments.out, [arguments.adql])
    adql = (
        read_adql(arguments.adql)
        if arguments.query is None
        else named_query(archive, arguments.query, dict(arguments.settings))
    )
    found = fetch_table(
        adql,
        arguments.tap or archive.url,
        rows=arguments.rows,
        synchronous=arguments.sync,
        timeout_s=arguments.timeout,
        refresh=arguments.refresh,
    )
    path = found.path if arguments.out is None else write_table(found.table, arguments.out)
    if arguments.json:
        facts = {"n": len(found.table), "columns": found.table.colnames, "adql": adql}
        print_json({"file": str(path), "from_cache": found.from_cache, **facts})
    else:
        print(*printed_rows(found.table, 20), path, sep="\n")
