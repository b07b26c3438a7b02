"""Families of images that can be shown lenses without the deflector's light as well."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.task import InputSpec
from astro_dl.models.cnn import cnn2d
from astro_dl.models.resnet import resnet2d
from astro_dl.science.lenses.networks.deflector_light import add_differences

Builder = Callable[..., keras.Model]


def beside_differences(family: Builder) -> Builder:
    """Return a family of images with one hyper-parameter more, ``subtract_deflector``.

    Where it is true, the network is shown `add_differences` of its input; images of a single band
    are left as they are.
    """

    @wraps(family)
    def build(
        input_spec: InputSpec, head: AnswerKind, *, subtract_deflector: bool = False, **own: Any
    ) -> keras.Model:
        if subtract_deflector:
            differences = partial(add_differences, input_spec=input_spec)
            input_spec = replace(input_spec, first_layer=differences)
        return family(input_spec, head, **own)

    signature = inspect.signature(family)
    added = inspect.signature(build, follow_wrapped=False).parameters["subtract_deflector"]
    inputs, outputs, *others = signature.parameters.values()
    build.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[inputs, outputs, added, *others]
    )
    build.__annotations__ = {**family.__annotations__, added.name: added.annotation}
    return build


lens_cnn2d = beside_differences(cnn2d)
lens_resnet2d = beside_differences(resnet2d)
