"""From maps of an active region to what a network is given, simulated and real alike."""

import numpy as np

CHANNELS = ("continuum", "magnetogram")
CONTINUUM_GAIN = 4.0
FIELD_SOFTENING_GAUSS = 100.0
FIELD_DIVISOR = 3.0


def prepare_inputs(
    channels: tuple[str, ...], continuum: np.ndarray | None, magnetogram: np.ndarray | None
) -> np.ndarray:
    """Return network inputs of maps.

    The continuum is 4 (I / I₀ − 1), where I₀ is the map's median, the quiet Sun: an umbra is near
    −3. The magnetogram is arcsinh(B / 100 G) / 3: ±1 for ±1000 G, linear below 100 G. The quiet Sun
    is 0 in both, and so is what is missing.

    Parameters
    ----------
    channels : tuple of str
        Among `CHANNELS`, in order.
    continuum : ndarray, (n, rows, columns), or None
        In any unit; NaN where missing. Needed if it is a channel.
    magnetogram : ndarray, (n, rows, columns), or None
        [G]; NaN where missing. Needed if it is a channel.

    Returns
    -------
    ndarray, (n, rows, columns, channels) float32
    """
    planes = []
    for name in channels:
        if name == "continuum":
            assert continuum is not None
            plane = CONTINUUM_GAIN * (continuum / _quiet(continuum) - 1)
        else:
            assert magnetogram is not None
            plane = np.arcsinh(magnetogram / FIELD_SOFTENING_GAUSS) / FIELD_DIVISOR
        planes.append(np.nan_to_num(plane.astype(np.float32), nan=0.0))
    return np.stack(planes, axis=-1)


def intensity_and_field(
    channels: tuple[str, ...], x: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return continuum over the quiet one and field [G] of inputs; None for what is no channel."""
    planes = dict(zip(channels, np.moveaxis(np.asarray(x, np.float32), -1, 0), strict=True))
    intensity, field = planes.get("continuum"), planes.get("magnetogram")
    return (
        None if intensity is None else 1 + intensity / CONTINUUM_GAIN,
        None if field is None else FIELD_SOFTENING_GAUSS * np.sinh(FIELD_DIVISOR * field),
    )


def _quiet(continuum: np.ndarray) -> np.ndarray:
    """Return the median of what is known of each map, (n, 1, 1)."""
    # Sorting puts what is missing last, so one pass serves maps of any extent.
    flat = np.sort(continuum.reshape(len(continuum), -1), axis=1)
    known = np.isfinite(flat).sum(axis=1)
    return flat[np.arange(len(flat)), known // 2][:, None, None]
