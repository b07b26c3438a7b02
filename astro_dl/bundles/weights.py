"""Weights as plain arrays in HDF5: written without metadata, read only if exactly as expected.

A file is refused from its headers, before any array is allocated or read: every array that the
model has, and no other, must be there under its own name, as plain contiguous little-endian numbers
that lie inside the file itself.
"""

import io
import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5l, h5o, h5s, h5t

from astro_dl.core.errors import UsageError
from astro_dl.core.new_hdf5 import new_hdf5
from astro_dl.core.reading.door import reading
from astro_dl.core.reading.hdf5_files import check_members

if TYPE_CHECKING:
    import keras

STORED_TYPES: dict[str, tuple[tuple[np.dtype, Any], ...]] = {
    "f": ((np.dtype("<f4"), h5t.IEEE_F32LE), (np.dtype("<f2"), h5t.IEEE_F16LE)),
    "i": ((np.dtype("<i8"), h5t.STD_I64LE),),
}
"""What numbers of a kind may be stored as; the first is the usual one, and what is read."""


class ArraySpec(NamedTuple):
    """Shape of an array, and the kind of its numbers: "f" (floating) or "i" (integer)."""

    shape: tuple[int, ...]
    kind: str


def model_specs(build: "Callable[[], keras.Model]") -> dict[str, ArraySpec]:
    """Return the specification of every weight of a model by its path, allocating none of them.

    Parameters
    ----------
    build : callable
        Builds the model.

    Notes
    -----
    In a stateless scope Keras declares variables without creating them. The thread confines
    Keras's list of variables still to be created, which would otherwise be created later.
    """
    import keras

    def declare() -> dict[str, ArraySpec]:
        with keras.StatelessScope(initialize_variables=False):
            return weight_specs(build().weights)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(declare).result()


def write_weights(path: Path, model: "keras.Model", half_precision: bool = False) -> None:
    """Write the weights of a model, one float32 (or int64) array per weight path.

    Parameters
    ----------
    path : Path
        The file.
    model : keras.Model
        The model.
    half_precision : bool, default False
        Whether kernels (floating arrays of two axes and more) are stored as float16, which halves
        the file and rounds them to three digits.

    Raises
    ------
    UsageError
        If two weights share a path or a weight is not finite.
    """
    specs = weight_specs(model.weights)
    arrays = {weight.path: weight.numpy() for weight in model.weights}
    write_arrays(path, arrays, specs, half_precision)


def write_arrays(
    path: Path,
    arrays: Mapping[str, np.ndarray],
    specs: Mapping[str, ArraySpec],
    half_precision: bool = False,
) -> None:
    """Write arrays by path as `read_arrays` reads them; parameters and errors as `write_weights`.

    Parameters
    ----------
    path : Path
        The file.
    arrays : mapping
        Path in the file to array.
    specs : mapping
        What each is.
    half_precision : bool, default False
        As of `write_weights`.
    """
    with new_hdf5(path) as store:
        for name, spec in specs.items():
            kinds = STORED_TYPES[spec.kind]
            stored = kinds[-1] if half_precision and len(spec.shape) > 1 else kinds[0]
            store.create_dataset(name, shape=spec.shape, dtype=stored[0])
        for name, array in arrays.items():
            values = np.asarray(array).astype(store[name].dtype)
            if not np.isfinite(values).all():
                raise UsageError(
                    f"weight {name!r} is not finite: the training diverged; lower "
                    "training.learning_rate or set training.clip_norm"
                )
            store[name][...] = values


def read_arrays(
    content: bytes, specs: Mapping[str, ArraySpec], file: str = "weights.h5"
) -> dict[str, np.ndarray]:
    """Return the arrays of a weights file by path, if its headers are exactly as specified.

    Parameters
    ----------
    content : bytes
        Of the file.
    specs : mapping
        What the model has, from `model_specs`.
    file : str, default "weights.h5"
        Its name, for errors.

    Raises
    ------
    UsageError
        If anything is missing, left over, linked, chunked, compressed, of another shape or type,
        stored elsewhere, or not HDF5; no array is allocated then. If a number is not finite.
    """
    try:
        with h5py.File(io.BytesIO(content), "r") as store:
            declared = _check_group(store.id, _tree(specs), "", len(content))
            _check_total(declared, len(content))
            arrays = {
                path: store[path][()].astype(STORED_TYPES[spec.kind][0][0], copy=False)
                for path, spec in specs.items()
            }
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from None
    except Exception as error:
        # HDF5 has many ways to say that a file is not one.
        reason = " ".join(str(error).split())
        raise UsageError(f"{file}: truncated or not HDF5 ({reason})") from None
    for path, array in arrays.items():
        if not np.isfinite(array).all():
            raise UsageError(f"{file}: array {path!r} has a number that is not finite")
    return arrays


def every_array(content: bytes, file: str) -> dict[str, np.ndarray]:
    """Return all arrays of a weights file by path, as float32 and int64.

    Parameters
    ----------
    content : bytes
        Of a file that is known to be sound, as its sha256 was checked.
    file : str
        Its name, for errors.

    Raises
    ------
    UsageError
        If a member is a link or lies elsewhere, or it is no HDF5.
    """
    found: dict[str, np.ndarray] = {}

    def keep(path: str, member: Any) -> None:
        if isinstance(member, h5py.Dataset):
            wide = STORED_TYPES[member.dtype.kind][0][0]
            found[path] = member[()].astype(wide, copy=False)

    with reading(file, "weights"), h5py.File(io.BytesIO(content), "r") as store:
        check_members(store)
        store.visititems(keep)
    return found


def assign_weights(model: "keras.Model", arrays: Mapping[str, np.ndarray]) -> None:
    """Set every weight of a model from the arrays that `read_arrays` returned."""
    import keras

    for weight in model.weights:
        weight.assign(arrays[weight.path])
    for layer in _layers(model):
        if isinstance(layer, keras.layers.Normalization):
            # It computes with copies of its weights.
            layer.finalize_state()


def _layers(model: Any) -> Iterable[Any]:
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _layers(layer)


def weight_specs(weights: Iterable[Any]) -> dict[str, ArraySpec]:
    """Return the specifications of weights by path; `UsageError` if two share one."""
    specs: dict[str, ArraySpec] = {}
    for weight in weights:
        if weight.path in specs:
            raise UsageError(f"two weights have the path {weight.path!r}; name the layers apart")
        specs[weight.path] = variable_spec(weight)
    return specs


def variable_spec(variable: Any) -> ArraySpec:
    """Return the specification of one variable."""
    kind = "i" if "int" in str(variable.dtype) else "f"
    return ArraySpec(tuple(int(n) for n in variable.shape), kind)


def _tree(specs: Mapping[str, ArraySpec]) -> dict[str, Any]:
    """Return the specifications nested as the groups of the file are."""
    tree: dict[str, Any] = {}
    for path, spec in specs.items():
        *groups, name = path.split("/")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = spec
    return tree


def _check_total(declared: int, file_bytes: int) -> None:
    """Refuse arrays that share their bytes, which would make more memory than the file has."""
    if declared > file_bytes:
        raise UsageError(f"{file_bytes} bytes cannot hold the {declared} bytes of this model")


def _check_group(group: h5g.GroupID, tree: Mapping[str, Any], path: str, size: int) -> int:
    """Refuse a group unless its members are exactly those of the tree; reads headers only.

    Returns the bytes that its arrays declare to have.
    """
    declared = 0
    _check_plain(group, path)
    count = group.get_num_objs()
    names = {group.get_objname_by_idx(i).decode(errors="replace") for i in range(min(count, 9999))}
    for name in sorted(names - tree.keys()):
        raise UsageError(f"array {path + name!r} is not one of this model's")
    for name, expected in tree.items():
        if name not in names:
            raise UsageError(f"array {path + name!r} is missing")
        if group.links.get_info(name.encode()).type != h5l.TYPE_HARD:
            raise UsageError(f"{path + name!r} is a link to elsewhere")
        member = h5o.open(group, name.encode())
        wanted = h5d.DatasetID if isinstance(expected, ArraySpec) else h5g.GroupID
        if not isinstance(member, wanted):
            raise UsageError(f"{path + name!r} is a {type(member).__name__.removesuffix('ID')}")
        if isinstance(expected, ArraySpec):
            declared += _check_array(member, expected, path + name, size)
        else:
            declared += _check_group(member, expected, f"{path}{name}/", size)
    return declared


def _check_array(array: h5d.DatasetID, spec: ArraySpec, path: str, size: int) -> int:
    """Refuse an array whose header is not the plain one that `write_weights` makes.

    Returns the bytes that it declares to have.
    """
    _check_plain(array, path)
    kinds = STORED_TYPES[spec.kind]
    found = [stored for stored, on_disk in kinds if array.get_type().equal(on_disk)]
    if not found:
        raise UsageError(f"array {path!r} is not of type {kinds[0][0].name}")
    space = array.get_space()
    if space.get_simple_extent_type() not in (h5s.SCALAR, h5s.SIMPLE) or array.shape != spec.shape:
        raise UsageError(f"array {path!r} has shape {array.shape}, the model has {spec.shape}")
    creation = array.get_create_plist()
    if creation.get_external_count():
        raise UsageError(f"array {path!r} lies in another file")
    if creation.get_layout() != h5d.CONTIGUOUS or creation.get_nfilters():
        raise UsageError(f"array {path!r} is chunked, compressed or virtual")
    offset, declared = array.get_offset(), math.prod(spec.shape) * found[0].itemsize
    if declared and (
        array.get_storage_size() != declared or offset is None or offset + declared > size
    ):
        raise UsageError(f"array {path!r} has no data in the file")
    return declared


def _check_plain(member: Any, path: str) -> None:
    if h5a.get_num_attrs(member):
        raise UsageError(f"{path or '/'!r} has attributes")
