"""The names that Keras gives its optimisers and losses, read from its files without importing it.

Keras takes seconds to import; a config is checked in a moment.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Kind = Literal["optimizers", "losses"]


@dataclass(frozen=True)
class KerasClass:
    """A public class of Keras.

    Parameters
    ----------
    name : str
        As it is spelled in Python.
    settings : tuple of str
        Names of the arguments that it can be made with, but for those that all of its kind have.
    """

    name: str
    settings: tuple[str, ...]


@dataclass(frozen=True)
class KerasName:
    """One of the names of a kind, ``Annotated[str, KerasName("optimizers")]``.

    Parameters
    ----------
    kind : {"optimizers", "losses"}
        Module of Keras.
    """

    kind: Kind

    def admits(self, value: str) -> bool:
        """Whether Keras has it."""
        return value in keras_classes(self.kind)

    def __str__(self) -> str:
        return f"of Keras: {', '.join(keras_classes(self.kind))}"


@cache
def keras_classes(kind: Kind) -> Mapping[str, KerasClass]:
    """Return the classes of Keras that can be made by name alone, by their name in configs.

    Parameters
    ----------
    kind : {"optimizers", "losses"}
        Optimisers bear the names of `keras.optimizers.get`, such as ``"adamw"``; losses those of
        the functions, such as ``"mean_squared_error"``.
    """
    name_of, required = SPELLING[kind]
    found = {
        name: _arguments(module, own_name)
        for name, (module, own_name) in _imported(_file("keras", kind)).items()
        if name[0].isupper()
    }
    usable = {
        name: tuple(arguments)
        for name, arguments in found.items()
        if required in arguments and all(arguments.values())
    }
    shared = set.intersection(*map(set, usable.values()))
    return {
        name_of(name): KerasClass(name, tuple(one for one in arguments if one not in shared))
        for name, arguments in sorted(usable.items())
    }


def _snake(name: str) -> str:
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


SPELLING: Mapping[Kind, tuple[Callable[[str], str], str]] = {
    "optimizers": (str.lower, "learning_rate"),
    "losses": (_snake, "reduction"),
}
"""How names are spelled, and an argument that tells what can be used from what it is built on."""


def _file(*parts: str) -> Path:
    """Return the source of a module of Keras, which is found but not imported."""
    spec = find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent.joinpath(*parts[1:])
    older = Path(spec.origin).parent.joinpath("api", *parts[1:])
    for one in (path / "__init__.py", path.with_suffix(".py"), older / "__init__.py"):
        if one.is_file():
            return one
    raise FileNotFoundError(path)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _imported(file: Path) -> dict[str, tuple[str, str]]:
    """Return where the names come from that a module imports: module and name there."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in _tree(file).body
        if isinstance(node, ast.ImportFrom) and node.module is not None
        for alias in node.names
    }


def _arguments(module: str, name: str) -> dict[str, bool]:
    """Return the arguments of a class, and whether each has a default; none if it is no class."""
    bodies = [
        node.body
        for node in _tree(_file(*module.split("."))).body
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    for node in (one for body in bodies for one in body):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            names = [one.arg for one in node.args.args[1:]]
            without = len(names) - len(node.args.defaults)
            own = {one: number >= without for number, one in enumerate(names)}
            keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            return own | {one.arg: default is not None for one, default in keywords}
    return {}
