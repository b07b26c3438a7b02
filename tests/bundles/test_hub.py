"""Bundles travel by folders, by a server on this machine, and by a stand-in for a hub."""

import hashlib
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from astro_dl.bundles.bundle import load_bundle
from astro_dl.bundles.hub import pull, push
from astro_dl.cli import main
from astro_dl.core.errors import UsageError
from astro_dl.core.shipped import find_bundle, list_bundles, shipped_bundles

COMMIT = "a" * 40


class Server(BaseHTTPRequestHandler):
    """Gives and takes the files of a folder; under /owner/… as Hugging Face's hub does."""

    def __init__(self, *words, folder):
        self.folder = folder
        super().__init__(*words)

    def answer(self, with_body):
        path = self.folder / self.path.lstrip("/").replace("owner/one/resolve/v1/", "one/")
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        self.wfile.write(content if with_body else b"")

    def do_GET(self):
        self.answer(with_body=True)

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_PUT(self):
        path = self.folder / self.path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.tokens.append(self.headers.get("Authorization"))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def served(tmp_path):
    """Return the folder that a server on loopback gives and takes, its address, and tokens."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, folder=folder))
    server.tokens = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}", server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    """Return the folder of further bundles."""
    monkeypatch.setenv("ASTRO_DL_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("ASTRO_DL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "models"


def files_of(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_folder_gives_back_what_it_was_given(tmp_path, models):
    sha256 = push("sgq_mlp", str(tmp_path / "shared" / "mine"))
    found = pull(str(tmp_path / "shared" / "mine"), sha256=sha256)
    assert found.folder == models / "mine"
    assert files_of(found.folder) == files_of(shipped_bundles()["sgq_mlp"])
    assert find_bundle("mine") == models / "mine"
    assert "mine" in list_bundles()
    assert "mine" not in shipped_bundles()


def test_a_server_gives_back_what_it_was_given_and_is_not_asked_again(served, models, monkeypatch):
    _, address, server = served
    monkeypatch.setenv("ASTRO_DL_HUB_TOKEN", "secret")
    sha256 = push("sgq_mlp", f"{address}/one")
    assert set(server.tokens) == {"Bearer secret"}
    assert pull(f"{address}/one").sha256 == sha256
    server.shutdown()
    server.server_close()
    assert load_bundle("one").sha256 == sha256
    with pytest.raises(UsageError, match="cannot be reached"):
        pull(f"{address}/one")


@pytest.mark.skipif(find_spec("huggingface_hub") is None, reason="needs the extra hub")
def test_a_hub_gives_the_revision_that_is_asked_for(served, models, monkeypatch):
    folder, address, _ = served
    push("sgq_mlp", str(folder / "one"))
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(models / "hub"))
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    assert pull("hf://owner/one@v1").sha256 == load_bundle("sgq_mlp").sha256
    with pytest.raises(UsageError, match=r"hf://owner/one@v2: card\.json cannot be had"):
        pull("hf://owner/one@v2", out=models / "two")
    with pytest.raises(UsageError, match="no owner and name"):
        pull("hf://one")


def test_what_was_changed_on_its_way_is_refused_and_nothing_is_written(served, models):
    folder, address, _ = served
    sha256 = push("sgq_mlp", str(folder / "one"))
    weights = folder / "one" / "weights.h5"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(UsageError, match=r"weights\.h5: sha256 differs"):
        pull(f"{address}/one")
    assert not (models / "one").exists()
    with pytest.raises(UsageError, match="its card has sha256"):
        pull(f"{address}/one", sha256="0" * 64)
    weights.unlink()
    with pytest.raises(UsageError, match=r"weights\.h5: cannot be reached \(.*404|Not Found"):
        pull(f"{address}/one", sha256=sha256)
    assert not (models / "one").exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://example.org/one", "is not encrypted"),
        ("ftp://example.org/one", "scheme 'ftp'; accepted"),
        ("none/one", "card.json"),
    ],
)
def test_other_places_are_refused(address, reason):
    with pytest.raises(UsageError, match=reason):
        pull(address)


def test_the_name_of_a_shipped_bundle_is_not_taken(tmp_path):
    push("sgq_mlp", str(tmp_path / "sgq_mlp"))
    with pytest.raises(UsageError, match="is a shipped bundle"):
        pull(str(tmp_path / "sgq_mlp"))
    assert pull(str(tmp_path / "sgq_mlp"), out=tmp_path / "own").folder == tmp_path / "own"


def test_further_folders_are_known_by_name_and_shipped_ones_come_first(models, capsys):
    push("gw_cnn", str(models / "mine"))
    push("gw_cnn", str(models / "sgq_mlp"))
    assert find_bundle("sgq_mlp") == shipped_bundles()["sgq_mlp"]
    assert main(["info", "mine"]) == 0
    assert "gw_bbh" in capsys.readouterr().out
    assert main(["list", "mine"]) == 0
    assert "mine" in capsys.readouterr().out
    with pytest.raises(UsageError, match="did you mean 'mine'"):
        find_bundle("mime")


def test_push_prints_the_command_that_pulls_exactly_this(tmp_path, capsys, models):
    place = str(tmp_path / "place")
    assert main(["push", "sgq_mlp", place]) == 0
    words = capsys.readouterr().out.split()
    assert words[:2] == ["astro-dl", "pull"]
    assert main(words[1:]) == 0
    assert Path(capsys.readouterr().out.strip()) == models / "place"
