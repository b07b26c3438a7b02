"""Families of images that can be shown lenses without the deflector's light as well."""

from dataclasses import replace
from functools import partial
from typing import Any

import keras

from astro_dl.core.answer import AnswerKind
from astro_dl.core.source.signatures import passes_on
from astro_dl.core.task import InputSpec
from astro_dl.models.cnn import cnn2d
from astro_dl.models.resnet import resnet2d
from astro_dl.science.lenses.networks.deflector_light import add_differences


@passes_on("astro_dl.models.cnn:cnn2d")
def lens_cnn2d(
    input_spec: InputSpec, head: AnswerKind, *, subtract_deflector: bool = False, **family: Any
) -> keras.Model:
    """Return a `cnn2d`, shown `add_differences` of its input where ``subtract_deflector`` is true.

    Images of a single band are left as they are.
    """
    return cnn2d(_as_shown(input_spec, subtract_deflector), head, **family)


@passes_on("astro_dl.models.resnet:resnet2d")
def lens_resnet2d(
    input_spec: InputSpec, head: AnswerKind, *, subtract_deflector: bool = False, **family: Any
) -> keras.Model:
    """Return a `resnet2d` with the hyper-parameter of `lens_cnn2d`."""
    return resnet2d(_as_shown(input_spec, subtract_deflector), head, **family)


def _as_shown(input_spec: InputSpec, subtract_deflector: bool) -> InputSpec:
    if not subtract_deflector:
        return input_spec
    return replace(input_spec, first_layer=partial(add_differences, input_spec=input_spec))
