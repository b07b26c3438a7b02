"""`gw_resnet` on long strain: every template at every time once, not once per window.

A window's network correlates its strain with templates at all merger times of its training, which
neighbouring windows have in common but for one thing: the beginning of a template that reaches
beyond the window's start is cut off there. Here it is not, so that the statistic is that of the
window with a little more of the signal, and the gain is that of whole templates. The residual part
behind the first pool is applied to every window by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft, rfft
from scipy.special import log_softmax

from astro_dl.bundles.bundle import Bundle
from astro_dl.bundles.files import read_file
from astro_dl.bundles.weights import every_array
from astro_dl.inference.runtime import Run, Runtime, Scanner
from astro_dl.science.gravitational_waves.networks.template_kernels import POOLED_LAGS

if TYPE_CHECKING:
    import keras

TRANSFORM = 16384
"""Samples of a Fourier transform: long beside a template."""

TOGETHER = 512
"""Times whose templates fit into a processor's cache; whole pools."""

BATCH = 128


def scanner(bundle: Bundle, runtime: Runtime, step: int) -> Scanner | None:
    """Return what scores the windows of one detector's strain at every ``step`` samples.

    None for a network of several detectors, or where windows don't begin on its grid of times.
    """
    settings = bundle.config.hyperparameters
    detectors = bundle.card.input.contract["detectors"]
    if len(detectors) > 1 or step % (POOLED_LAGS * settings["lag_stride"]):
        return None
    residual = runtime.part("residual", residual_part)
    if residual is None:
        return None
    filters = TemplateFilters(
        stored_arrays(bundle), settings["lag_stride"], settings["amplitude_range"]
    )
    windows = SharedStatistic(filters, residual, step // settings["lag_stride"])
    return Scanner(windows.logits, before=filters.stride * (filters.lags - 1))


def stored_arrays(bundle: Bundle) -> dict[str, np.ndarray]:
    """Return the weights of a bundle by path, float32, for what computes without its model.

    Raises
    ------
    UsageError
        If the file is not the one that the card names, or no sound HDF5.
    """
    content = read_file(bundle.folder, "weights.h5", bundle.card.files["weights.h5"])
    return every_array(content, str(bundle.folder / "weights.h5"))


def residual_part(model: "keras.Model") -> "keras.Model":
    """Return the network from what the first convolution gives to the corrections."""
    import keras

    return keras.Model(model.get_layer("stem").output, model.get_layer("corrections").output)


@dataclass(frozen=True)
class TemplateFilters:
    """The layers before the residual part, on strain of any length.

    Parameters
    ----------
    arrays : mapping
        Weights of the network, by path.
    stride : int
        Samples from time to time.
    amplitude_range : sequence of float
        Signal-to-noise ratios that the likelihood is maximised over.
    """

    arrays: Mapping[str, np.ndarray]
    stride: int
    amplitude_range: Sequence[float]

    @property
    def samples(self) -> int:
        """Length of a template."""
        return len(self.arrays["basis/kernel"])

    @property
    def lags(self) -> int:
        """Times of a window."""
        return len(self.arrays["gain/gain"])

    def maps(self, strain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the statistic at all times, and what the first convolution gives.

        Parameters
        ----------
        strain : ndarray
            (N,) float32.

        Returns
        -------
        statistic : ndarray
            (T,) float32, T = (N - samples) // stride + 1.
        features : ndarray
            (T // 4, filters) float32.
        """
        times = (len(strain) - self.samples) // self.stride + 1
        features = len(self.arrays["stem/bias"])
        statistic = np.empty(times, np.float32)
        stem = np.empty((times // POOLED_LAGS, features), np.float32)
        whole = (TRANSFORM - self.samples) // self.stride + 1
        whole -= whole % POOLED_LAGS
        for first in range(0, times, whole):
            part = slice(first, min(first + whole, times))
            vectors = self._projected(strain[part.start * self.stride :], part.stop - part.start)
            for start in range(part.start, part.stop, TOGETHER):
                stop = min(start + TOGETHER, part.stop)
                amplitude = self._amplitude(vectors[:, start - first : stop - first])
                cells = slice(start // POOLED_LAGS, stop // POOLED_LAGS)
                stem[cells] = self._stem(amplitude)
                statistic[start:stop] = self._statistic(amplitude)
        return statistic, stem

    def _projected(self, strain: np.ndarray, times: int) -> np.ndarray:
        """Return the products (vectors, times) of strain with the basis at its first times."""
        spectrum = rfft(strain[:TRANSFORM], TRANSFORM)
        found = irfft(spectrum * self._response, TRANSFORM, overwrite_x=True)
        return np.ascontiguousarray(found[:, : times * self.stride : self.stride])

    def _amplitude(self, vectors: np.ndarray) -> np.ndarray:
        """Return the signal-to-noise ratios (templates, times)."""
        cosine, sine = (one @ vectors for one in self._mixing)
        cosine *= cosine
        sine *= sine
        cosine += sine
        return np.sqrt(cosine, out=cosine)

    def _stem(self, amplitude: np.ndarray) -> np.ndarray:
        whole = amplitude.shape[1] // POOLED_LAGS * POOLED_LAGS
        pooled = amplitude[:, :whole:POOLED_LAGS]
        for k in range(1, POOLED_LAGS):
            pooled = np.maximum(pooled, amplitude[:, k:whole:POOLED_LAGS])
        return pooled.T @ self.arrays["stem/kernel"][0] + self.arrays["stem/bias"]

    def _statistic(self, amplitude: np.ndarray) -> np.ndarray:
        """Return the log of the mean likelihood (times,) of the templates; overwrites these."""
        low, high = map(np.float32, self.amplitude_range)
        best = np.clip(amplitude, low, high)
        amplitude -= best / 2
        amplitude *= best
        amplitude += self._log_weight
        return log_sum_exp(amplitude)

    @cached_property
    def _response(self) -> np.ndarray:
        basis = np.ascontiguousarray(self.arrays["basis/kernel"][:, 0].T)
        return rfft(basis, TRANSFORM).conj()

    @cached_property
    def _mixing(self) -> tuple[np.ndarray, np.ndarray]:
        """The templates' two quadratures (templates, vectors), with the gain of whole ones."""
        gain = self.arrays["gain/gain"][-1][:, None] / np.sqrt(self.samples, dtype=np.float32)
        cosine, sine = np.split(self.arrays["templates/kernel"].T, 2)
        return cosine * gain, sine * gain

    @cached_property
    def _log_weight(self) -> np.ndarray:
        return log_softmax(self.arrays["statistic/log_weight"])[:, None]


@dataclass(frozen=True)
class SharedStatistic:
    """The network on all windows of a series.

    Parameters
    ----------
    filters : TemplateFilters
        What windows share.
    residual : callable
        From features (n, cells, filters) of windows to corrections (n, width).
    step : int
        Times from window to window.
    """

    filters: TemplateFilters
    residual: Run
    step: int

    def logits(self, series: np.ndarray) -> np.ndarray:
        """Return the logits (n, windows, 1) of series (n, samples, 1)."""
        return np.stack([self._logits(one[:, 0]) for one in series])

    def _logits(self, strain: np.ndarray) -> np.ndarray:
        statistic, features = self.filters.maps(strain)
        lags, view = self.filters.lags, np.lib.stride_tricks.sliding_window_view
        times = view(statistic, lags)[:: self.step]
        total = log_sum_exp(times.T) - np.log(np.float32(lags))
        cells = view(features, lags // POOLED_LAGS, axis=0)[:: self.step // POOLED_LAGS]
        corrections = np.concatenate(
            [
                np.asarray(self.residual(np.ascontiguousarray(part.swapaxes(1, 2))))
                for part in np.split(cells[: len(times)], range(BATCH, len(times), BATCH))
            ]
        )
        evidence = np.concatenate([total[:, None], corrections], axis=1)
        arrays = self.filters.arrays
        return evidence @ arrays["logits/kernel"] + arrays["logits/bias"]


def log_sum_exp(x: np.ndarray) -> np.ndarray:
    """Return ln Σ exp(x) over the first axis, as (…), without a copy of what is large."""
    top = x.max(axis=0)
    return np.log(np.exp(x - top).sum(axis=0)) + top
