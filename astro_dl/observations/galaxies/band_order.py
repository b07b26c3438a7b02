"""One image per band of a network: which of an object's images, in which order."""

from collections.abc import Sequence

from astro_dl.core.errors import UsageError
from astro_dl.observations.images.band_images import BandImage, band_in

BROAD_RED_BANDS = ("VIS", "F814W", "i", "r")


def in_order(
    name: str, images: Sequence[BandImage], bands: tuple[str, ...]
) -> tuple[tuple[BandImage, ...], tuple[str, ...]]:
    """Return one image per band, in the network's order, and what was assumed.

    Parameters
    ----------
    name : str
        What messages call the object.
    images : sequence of BandImage
        Its own.
    bands : tuple of str
        The network's.

    Raises
    ------
    UsageError
        If a band is missing or there twice, or images of unknown band are other than as many as the
        network takes.
    """
    known = [image.band for image in images]
    if not any(known) and len(images) == len(bands):
        return tuple(images), ("band_order_assumed",) if len(bands) > 1 else ()
    if None in known:
        raise UsageError(
            f"{name} has {len(images)} images of which {known.count(None)} do not say their band; "
            f"the network takes {', '.join(bands)}: name them by the option bands, in their order"
        )
    twice = sorted({str(band) for band in known if known.count(band) > 1})
    if twice:
        raise UsageError(f"{name} has several images of band {', '.join(twice)}; give one of each")
    by_band = {_spelled(str(band)): image for band, image in zip(known, images, strict=True)}
    if len(bands) == 1 and bands[0] not in by_band and bands[0] in BROAD_RED_BANDS:
        for band in BROAD_RED_BANDS:
            if band in by_band:
                return (by_band[band],), (f"band_{band}_for_{bands[0]}",)
    lacking = [band for band in bands if _spelled(band) not in by_band]
    if lacking:
        held = ", ".join(map(str, known)) or "none"
        raise UsageError(
            f"{name} lacks band {', '.join(lacking)}, it has {held}; the network takes "
            f"{', '.join(bands)}"
        )
    return tuple(by_band[_spelled(band)] for band in bands), ()


def _spelled(band: str) -> str:
    """Return a band as files spell it: DES writes Y what others write y."""
    return band_in(band) or band
