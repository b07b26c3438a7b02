import numpy as np
import pytest

from astro_dl.observations.irregular_series.surveys import (
    SURVEYS,
    draw_visits,
    magnitude_errors,
)


@pytest.mark.parametrize("name", SURVEYS)
def test_visits_keep_to_the_survey(name):
    survey = SURVEYS[name]
    visits = draw_visits(survey, 50, np.random.default_rng(0))
    assert (np.diff(visits.time, axis=1) >= 0).all()
    numbers = visits.mask.sum(axis=1)
    assert numbers.min() >= survey.visits[2]
    assert np.median(numbers) == pytest.approx(survey.visits[0], rel=0.3)
    assert np.ptp(visits.time) < (survey.years + 1) * 365.25
    hour = (visits.time[visits.mask] + 0.5) % 1 - 0.5
    assert np.abs(hour).max() < 0.3


@pytest.mark.parametrize("name", SURVEYS)
def test_errors_rise_from_the_floor_to_a_fifth_at_the_depth(name):
    survey = SURVEYS[name]
    for number, band in enumerate(survey.bands):
        magnitude = np.array([[survey.magnitudes[0] - 8, survey.depth[band]]])
        bright, faint = magnitude_errors(survey, magnitude, np.full((1, 2), number))[0]
        assert bright == pytest.approx(survey.floor, rel=0.1)
        assert faint == pytest.approx(np.hypot(0.2, survey.floor))


def test_a_survey_comes_back_within_the_night():
    visits = draw_visits(SURVEYS["crts"], 20, np.random.default_rng(0))
    steps = np.diff(visits.time, axis=1)[visits.mask[:, 1:]]
    assert np.mean(steps < 0.05) == pytest.approx(0.75, abs=0.05)
