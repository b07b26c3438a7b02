"""The settings that a function takes, read from its source where importing it would cost much."""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def builder_defaults(builder: Callable[..., Any] | str) -> dict[str, Any]:
    """Return the settings of a function after its first two arguments, with their defaults.

    Parameters
    ----------
    builder : callable or str
        The function, or ``"module:function"``, which is imported only if its source doesn't tell:
        where a default is no plain value, or the function is made by another one.
    """
    if not isinstance(builder, str):
        return _defaults(builder)
    written = _written_defaults(builder)
    return _defaults(pkgutil.resolve_name(builder)) if written is None else written


def passes_on(target: str) -> Callable[[Function], Function]:
    """Return a decorator of functions whose ``**options`` are the settings of another function.

    The decorated function has the signature of both, and its settings are checked as theirs are.

    Parameters
    ----------
    target : str
        The other function, as ``"module:function"``; it also has two arguments before its settings.
    """
    family = pkgutil.resolve_name(target)

    def decorate(function: Function) -> Function:
        first, second, *own = inspect.signature(function).parameters.values()
        added = [one for one in own if one.kind is not one.VAR_KEYWORD]
        others = list(inspect.signature(family).parameters.values())[2:]
        function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [first, second, *added, *others]
        )
        hints = {one.name: function.__annotations__[one.name] for one in added}
        function.__annotations__ = {**family.__annotations__, **hints}
        return function

    return decorate


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    return {
        one.name: one.default
        for one in list(inspect.signature(function).parameters.values())[2:]
        if one.default is not one.empty
    }


def _written_defaults(target: str) -> dict[str, Any] | None:
    """Return the settings in the source of a function; None where they don't stand there."""
    module, name = target.split(":")
    functions = _functions(module)
    if name not in functions:
        return None
    own = _literals(functions[name].args)
    for decorator in functions[name].decorator_list:
        family = _passed_on_to(decorator)
        others = _written_defaults(family) if family else None
        own = None if own is None or others is None else own | others
    return own


def _functions(module: str) -> Mapping[str, ast.FunctionDef]:
    spec = find_spec(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return {}
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _passed_on_to(decorator: ast.expr) -> str | None:
    """Return what `passes_on` is told, if a decorator is one and is told it as it stands."""
    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == passes_on.__name__:
        target = decorator.args[0]
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            return target.value
    return None


def _literals(arguments: ast.arguments) -> dict[str, Any] | None:
    """Return names and defaults of all but the first two arguments; None if one is no literal."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[::-1], arguments.defaults[::-1], strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    try:
        return {
            name.arg: ast.literal_eval(default)
            for name, default in pairs
            if default is not None and name not in positional[:2]
        }
    except ValueError:
        return None
