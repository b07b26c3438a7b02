"""Checks that every registered model passes; for the models of third parties too."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astro_dl.core.answer import AnswerKind
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import answer_kind, list_models, model_entry, resolve_fit
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_from, logits_model
from astro_dl.models.defaults import default_hyperparameters, own_answer
from astro_dl.models.specification import specification

if TYPE_CHECKING:
    import keras

BATCH = 8
EXAMPLES_OF_A_FIT = 240
FEWEST_STEPS = 3
"""Gradients reach what is behind a layer of zeros only after it has changed."""


def check_model(
    name: str,
    *,
    hyperparameters: Mapping[str, Any] | None = None,
    input_shape: tuple[int, ...] | None = None,
    steps: int = 50,
    learning_rate: float | None = None,
    seed: int = 0,
) -> None:
    """Check that a registered model keeps the promises of the zoo.

    It builds on its own task (or its textbook input) with outputs of the right shape, finite; has
    the layers ``"embedding"`` and ``"logits"``, unique weight paths and equal weights from equal
    seeds; refuses unknown hyper-parameters; takes another number of outputs; survives its own
    configuration and weight files bit for bit; passes gradients to every trainable weight; and
    learns one small batch by heart. A model that is fitted at once instead learns a linear rule and
    is built again from the hyper-parameters that its fit returns.

    Parameters
    ----------
    name : str
        A registered model.
    hyperparameters : mapping, optional
        Smaller values for a model that would be slow; default those of the entry's
        `astro_dl.core.registry.SmallForm`.
    input_shape : tuple of int, optional
        A smaller input; default as the entry says.
    steps : int
        Most training steps in which the loss on eight random examples must fall to half.
    learning_rate : float, optional
        Of Adam, in these steps; default as the entry says.
    seed : int
        Of initial weights and examples.

    Raises
    ------
    AssertionError
        If a promise is broken; the message says which.
    UsageError
        If there is no such model.
    """
    import keras

    small = model_entry(name).small
    input_shape = small.input_shape if input_shape is None else input_shape
    values = dict(small.hyperparameters if hyperparameters is None else hyperparameters)
    input_spec, head = specification(name, hyperparameters=values)
    if input_shape is not None:
        input_spec = replace(input_spec, shape=input_shape)
        head = type(head).of_model(head, input_spec)
    rng = np.random.default_rng(seed)
    x, (y, loss) = _gaussian_inputs(input_spec, rng), head.random_targets(rng, BATCH)

    def build(
        changes: Mapping[str, Any] | None = None, outputs: AnswerKind = head
    ) -> "keras.Model":
        keras.utils.set_random_seed(seed)
        return build_from(name, input_spec, outputs, {**values, **(changes or {})})

    model, again = build(), build(default_hyperparameters(name) | values)
    _check_outputs(model, x, head)
    _check_layers(model, head)
    _check_same_weights(model, again)
    _check_refusal(build)
    _check_other_head(build, x, head, model_entry(name).answers)
    _check_configuration(model, x)
    _check_files(model, again, x)
    fit = resolve_fit(name)
    if fit is not None:
        given = {**default_hyperparameters(name), **values}
        if head.labelled:
            _check_fit(partial(fit, name), partial(build_from, name), input_spec, head, given)
        else:
            _check_fit_without_labels(name, fit, input_spec, head, given)
        return
    # dropout would hide whether the batch is learnt
    rates = {key: 0.0 for key in default_hyperparameters(name) if key.endswith("dropout")}
    rate = small.learning_rate if learning_rate is None else learning_rate
    _check_learning(build(rates) if rates else model, x, y, loss, steps, rate)


def parametrize_with_models(pattern: str = "*", **options: Any) -> Any:
    """Return a pytest decorator that calls a test with ``name`` and ``check`` for every model.

    ``check`` is `check_model` of that name; it takes further arguments of it.

    Parameters
    ----------
    pattern : str
        A shell-style wildcard over registered names.
    **options
        Arguments of `check_model`.

    Examples
    --------
    >>> @parametrize_with_models("my_*")
    ... def test_promises(name, check):
    ...     check()
    """
    import pytest

    names = list_models(pattern)
    checks = [(name, partial(check_model, name, **options)) for name in names]
    return pytest.mark.parametrize(("name", "check"), checks, ids=names)


def _gaussian_inputs(input_spec: InputSpec, rng: np.random.Generator) -> Any:
    """Return a batch of inputs that say nothing."""

    def normal(shape: tuple[int, ...]) -> np.ndarray:
        return rng.standard_normal((BATCH, *shape)).astype(np.float32)

    shape = input_spec.shape
    if isinstance(shape, dict):
        return {key: normal(part) for key, part in shape.items()}
    return normal(shape)


def _outputs(model: "keras.Model", x: Any) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(model(x, training=False))


def _check_outputs(model: "keras.Model", x: Any, head: AnswerKind) -> None:
    values = _outputs(model, x)
    assert values.shape == (BATCH, *head.shape), (
        f"output has shape {values.shape}, not {(BATCH, *head.shape)}"
    )
    assert np.isfinite(values).all(), "output is not finite on Gaussian inputs"
    head.check_outputs(values)


def _check_layers(model: "keras.Model", head: AnswerKind) -> None:
    names = {layer.name for layer in model.layers}
    assert {"embedding", "logits"} <= names, "no layer named 'embedding' or 'logits'"
    embedding = model.get_layer("embedding").output
    assert embedding.shape[:-1] == (None, *head.shape[:-1]), (
        f"embedding is no vector for each answer: its shape is {embedding.shape}"
    )
    assert model.get_layer("logits").output.shape == (None, *head.shape), "wrong logits shape"
    last = "probabilities" if head.gives_probabilities else "values"
    assert model.layers[-1].name == last, f"the last layer is not named {last!r}"


def _check_same_weights(model: "keras.Model", again: "keras.Model") -> None:
    paths = [weight.path for weight in model.weights]
    assert len(set(paths)) == len(paths), "two weights have the same path"
    assert paths == [weight.path for weight in again.weights], (
        "weight paths change from one build to the next"
    )
    pairs = zip(model.get_weights(), again.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs), (
        "one seed gives different weights, with the defaults given or left out"
    )


def _check_refusal(build: Callable[..., "keras.Model"]) -> None:
    try:
        build({"no_such_hyperparameter": 1})
    except UsageError as error:
        refusal = str(error)
    else:
        raise AssertionError("an unknown hyper-parameter is accepted")
    assert "no_such_hyperparameter" in refusal, "the refusal doesn't name what it refuses"


def _check_other_head(
    build: Callable[..., "keras.Model"], x: Any, head: AnswerKind, accepted: tuple[str, ...]
) -> None:
    kind = "multiclass" if head.kind != "multiclass" else "regression"
    if not head.labelled or (accepted and kind not in accepted):
        return
    other = build(outputs=answer_kind(kind)(("a", "b", "c")))
    assert _outputs(other, x).shape == (BATCH, 3), f"a {kind} head of three is not taken"


def _check_configuration(model: "keras.Model", x: Any) -> None:
    import keras

    copy = keras.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    assert np.array_equal(_outputs(copy, x), _outputs(model, x)), (
        "a model made from the configuration gives other outputs"
    )


def _check_files(model: "keras.Model", copy: "keras.Model", x: Any) -> None:
    copy.set_weights([array + 1 for array in copy.get_weights()])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.weights.h5"
        model.save_weights(file)
        copy.load_weights(file)
    pairs = zip(model.get_weights(), copy.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs), "weights change on their way through a file"
    assert np.array_equal(_outputs(logits_model(copy), x), _outputs(logits_model(model), x)), (
        "logits change on their way through a file"
    )


def _check_fit(
    fit: Callable[..., Any],
    build: Callable[..., "keras.Model"],
    input_spec: InputSpec,
    head: AnswerKind,
    given: Mapping[str, Any],
) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((EXAMPLES_OF_A_FIT, *input_spec.shape)).astype(np.float32)
    rank = x.reshape(len(x), -1).sum(axis=1).argsort().argsort()
    if head.classes:
        y = rank * len(head.names) // len(x)
    else:
        y = np.repeat(rank[:, None] / len(x), len(head.names), axis=1).astype(np.float32)
    model, values = fit(input_spec, head, (x, y), (x, y), 0, given)
    again = build(input_spec, head, values)
    again.set_weights(model.get_weights())
    answers = _outputs(again, x)
    assert np.array_equal(answers, _outputs(model, x)), "its hyper-parameters build another model"
    if head.classes:
        guess = answers[:, 0] > 0.5 if head.ranks else answers.argmax(axis=1)
        right = float(np.mean(guess == y))
    else:
        right = 1 - float(np.mean((answers - y) ** 2) / np.var(y))
    assert right > 0.7, f"it gets only {right:.0%} of a linear rule right that it was fitted to"


def _check_fit_without_labels(
    name: str,
    fit: Callable[..., Any],
    input_spec: InputSpec,
    head: AnswerKind,
    given: Mapping[str, Any],
) -> None:
    rng = np.random.default_rng(0)
    shape = (EXAMPLES_OF_A_FIT, *input_spec.shape)
    middle = np.where(rng.random(EXAMPLES_OF_A_FIT) < 0.5, 4.0, -4.0)
    x = (rng.standard_normal(shape).T + middle).T.astype(np.float32)
    y = np.zeros((len(x), 1), np.float32)
    model, found = fit(
        input_spec=input_spec,
        name=name,
        head=head,
        training=(x, y),
        validation=(x, y),
        seed=0,
        hyperparameters=given,
    )
    answer = own_answer(name, input_spec, found) or head
    again = build_from(name, input_spec, answer, found)
    again.set_weights(model.get_weights())
    answers = _outputs(again, x)
    assert answers.shape == (len(x), answer.outputs), "it answers otherwise than it says"
    assert np.isfinite(answers).all(), "it gives numbers that are not finite"
    assert np.array_equal(answers, _outputs(model, x)), "its hyper-parameters build another model"
    assert np.ptp(answers, axis=0).max() > 0, "it answers the same whatever it is given"


def _check_learning(
    model: "keras.Model", x: Any, y: np.ndarray, loss: Any, steps: int, learning_rate: float
) -> None:
    import keras

    logits = logits_model(model)
    # Tracing a deep network takes longer than its few steps; loops in time are slower untraced.
    eager = keras.backend.backend() == "tensorflow" and not _is_recurrent(logits)
    optimizer = keras.optimizers.Adam(learning_rate)
    logits.compile(optimizer, loss, jit_compile=False, run_eagerly=eager)
    before = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    losses: list[float] = []
    while len(losses) < FEWEST_STEPS or (len(losses) < steps and losses[-1] >= 0.5 * losses[0]):
        losses.append(float(logits.train_on_batch(x, y)))
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = keras.ops.convert_to_numpy(weight)
        assert np.isfinite(new).all(), f"{weight.path} is not finite after training"
        assert not np.array_equal(new, old), f"no gradient reaches {weight.path}"
    assert np.isfinite(losses).all(), "the loss is not finite"
    assert losses[-1] < 0.5 * losses[0], (
        f"the loss on one batch only fell from {losses[0]:.3g} to {losses[-1]:.3g} "
        f"in {len(losses)} steps"
    )


def _is_recurrent(model: "keras.Model") -> bool:
    import keras

    layers = [getattr(layer, "forward_layer", layer) for layer in model.layers]
    return any(isinstance(layer, keras.layers.RNN) for layer in layers)
