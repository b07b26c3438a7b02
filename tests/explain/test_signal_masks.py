"""Shipped networks look at the signal, and networks with shuffled weights do not.

The masks are where a noiseless copy of the simulated signal stands out. Maps of strain and images
are gradients: what multiplies them by the input is large wherever the input is, whatever the
network knows. Folded light curves are quiet but for the transit, and there the sign tells: only a
network that knows what a transit is takes it as speaking for a planet.
"""

import numpy as np
import pytest

from astro_dl.core.registry import get_task
from astro_dl.explain.explanation import explain
from astro_dl.explain.integrated_gradients import integrated_gradients
from astro_dl.explain.sanity import randomised, share_inside
from astro_dl.inference.load import load_pretrained
from astro_dl.science.lenses.simulation import cutouts
from astro_dl.science.lenses.simulation.cutouts import simulate_cutouts

pytestmark = pytest.mark.slow
COUNT = 12


def chirps(physics):
    """Return loud signals and where the whitened one is above its hundredth part of power."""

    def draw(snr):
        given = {"signal_fraction": 1.0, "glitch_fraction": 0.0, "snr_range": (snr, snr)}
        return get_task("gw_bbh").simulate(
            type(physics)(**{**vars(physics), **given}), COUNT, np.random.default_rng(0)
        )

    loud, silent = draw(16.0).x, draw(1e-3).x
    power = np.cumsum((loud - silent) ** 2, axis=1) / ((loud - silent) ** 2).sum(1, keepdims=True)
    return loud, (power > 0.05) & (power < 0.99)


def transits(physics):
    """Return planets, and the bins of the local view within half a duration."""
    examples = get_task("tess_transit").simulate(
        type(physics)(**{**vars(physics), "class_fractions": (1.0, 0.0, 0.0)}),
        COUNT,
        np.random.default_rng(0),
    )
    reach = physics.local_reach_durations
    time = np.linspace(-reach, reach, physics.local_bins)
    inside = np.tile((np.abs(time) < 0.5)[None, :, None], (COUNT, 1, 1))
    return examples.x, {"local": inside}


def arcs(physics):
    """Return lenses, and the pixels where the arcs are above the noise."""
    from astro_dl.science.lenses.simulate import lens_priors, simulated_cutouts

    kinds = {"lens": 1.0}
    x, _ = simulated_cutouts(physics, kinds, COUNT, np.random.default_rng(0))

    def noiseless():
        return simulate_cutouts(
            physics.survey,
            physics.bands,
            COUNT,
            np.random.default_rng(0),
            kinds=kinds,
            priors=lens_priors(physics),
            size=physics.size_pixels,
            arc_snr_min=physics.arc_snr_min,
            exposure_factor=physics.exposure_factor,
            depth_scatter=physics.depth_scatter_mag,
            satellite_rate=physics.satellite_rate,
            noise=False,
        )[0]

    whole, measure = noiseless(), cutouts.brightening

    def dark(*given):
        factor, ratio = measure(*given)
        return 0 * factor, ratio

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutouts, "brightening", dark)
        light = whole - noiseless()
    return x, np.broadcast_to((light.max(axis=-1, keepdims=True) > 1), x.shape)


@pytest.mark.parametrize(
    ("name", "examples", "least"), [("gw_cnn", chirps, 1.5), ("lens_resnet", arcs, 3.0)]
)
def test_the_map_lies_on_the_signal_and_that_of_a_randomised_network_does_not(
    name, examples, least
):
    predictor = load_pretrained(name)
    x, mask = examples(predictor.physics)
    share, chance = share_inside(explain(predictor, x, "saliency").values, mask)
    with randomised(predictor.model):
        lost, _ = share_inside(explain(predictor, x, "saliency").values, mask)
    assert np.nanmedian(share / chance) > least
    assert np.nanmedian(lost / chance) < least


def test_the_transit_speaks_for_a_planet_and_means_nothing_to_a_randomised_network():
    predictor = load_pretrained("tess_resnet")
    x, mask = transits(predictor.physics)
    flat = {
        name: np.median(one, axis=1, keepdims=True) + 0 * one if one.ndim == 3 else one
        for name, one in x.items()
    }

    def support():
        local = integrated_gradients(predictor.model, x, flat, output=0, steps=12)["local"]
        inside = (np.maximum(local, 0) * mask["local"]).sum(axis=(1, 2))
        return np.median(inside / np.abs(local).sum(axis=(1, 2)))

    chance = mask["local"].mean()
    assert support() > 2 * chance
    for seed in range(3):
        with randomised(predictor.model, seed):
            assert support() < 1.5 * chance
