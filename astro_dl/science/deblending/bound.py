"""How well fluxes of blended sources can be known at best."""

import numpy as np

Array = np.ndarray


def flux_bounds(stamps: Array, scene: Array, wanted: Array) -> Array:
    """Return Cramér and Rao's bound on relative errors of fluxes, all else being known.

    The root of an element of the inverse of Fisher's matrix F_ij = Σ L_i L_j / σ² of the logarithms
    of fluxes. Of two sources that is σ_f² = σ² / [Σ p² (1 − ρ²)], with p the image of the source at
    unit flux and ρ its correlation with the other's.

    Parameters
    ----------
    stamps : ndarray, (sources, size, size)
        Light of each source without noise, in standard deviations of a pixel's noise.
    scene : ndarray of int, (sources,)
        The blend that each is of, rising from 0.
    wanted : ndarray of int, (n,)
        Number of the source of each blend of which the bound is asked.
    """
    starts = np.searchsorted(scene, np.arange(len(wanted) + 1))
    found = np.empty(len(wanted))
    for number, place in enumerate(wanted):
        part = slice(starts[number], starts[number + 1])
        flat = stamps[part].reshape(part.stop - part.start, -1).astype(float)
        fisher = flat @ flat.T
        # Sources without light in the stamp tell of nothing.
        fisher[np.diag_indices_from(fisher)] += 1e-9
        unit = np.arange(len(flat)) == place - part.start
        found[number] = np.sqrt(np.linalg.solve(fisher, unit.astype(float))[place - part.start])
    return found
