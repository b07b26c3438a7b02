"""The logits of answers that are maps: the layer that gives them, and what one speaks for."""

from collections.abc import Sequence
from typing import Any

from astro_dl.core.errors import UsageError


def map_logits(
    embedding: Any, size: tuple[int, int], outputs: int, activation: str, name: str, **options: Any
) -> Any:
    """Return values of every pixel of a map.

    Parameters
    ----------
    embedding : keras.KerasTensor
        The model's last hidden layer.
    size : tuple of int
        Rows and columns of the answer.
    outputs : int
        Logits of each pixel.
    activation, name, **options
        Of the last layer, see `astro_dl.models.heads.activated_logits`.

    Raises
    ------
    UsageError
        If the layer is no map of that size.
    """
    from astro_dl.models.heads import activated_logits

    if embedding.shape[1:-1] != size:
        raise UsageError(
            f"an answer for each of {size[0]} × {size[1]} pixels needs a network that keeps the "
            "map, such as unet2d"
        )
    return activated_logits(embedding, outputs, activation, name, **options)


def pixel_logit_name(number: int, names: Sequence[str], size: tuple[int, int]) -> str:
    """Return what a logit speaks for, of those of all pixels in a row: a name and its pixel."""
    pixel, one = divmod(number, len(names))
    row, column = divmod(pixel, size[1])
    return f"{names[one]} at row {row}, column {column}"
