"""What whoever tampers with a bundle does to it, and how loading must refuse it."""

import hashlib
import json
import tracemalloc

import pytest

from astro_dl.answers.multiclass import Multiclass
from astro_dl.bundles.bundle import load_bundle, load_weights
from astro_dl.core.errors import UsageError
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from

SPEC, HEAD = InputSpec((5,), {}), Multiclass(("x", "y", "z"))


def resign(folder):
    """Make the card agree with the files, as whoever tampers with them would."""
    change_card(
        folder,
        lambda card: card["files"].update(
            {
                name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
                for name in card["files"]
                if (folder / name).is_file()
            }
        ),
    )


def change_card(folder, change):
    card = json.loads((folder / "card.json").read_text())
    change(card)
    (folder / "card.json").write_text(json.dumps(card))


def refuse(folder, match):
    """Check that loading fails in one line, allocating next to nothing."""
    load_pristine_once()
    tracemalloc.start()
    try:
        with pytest.raises(UsageError, match=match) as caught:
            load_weights(load_bundle(folder))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert peak < 8e6


def load_pristine_once(done=[]):  # noqa: B006
    """Import what loading imports, so that it isn't counted."""
    if not done:
        from astro_dl.bundles.weights import model_specs

        model_specs(lambda: build_from("mlp", SPEC, HEAD, {}))
        done.append(True)
