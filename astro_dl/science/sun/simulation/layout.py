"""Where the flux of a region goes: spots and plage of both polarities, by Mount Wilson class.

Layouts live in a frame of u, from follower to leader, and v, across, in degrees, padded to the
same number of tubes in every region.
"""

from dataclasses import dataclass, replace

import numpy as np

from astro_dl.science.sun.simulation.flux_tubes import spot_radius
from astro_dl.science.sun.simulation.statistics import CLASSES, RegionSizes

SPREAD = {"leader": 0.20, "follower": 0.28}
PLAGE_SPREAD = {"leader": 0.26, "follower": 0.36}
FLUX_PER_PLAGE_TUBE_MX = 8e19
PLAGE_TUBES = (20, 200)
PLAGE_CLUSTERS = 8
CLUSTER_DEG = 0.55
SATELLITE_SHARE = 0.35
WRONG_SIGN_PLAGE = 0.05
DELTA_REACH_DEG = 1.9
ALPHA, BETA, GAMMA, DELTA = range(len(CLASSES))


@dataclass(frozen=True)
class Intrusions:
    """Where, in n complex regions, each polarity stands within the other; see `draw_intrusions`.

    Parameters
    ----------
    host : ndarray, (n,)
        Side, ±1, into which the first intrusion goes; its polarity is that of the other side.
    centre : ndarray, (n, 2, 2)
        Position (u, v) of both intrusions [deg].
    share : ndarray, (n, 2)
        Share of the intruding side's flux; 0 where there is none.
    """

    host: np.ndarray
    centre: np.ndarray
    share: np.ndarray


@dataclass(frozen=True)
class SpotLayout:
    """Spots (n, s), largest first.

    Parameters
    ----------
    u, v : ndarray
        Positions [deg].
    area : ndarray
        Areas [millionths of the hemisphere]; 0 where a region has fewer spots.
    side : ndarray
        +1 for the leader's polarity, −1 for the follower's.
    """

    u: np.ndarray
    v: np.ndarray
    area: np.ndarray
    side: np.ndarray


@dataclass(frozen=True)
class PlageLayout:
    """Plage (n, t): positions [deg], side ±1 and unsigned flux [Mx], 0 where there is none."""

    u: np.ndarray
    v: np.ndarray
    flux: np.ndarray
    side: np.ndarray


def draw_intrusions(
    classes: np.ndarray, separation: np.ndarray, rng: np.random.Generator
) -> Intrusions:
    """Return one or two intrusions for every βγ and βγδ region, and none for the others."""
    n = len(classes)
    host = rng.choice([-1.0, 1.0], n)
    share = rng.uniform(0.2, 0.42, (n, 2)) * (classes >= GAMMA)[:, None]
    share[:, 1] *= rng.random(n) < 0.6
    along = rng.uniform(0.15, 0.65, (n, 2)) * np.stack([host, -host], axis=1)
    across = rng.uniform(0.05, 0.40, (n, 2)) * rng.choice([-1.0, 1.0], (n, 2))
    centre = np.stack([along, across], axis=2) * separation[:, None, None]
    return Intrusions(host, centre, share)


def place_spots(
    classes: np.ndarray,
    sizes: RegionSizes,
    separation: np.ndarray,
    intrusions: Intrusions,
    rng: np.random.Generator,
) -> SpotLayout:
    """Return spots whose arrangement is what the classes mean.

    α has spots of one polarity; β two polarities on either side of one line; in βγ some spots stand
    within the other polarity; βγδ is βγ and has umbrae of opposite polarity, at most 2° apart, in
    one penumbra. The largest spot leads in three of four regions, and the leader is the more
    compact side.

    Parameters
    ----------
    classes : ndarray of int, (n,)
        Positions in `CLASSES`.
    sizes : RegionSizes
        Of the regions.
    separation : ndarray, (n,)
        Of the two polarities [deg].
    intrusions : Intrusions
        From `draw_intrusions`.
    rng : numpy.random.Generator
        Source of randomness.
    """
    n, most = len(classes), int(sizes.spots.max())
    number = np.arange(most)
    present = number < sizes.spots[:, None]
    area = _share_areas(classes, sizes, present, rng)
    side = rng.choice([-1.0, 1.0], (n, most))
    side[:, 0] = np.where(rng.random(n) < 0.75, 1.0, -1.0)
    gamma, delta = classes >= GAMMA, classes == DELTA
    host = np.where(delta, side[:, 0], intrusions.host)
    if most > 1:
        side[:, 1] = -side[:, 0]
    if most > 2:
        side[gamma, 2] = -host[gamma]
    side = np.where((classes == ALPHA)[:, None], side[:, :1], side)

    u, v = _scatter(side, SPREAD, separation, 0.0, rng)
    u[:, :2], v[:, :2] = (
        (side * separation[:, None] / 2)[:, :2] * 0.6 + 0.4 * u[:, :2],
        0.4 * v[:, :2],
    )
    u = side * np.abs(u)
    intruder = np.zeros((n, most), bool)
    for position, into in enumerate((intrusions.host, -intrusions.host)):
        chosen = rng.random((n, most)) < intrusions.share[:, position, None]
        chosen &= (side == -into[:, None]) & (number >= 2)
        if position == 0 and most > 2:
            chosen[:, 2] = gamma & (side[:, 2] == -into)
        spread = 0.07 * separation[:, None] * rng.standard_normal((2, n, most))
        u = np.where(chosen, intrusions.centre[:, position, :1] + spread[0], u)
        v = np.where(chosen, intrusions.centre[:, position, 1:] + spread[1], v)
        intruder |= chosen
    layout = SpotLayout(u, v, area, side)
    if most > 2:
        layout = _with_delta(layout, delta, rng)
    u, v = _satellites(layout, ~intruder, rng)
    layout = _keep_apart(replace(layout, u=u, v=v), classes)
    edge = 0.05 * separation[:, None] + spot_radius(area)
    tame = ~intruder & ~delta[:, None]
    u = np.where(tame, side * np.maximum(side * layout.u, edge), layout.u)
    return replace(layout, u=u)


def place_plage(
    sizes: RegionSizes,
    spot_flux: np.ndarray,
    separation: np.ndarray,
    intrusions: Intrusions,
    rng: np.random.Generator,
) -> PlageLayout:
    """Return plage that makes up the flux that the spots lack.

    Parameters
    ----------
    sizes : RegionSizes
        Of the regions.
    spot_flux : ndarray, (n, 2)
        Unsigned flux of the spots of leader and follower [Mx].
    separation : ndarray, (n,)
        Of the two polarities [deg].
    intrusions : Intrusions
        From `draw_intrusions`.
    rng : numpy.random.Generator
        Source of randomness.
    """
    n = len(separation)
    balance = 1 / (1 + np.exp(-0.39 * rng.standard_normal(n)))
    wanted = sizes.flux[:, None] * np.stack([balance, 1 - balance], axis=1)
    wanted = np.maximum(wanted - spot_flux, 0.1 * wanted)
    tubes = np.clip(wanted.sum(axis=1) / FLUX_PER_PLAGE_TUBE_MX, *PLAGE_TUBES).astype(int)
    most = int(tubes.max())
    present = np.arange(most) < tubes[:, None]
    side = np.where(np.arange(most) % 2 == 0, 1.0, -1.0) * np.ones((n, 1))
    flux = rng.standard_gamma(1.5, (n, most)) * present
    for position, sign in enumerate((1.0, -1.0)):
        total = np.where(side == sign, flux, 0).sum(axis=1)
        flux = np.where(side == sign, flux * (wanted[:, position] / total)[:, None], flux)
    u, v = _clustered(side, separation, rng)
    u = side * np.abs(u)
    for position, into in enumerate((intrusions.host, -intrusions.host)):
        chosen = rng.random((n, most)) < 0.8 * intrusions.share[:, position, None]
        chosen &= side == -into[:, None]
        spread = (0.1 * separation[:, None] + 0.15) * rng.standard_normal((2, n, most))
        u = np.where(chosen, intrusions.centre[:, position, :1] + spread[0], u)
        v = np.where(chosen, intrusions.centre[:, position, 1:] + spread[1], v)
    side = np.where(rng.random((n, most)) < WRONG_SIGN_PLAGE, -side, side)
    return PlageLayout(u, v, flux, side)


def _share_areas(
    classes: np.ndarray, sizes: RegionSizes, present: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    weight = np.sort(np.exp(1.5 * rng.standard_normal(present.shape)) * present, axis=1)[:, ::-1]
    weight = weight.copy()
    weight[:, 0] *= np.where(classes == ALPHA, 3.0, 1.3)
    smallest = np.minimum(2.5, 0.5 * sizes.area / sizes.spots)
    rest = sizes.area - smallest * sizes.spots
    share = weight / weight.sum(axis=1, keepdims=True)
    return (smallest[:, None] + rest[:, None] * share) * present


def _scatter(
    side: np.ndarray,
    spread: dict[str, float],
    separation: np.ndarray,
    floor: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions about the centres of each side, elongated along the region."""
    width = np.where(side > 0, spread["leader"], spread["follower"]) * separation[:, None] + floor
    width = width * np.exp(0.3 * rng.standard_normal(side.shape))
    u = side * separation[:, None] / 2 + width * rng.standard_normal(side.shape)
    return u, 0.65 * width * rng.standard_normal(side.shape)


def _clustered(
    side: np.ndarray, separation: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions about a few knots of each side, as convection gathers flux."""
    n, most = side.shape
    knots = 2 * PLAGE_CLUSTERS
    knot_side = np.where(np.arange(knots) % 2 == 0, 1.0, -1.0) * np.ones((n, 1))
    u, v = _scatter(knot_side, PLAGE_SPREAD, separation, 0.4, rng)
    # Squaring makes some knots much richer than others.
    knot = (rng.random((n, most)) ** 2 * PLAGE_CLUSTERS).astype(int) * 2 + (side < 0)
    rows = np.arange(n)[:, None]
    spread = CLUSTER_DEG * rng.standard_normal((2, n, most))
    return u[rows, knot] + spread[0], v[rows, knot] + spread[1]


def _satellites(
    layout: SpotLayout, free: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions with some of the free small spots moved to the nearest of the large ones.

    They become further umbrae in the penumbra of a spot of their own polarity.
    """
    n, most = layout.u.shape
    parents = min(3, most)
    du = layout.u[:, :, None] - layout.u[:, None, :parents]
    dv = layout.v[:, :, None] - layout.v[:, None, :parents]
    distance = np.hypot(du, dv)
    stranger = layout.side[:, :, None] != layout.side[:, None, :parents]
    nearest = np.where(stranger, np.inf, distance).argmin(axis=2)
    rows = np.arange(n)[:, None]
    chosen = free & (rng.random((n, most)) < SATELLITE_SHARE) & (np.arange(most) >= 3)
    chosen &= ~stranger[rows, np.arange(most), nearest]
    reach = spot_radius(layout.area)[rows, nearest] * rng.uniform(0.5, 1.0, (n, most))
    angle = rng.uniform(0, 2 * np.pi, (n, most))
    return (
        np.where(chosen, layout.u[rows, nearest] + reach * np.cos(angle), layout.u),
        np.where(chosen, layout.v[rows, nearest] + reach * np.sin(angle), layout.v),
    )


def _with_delta(layout: SpotLayout, delta: np.ndarray, rng: np.random.Generator) -> SpotLayout:
    """Return the layout with the second or third spot moved into the penumbra of the first."""
    n = len(delta)
    u, v, area = layout.u.copy(), layout.v.copy(), layout.area.copy()
    attached = rng.integers(1, 3, n)
    rows = np.flatnonzero(delta)
    other = attached[rows]
    total = area[rows].sum(axis=1, keepdims=True)
    area[rows, other] = np.maximum(area[rows, other], 0.2 * area[rows, 0])
    area[rows] *= total / area[rows].sum(axis=1, keepdims=True)
    reach = spot_radius(area[rows, 0]) + spot_radius(area[rows, other])
    distance = np.minimum(rng.uniform(0.65, 0.9, len(rows)) * reach, DELTA_REACH_DEG)
    angle = rng.uniform(0, 2 * np.pi, len(rows))
    u[rows, other] = u[rows, 0] + distance * np.cos(angle)
    v[rows, other] = v[rows, 0] + distance * np.sin(angle)
    return SpotLayout(u, v, area, layout.side)


def _keep_apart(layout: SpotLayout, classes: np.ndarray, rounds: int = 5) -> SpotLayout:
    """Return the layout with spots pushed apart until umbrae, and polarities, don't touch.

    Spots of one polarity may share a penumbra; those of opposite polarity may not, but for the pair
    of a δ region that already does.
    """
    u, v = layout.u.astype(np.float32), layout.v.astype(np.float32)
    radius = spot_radius(layout.area).astype(np.float32)
    present = layout.area > 0
    pairs = present[:, :, None] & present[:, None, :] & ~np.eye(u.shape[1], dtype=bool)
    both = radius[:, :, None] + radius[:, None, :]
    opposite = layout.side[:, :, None] != layout.side[:, None, :]
    needed = np.where(opposite, both + 0.3, 0.5 * both + 0.3)
    close = np.hypot(u[:, :, None] - u[:, None, :], v[:, :, None] - v[:, None, :]) < both
    allowed = (classes == DELTA)[:, None, None] & opposite & close
    allowed[:, 1:, 1:] = False
    needed = np.where(pairs, np.where(allowed, 0.0, needed), 0.0).astype(np.float32)
    # The smaller of two spots makes way.
    yielding = radius[:, None, :] ** 2
    yielding = yielding / np.maximum(yielding + radius[:, :, None] ** 2, 1e-9)
    for _ in range(rounds):
        du, dv = u[:, :, None] - u[:, None, :], v[:, :, None] - v[:, None, :]
        distance = np.maximum(np.sqrt(du**2 + dv**2), 1e-3)
        push = np.maximum(needed - distance, 0) / distance * yielding
        u, v = u + (push * du).sum(axis=2), v + (push * dv).sum(axis=2)
    return replace(layout, u=u.astype(float), v=v.astype(float))
