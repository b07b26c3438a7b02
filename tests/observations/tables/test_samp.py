"""Tables sent to other programs, through a hub on this machine alone."""

import pytest
from astropy import samp
from astropy.samp import SAMPHubServer, SAMPIntegratedClient
from astropy.table import Table

from astro_dl.core.errors import UsageError
from astro_dl.observations.tables.samp import LOAD_TABLE, send_table


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Run a hub on loopback that others on this machine do not find."""
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{(tmp_path / 'lock').as_uri()}")
    monkeypatch.setattr(samp.conf, "use_internet", False)
    server = SAMPHubServer(web_profile=False, addr="127.0.0.1", lockfile=str(tmp_path / "lock"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def topcat(hub):
    """Return a stand-in for TOPCAT, and the tables that it was sent."""
    client = SAMPIntegratedClient(metadata={"samp.name": "topcat"}, addr="127.0.0.1")
    client.connect()
    received = []

    def receive(key, sender, message_id, kind, parameters, extra):
        found = Table.read(parameters["url"].removeprefix("file://"), format="votable")
        received.append((parameters["name"], found))
        client.reply(message_id, {"samp.status": "samp.ok", "samp.result": {}})

    client.bind_receive_call(LOAD_TABLE, receive)
    yield received
    client.disconnect()


def test_every_program_that_listens_has_the_table(topcat):
    table = Table({"id": ["a", "b"], "z": [0.1, 0.2]})
    assert send_table(table, "redshifts") == ["topcat"]
    ((name, found),) = topcat
    assert name == "redshifts"
    assert list(found["z"]) == [0.1, 0.2]
    assert list(found["id"]) == ["a", "b"]


def test_without_listeners_it_is_told(hub):
    with pytest.raises(UsageError, match="no program on the SAMP hub takes tables"):
        send_table(Table({"z": [0.1]}), "redshifts")


def test_without_a_hub_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{(tmp_path / 'none').as_uri()}")
    with pytest.raises(UsageError, match="no SAMP hub runs"):
        send_table(Table({"z": [0.1]}), "redshifts")
