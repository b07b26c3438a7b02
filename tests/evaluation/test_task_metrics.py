"""Every estimate of a task reaches the table under a title of its own."""

from astro_dl.evaluation.task_metrics import flattened


def estimate(value):
    return {"value": value, "low": 0.0, "high": 1.0}


def test_entries_of_a_list_are_told_apart_by_their_settings():
    missed = [
        {"false_positive_rate": 0.025, "all": estimate(0.1), "kind": {"star": estimate(0.3)}},
        {"false_positive_rate": 0.01, "why": "too few artefacts"},
        {"false_positive_rate": 0.001, "all": estimate(0.2)},
    ]
    found = flattened({"network": {"missed": missed}, "forest": {"missed": missed[:1]}})
    assert {title: list(one) for title, one in found.items()} == {
        "missed false positive rate 0.025 all": ["network", "forest"],
        "missed false positive rate 0.025 kind star": ["network", "forest"],
        "missed false positive rate 0.001 all": ["network"],
    }


def test_bins_are_told_apart_by_their_edges():
    bins = [{"from": 18, "to": 19} | estimate(0.1), {"from": 19, "to": None} | estimate(0.2)]
    found = flattened({"network": {"nmad by magnitude": bins, "edges": [18, 19]}})
    assert list(found) == ["nmad by magnitude 18 to 19", "nmad by magnitude above 19"]
