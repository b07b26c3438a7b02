"""Tables to other programs on this machine, such as TOPCAT and Aladin, by SAMP."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from astropy.table import Table
from astropy.utils.exceptions import AstropyDeprecationWarning

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.write import write_table

LOAD_TABLE = "table.load.votable"
OURSELVES = {"samp.name": "astro_dl", "samp.description.text": "a model zoo for astronomy"}
WAIT_S = 30


def send_table(table: Table, name: str) -> list[str]:
    """Send a table to every program that listens, and wait until each has loaded it.

    Parameters
    ----------
    table : astropy.table.Table
        Any table.
    name : str
        What it is called there.

    Returns
    -------
    list of str
        Names of the programs.

    Raises
    ------
    UsageError
        If no hub runs, nobody takes tables, or one does not load it.
    """
    with warnings.catch_warnings():
        # From astropy 8.0 on it points to a package that not everybody has.
        warnings.simplefilter("ignore", AstropyDeprecationWarning)
        from astropy.samp import SAMPHubError, SAMPIntegratedClient, SAMPProxyError

    client = SAMPIntegratedClient(metadata=OURSELVES)
    try:
        client.connect()
    except SAMPHubError:
        raise UsageError(
            "no SAMP hub runs on this machine; start TOPCAT, or another program that has one"
        ) from None
    try:
        with TemporaryDirectory() as folder:
            path = write_table(table, Path(folder) / "table.vot")
            message = {
                "samp.mtype": LOAD_TABLE,
                "samp.params": {"url": path.as_uri(), "name": name, "table-id": name},
            }
            takers = list(client.get_subscribed_clients(LOAD_TABLE))
            if not takers:
                raise UsageError("no program on the SAMP hub takes tables; open TOPCAT or Aladin")
            told = []
            for taker in takers:
                own = str(client.get_metadata(taker).get("samp.name", taker))
                try:
                    client.call_and_wait(taker, message, str(WAIT_S))
                except SAMPProxyError as error:
                    raise UsageError(f"{own} did not load the table ({error})") from None
                told.append(own)
            return told
    finally:
        client.disconnect()
