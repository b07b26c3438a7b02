"""The one door to all methods: what in its inputs moved the answers of a predictor."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from astro_dl.core.errors import UsageError, unknown_name
from astro_dl.core.examples import Inputs, input_length, inputs_by_name, take_inputs
from astro_dl.core.schema import keyword_defaults, read_keywords
from astro_dl.explain.grad_cam import activations, grad_cam
from astro_dl.explain.integrated_gradients import gradient_shap, integrated_gradients
from astro_dl.explain.occlusion import occlusion, permutation
from astro_dl.explain.saliency import saliency, smooth_grad
from astro_dl.explain.surrogate import kernel_shap, lime
from astro_dl.inference.input_checks import as_inputs, check_finite
from astro_dl.inference.protocol import Predictor

METHODS: dict[str, Callable[..., Inputs]] = {
    "saliency": saliency,
    "smooth_grad": smooth_grad,
    "integrated_gradients": integrated_gradients,
    "gradient_shap": gradient_shap,
    "kernel_shap": kernel_shap,
    "lime": lime,
    "occlusion": occlusion,
    "permutation": permutation,
    "grad_cam": grad_cam,
    "activations": activations,
}
GIVEN = ("baseline", "background", "columns", "output")
"""What is not left to whoever asks: it follows from the bundle."""

BACKGROUND = 64


@dataclass(frozen=True)
class Explanation:
    """What moved one logit of each of a few examples.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    x : ndarray or dict of ndarray
        The examples (n, …).
    values : ndarray or dict of ndarray
        What each number of an input did, in its shape; ``occlusion`` and ``grad_cam`` are without
        channels, ``activations`` of the layer's shape.
    outputs : ndarray of int, (n,)
        Which logit was explained.
    logits : ndarray, (n,)
        Its value.
    answers : tuple of str
        What these logits speak for.
    ids : tuple of str
        The examples' names.
    contract : mapping
        The input contract, for the axes of figures.
    """

    method: str
    x: Inputs
    values: Inputs
    outputs: np.ndarray
    logits: np.ndarray
    answers: tuple[str, ...]
    ids: tuple[str, ...]
    contract: Mapping[str, Any] = field(default_factory=dict)


def explain(
    predictor: Predictor[Any],
    x: Any,
    method: str = "integrated_gradients",
    *,
    output: str | int | None = None,
    ids: Sequence[str] | None = None,
    **options: Any,
) -> Explanation:
    """Return what in their inputs moved a network's answers.

    Parameters
    ----------
    predictor : Predictor
        From `astro_dl.load_pretrained`; of several bundles the first is explained.
    x : array_like or dict of array_like
        Examples (n, …), as the network takes them. `astro_dl.explain.files.examples_of_files` reads
        them from files.
    method : str, default "integrated_gradients"
        One of `METHODS`.
    output : str or int, optional
        Name of the class or target to explain, or number of the logit; default for each example the
        most probable class, the first target, or the place where its density is greatest.
    ids : sequence of str, optional
        Names of the examples; default their numbers.
    **options
        Of the method's function. Baselines are the training's mean, channel by channel; the
        background of ``gradient_shap`` is drawn with its scatter too.

    Returns
    -------
    Explanation

    Raises
    ------
    UsageError
        If the inputs do not fit, the network has no such output, or a method or option is unknown;
        also for networks that rebuild their input.

    Examples
    --------
    >>> import astro_dl  # doctest: +SKIP
    >>> found = explain(astro_dl.load_pretrained("gw_cnn"), windows)  # doctest: +SKIP
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    one = predictor.members[0] if predictor.members else predictor
    if not one.head.labelled:
        name = one.bundle.card.name
        raise UsageError(f"{name} rebuilds its input; only classes and values are explained")
    arrays = as_inputs(x, one.input_spec)
    check_finite(arrays)
    function = METHODS[method]
    options = {**_from_bundle(one, function), **checked_options(method, options)}
    logits = _logits(one, arrays)
    outputs = _outputs(one, logits, output)
    takes_output = "output" in inspect.signature(function).parameters
    groups = np.unique(outputs) if takes_output and method != "permutation" else outputs[:1]
    values: Inputs | None = None
    for number in groups:
        rows = outputs == number if len(groups) > 1 else np.ones(len(outputs), bool)
        own = {"output": int(number)} if takes_output else {}
        found = function(one.model, take_inputs(arrays, rows), **options, **own)
        values = _placed(values, found, rows)
    assert values is not None
    return Explanation(
        method,
        arrays,
        values,
        outputs,
        logits[np.arange(len(logits)), outputs],
        tuple(one.head.logit_name(int(number)) for number in outputs),
        tuple(str(name) for name in (range(len(logits)) if ids is None else ids)),
        one.input_spec.contract,
    )


def checked_options(method: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of a method, read by its type hints; raise `UsageError` for any other."""
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    function = METHODS[method]
    known = [name for name in keyword_defaults(function) if name not in GIVEN]
    return read_keywords(function, options, method, known)


def training_mean(predictor: Predictor[Any], scatter: int = 0, seed: int = 0) -> Inputs:
    """Return inputs as they are on average in training, channel by channel.

    Parameters
    ----------
    predictor : Predictor
        Whose card holds the statistics; without them zeros are returned.
    scatter : int, default 0
        So many inputs, drawn from Gaussians of the training's width instead.
    seed : int, default 0
        Of the draw.

    Returns
    -------
    ndarray or dict of ndarray
        (1, …) or (scatter, …), float32.
    """
    shape = predictor.input_spec.shape
    shapes = shape if isinstance(shape, dict) else {"x": shape}
    statistics = predictor.bundle.card.input_statistics or {}
    rng = np.random.default_rng(seed)
    found = {}
    for name, one in shapes.items():
        known = statistics.get(name, {"mean": 0.0, "std": 1.0})
        noise = rng.standard_normal((scatter, *one)) if scatter else np.zeros((1, *one))
        found[name] = (np.array(known["mean"]) + noise * known["std"]).astype(np.float32)
    return found if isinstance(shape, dict) else found["x"]


def _from_bundle(predictor: Predictor[Any], function: Callable[..., Any]) -> dict[str, Any]:
    """Return those arguments of a method that follow from the bundle."""
    columns = predictor.input_spec.contract.get("columns", ())
    known: dict[str, Callable[[], Any]] = {
        "baseline": lambda: training_mean(predictor),
        "background": lambda: training_mean(predictor, BACKGROUND),
        "columns": lambda: len(columns),
    }
    taken = inspect.signature(function).parameters
    return {name: make() for name, make in known.items() if name in taken}


def _logits(predictor: Predictor[Any], arrays: Inputs) -> np.ndarray:
    found = predictor.model.predict(arrays, verbose=0)
    return np.asarray(found, np.float32).reshape(input_length(arrays), -1)


def _outputs(predictor: Predictor[Any], logits: np.ndarray, output: str | int | None) -> np.ndarray:
    head = predictor.head
    if output is None:
        return head.main_logit(logits)
    names = {head.logit_name(number): number for number in range(logits.shape[1])}
    if isinstance(output, str):
        if output not in names:
            raise unknown_name("output", output, list(names)[:50])
        output = names[output]
    return np.full(len(logits), output)


def _placed(values: Inputs | None, found: Inputs, rows: np.ndarray) -> Inputs:
    """Return values of all examples with those of some in their place."""
    parts = inputs_by_name(found)
    whole = (
        {
            name: np.full((len(rows), *one.shape[1:]), np.nan, np.float32)
            for name, one in parts.items()
        }
        if values is None
        else inputs_by_name(values)
    )
    for name, one in parts.items():
        whole[name][rows] = one
    return whole if isinstance(found, dict) else whole["x"]
