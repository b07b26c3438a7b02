"""Networks that answer for every pixel, made for larger images than they were trained on."""

from dataclasses import replace
from typing import Any, TypeVar

from astro_dl.core.errors import UsageError
from astro_dl.inference.protocol import Predictor
from astro_dl.inference.runtime import KerasRuntime
from astro_dl.models.build import build_from, logits_model

Given = TypeVar("Given", bound=Predictor[Any])


def enlarged(predictor: Given, size: tuple[int, int]) -> Given:
    """Return a predictor with the same weights for images of another size.

    Parameters
    ----------
    predictor : Predictor
        Of a network whose weights do not depend on the size of its input.
    size : tuple of int
        Rows and columns; where a network takes several inputs, of those that have its answer's.

    Raises
    ------
    UsageError
        If its weights do not fit another size.
    """
    config, shape = predictor.bundle.config, predictor.input_spec.shape
    own = predictor.head.target_shape

    def larger(sides: tuple[int, ...]) -> tuple[int, ...]:
        return (*size, *sides[2:]) if tuple(sides[:2]) == own else sides

    spec = replace(
        predictor.input_spec,
        shape={name: larger(one) for name, one in shape.items()}
        if isinstance(shape, dict)
        else larger(shape),
    )
    head = type(predictor.head).of_model(predictor.head, spec)
    model = build_from(config.model, spec, head, config.hyperparameters)
    weights = predictor.model.get_weights()
    if [one.shape for one in model.get_weights()] != [one.shape for one in weights]:
        raise UsageError(
            f"{predictor.bundle.card.name}: its weights are for images of {own[0]} × {own[1]} "
            "pixels alone"
        )
    model.set_weights(weights)
    runtime = KerasRuntime(logits_model(model))
    return replace(predictor, input_spec=spec, head=head, runtime=runtime)  # type: ignore[type-var]
