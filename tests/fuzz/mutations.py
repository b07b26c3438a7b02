"""Seeded changes of good files that know the format: cards and data of FITS, members of HDF5, …

Each is ``(bytes, rng) -> bytes``; `MUTATIONS` has them by kind of file.
"""

import gzip
import io
import json
import os
from collections.abc import Callable

import h5py
import numpy as np
from astropy.io import fits

Rng = np.random.Generator

CARD, RECORD = 80, 2880
VALUES = (
    *("0", "-1", "1", "2", "3", "7", "64", "1000", "99999999999999", "1000000000", "1" * 40),
    *("0.5", "1E400", "-1E-400", "NaN", "T", "F", "(1.0, 2.0)", "''", "'", "'text'", "", "nan"),
    *("'1PE()'", "'1QD(2)'", "'9999999E'", "'0D'", "'J'", "'A'", "'12A'", "'BJD - 1e999'"),
    *("'deg'", "'(3,-1)'", "/", "'" + "x" * 67 + "'", "\x00\xff", "\xe9'"),
)
STRUCTURAL = ("NAXIS", "NAXIS1", "NAXIS2", "BITPIX", "PCOUNT", "GCOUNT", "TFIELDS", "TFORM1")
CELLS = (
    *(
        "",
        " ",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "-1",
        "0",
        "x",
        "null",
        "1,2",
        '"',
        '"a',
        "\x00",
        "é",
    ),
    *("99999999999999999999", "1e-400", "1_000", "0x10", "True", "--", "\t", "'", "9" * 400),
    "y" * 200_000,
)
PLAIN = (
    *(None, True, -1, 0, 1e308, -0.5, 10**25, "", "x", "\u00e9", [], {}, [[1], [2, 3]], [None]),
    *({"a": {"b": []}}, 2**63, "1e5", [0] * 2000),
)


def mutate_fits(data: bytes, rng: Rng) -> bytes:
    """Change cards, data or the order of the parts of a FITS file."""
    with fits.open(io.BytesIO(data)) as hdus:
        places = [hdus.fileinfo(number) for number in range(len(hdus))]
    parts = [
        [data[at["hdrLoc"] : at["datLoc"]], data[at["datLoc"] : at["datLoc"] + at["datSpan"]]]
        for at in places
    ]
    for _ in range(rng.integers(1, 4)):
        part = parts[rng.integers(len(parts))]
        if rng.random() < 0.8:
            part[0] = _change_header(part[0], rng)
        elif rng.random() < 0.8:
            part[1] = _scribble(part[1], rng)
        else:
            parts.insert(rng.integers(len(parts) + 1), list(parts.pop(rng.integers(len(parts)))))
    return _change_length(b"".join(header + rest for header, rest in parts), rng)


def _change_header(header: bytes, rng: Rng) -> bytes:
    cards = [header[place : place + CARD] for place in range(0, len(header), CARD)]
    end = max(1, next((k for k, card in enumerate(cards) if card[:3] == b"END"), len(cards)))
    row = int(rng.integers(end))
    structural = [k for k in range(end) if cards[k][:8].decode("latin-1").strip() in STRUCTURAL]
    if structural and rng.random() < 0.4:
        row = int(rng.choice(structural))
    value = VALUES[rng.integers(len(VALUES))]
    change = rng.integers(10)
    if change < 5:
        cards[row] = cards[row][:8] + b"= " + value.encode("latin-1").rjust(20)
    elif change == 5:
        del cards[row]
    elif change == 6:
        other = int(rng.integers(end))
        cards[row] = cards[row][:8] + cards[other][8:]
    elif change == 7:
        other = int(rng.integers(end))
        cards[row], cards[other] = cards[other], cards[row]
    elif change == 8:
        cards[row] = _scribble(cards[row], rng)
    else:
        cards.insert(row, cards[rng.integers(end)])
    joined = b"".join(card[:CARD].ljust(CARD) for card in cards)
    return joined.rstrip(b" ").ljust(-(-len(joined.rstrip(b" ")) // RECORD) * RECORD)


def _scribble(data: bytes, rng: Rng) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        if changed:
            start = rng.integers(len(changed))
            new = rng.integers(0, 256, rng.integers(1, 9), dtype=np.uint8).tobytes()
            changed[start : start + len(new)] = new
    return bytes(changed[: len(data)])


def _change_length(data: bytes, rng: Rng) -> bytes:
    chance = rng.random()
    if chance < 0.08:
        return data[: rng.integers(len(data) + 1)]
    return data + b"\x00" * int(rng.integers(1, 5000)) if chance < 0.12 else data


def mutate_gzip(data: bytes, rng: Rng) -> bytes:
    """Change what is compressed, or the compressed bytes; rarely, unpack to far more."""
    chance = rng.random()
    if chance < 0.6:
        return gzip.compress(mutate_fits(gzip.decompress(data), rng), 1)
    if chance < 0.7:
        plain = gzip.decompress(data)
        return gzip.compress(
            plain[:RECORD].replace(b"NAXIS   =                    0", VAST) + plain
        )
    return _change_length(_scribble(data, rng), rng)


NOTHING = b"NAXIS   =                    0"
VAST = b"NAXIS   =           1000000000"


def mutate_hdf5(data: bytes, rng: Rng) -> bytes:
    """Change members, attributes and links of an HDF5 file, or its bytes."""
    if rng.random() < 0.25:
        return _change_length(_scribble(data, rng), rng)
    memory = io.BytesIO(data)
    with h5py.File(memory, "r+") as file:
        members: list[str] = []
        file.visit(members.append)
        for _ in range(rng.integers(1, 3)):
            name = members[rng.integers(len(members))]
            if _is_there(file, name):
                MEMBER_CHANGES[rng.integers(len(MEMBER_CHANGES))](file, name, rng)
    return memory.getvalue()


def _is_there(file: h5py.File, name: str) -> bool:
    """Whether an earlier change has left a member, and no link to nothing or to itself."""
    try:
        return file.get(name) is not None
    except RuntimeError:
        return False


def _remove(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]


def _to_group(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]
    file.create_group(name)


def _link_outside(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]
    file[name] = h5py.ExternalLink(os.devnull, "/a")


def _link_inside(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]
    file[name] = h5py.SoftLink(f"/{name}" if rng.random() < 0.5 else "/nowhere")


def _link_to_root(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]
    file[name] = file["/"]


def _vast(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]
    file.create_dataset(name, (2**40,), np.float64, chunks=(1024,))


def _elsewhere(file: h5py.File, name: str, rng: Rng) -> None:
    del file[name]
    file.create_dataset(name, (64,), np.float64, external=[(os.devnull, 0, 512)])


def _other_value(file: h5py.File, name: str, rng: Rng) -> None:
    values = (-1, np.nan, np.inf, "text", b"\xff\xfe", 0, 10.0**300, [], [1, 2], [[1.0]], [b"a"])
    del file[name]
    file[name] = values[rng.integers(len(values))]


def _other_attribute(file: h5py.File, name: str, rng: Rng) -> None:
    keys = list(file[name].attrs) or ["unit"]
    values = (0, -1.0, np.nan, "text", [1, 2, 3], np.inf, 1e300, "")
    file[name].attrs[keys[rng.integers(len(keys))]] = values[rng.integers(len(values))]


def _no_attribute(file: h5py.File, name: str, rng: Rng) -> None:
    for key in list(file[name].attrs)[:1]:
        del file[name].attrs[key]


def _not_a_number(file: h5py.File, name: str, rng: Rng) -> None:
    data = file[name]
    if isinstance(data, h5py.Dataset) and data.dtype.kind == "f" and data.size:
        data[...] = rng.choice([np.nan, np.inf, -1e38, 0.0])


MEMBER_CHANGES: tuple[Callable[[h5py.File, str, Rng], None], ...] = (
    *(_remove, _to_group, _link_outside, _link_inside, _link_to_root, _vast, _elsewhere),
    *(_other_value, _other_value, _other_attribute, _no_attribute, _not_a_number),
)


def mutate_text(data: bytes, rng: Rng) -> bytes:
    """Change cells, lines or the encoding of a table of text."""
    lines = data.decode("utf-8").split("\n")
    for _ in range(rng.integers(1, 4)):
        row = int(rng.integers(min(len(lines), 3) if rng.random() < 0.5 else len(lines)))
        change = rng.integers(9)
        mark = next((one for one in ",\t " if one in lines[row]), ",")
        cells = lines[row].split(mark)
        cell = int(rng.integers(len(cells)))
        if change < 4:
            cells[cell] = CELLS[rng.integers(len(CELLS))]
        elif change == 4:
            del cells[cell]
        elif change == 5:
            cells.append(cells[cell])
        lines[row] = mark.join(cells)
        if change == 6:
            del lines[row]
        elif change == 7:
            lines.insert(row, CELLS[rng.integers(len(CELLS))])
        elif change == 8:
            lines[row] = lines[row].replace(mark, ";\t|, "[rng.integers(5)])
        lines = lines or [""]
    text = "\n".join(lines).encode("utf-8", "replace")
    encoded = (
        text,
        text,
        text,
        b"\xef\xbb\xbf" + text,
        text.replace(b"\n", b"\r\n"),
        text + b"\xff",
    )
    return _change_length(encoded[rng.integers(len(encoded))], rng)


def mutate_json(data: bytes, rng: Rng) -> bytes:
    """Change a value somewhere inside, or the text."""
    if rng.random() < 0.4:
        return mutate_text(data, rng)
    return json.dumps(_change_plain(json.loads(data), rng)).encode()


def mutate_yaml(data: bytes, rng: Rng) -> bytes:
    """Change a value somewhere inside, or the text, or make it deep or self-repeating."""
    import yaml

    chance = rng.random()
    if chance < 0.1:
        return data + b"x: " + b"[" * int(rng.integers(2, 3000))
    if chance < 0.2:
        return b"a: &a [1]\nb: [*a, *a]\n" + data
    if chance < 0.5:
        return mutate_text(data, rng)
    return yaml.safe_dump(_change_plain(yaml.safe_load(data), rng)).encode()


def _change_plain(value: object, rng: Rng) -> object:
    """Return plain data with one value, at any depth, replaced or removed."""
    if not value or not isinstance(value, dict | list) or rng.random() < 0.1:
        return PLAIN[rng.integers(len(PLAIN))]
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[rng.integers(len(keys))]
    changed = value.copy()
    if rng.random() < 0.15:
        del changed[key]
    elif rng.random() < 0.1 and isinstance(changed, dict):
        changed[f"{key}x"] = changed.pop(key)
    else:
        changed[key] = _change_plain(value[key], rng)
    return changed


MUTATIONS: dict[str, Callable[[bytes, Rng], bytes]] = {
    "fits": mutate_fits,
    "fits.gz": mutate_gzip,
    "hdf5": mutate_hdf5,
    "text": mutate_text,
    "json": mutate_json,
    "yaml": mutate_yaml,
}
