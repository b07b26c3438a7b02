"""Explanations by name, of predictors and of what readers make of files."""

from types import SimpleNamespace

import numpy as np
import pytest
from astropy.table import QTable

from astro_dl.answers.binary import Binary
from astro_dl.answers.multiclass import Multiclass
from astro_dl.core.errors import UsageError
from astro_dl.core.task import Files, InputSpec
from astro_dl.evaluation.figures.explanation import draw_explanation
from astro_dl.explain.explanation import METHODS, Explanation, explain
from astro_dl.explain.files import Listener, examples_of_files
from astro_dl.explain.sanity import randomised, share_inside, similarity_to_randomised
from astro_dl.models.build import build_from, logits_model

RNG = np.random.default_rng(5)
SHAPE = (48, 1)
ABOUT = (np.zeros(1, int), np.ones(1), ("star",), ("a",))
COLUMNS = {"columns": ["u - g", "g - r"]}


def predictor_of(head, statistics=None):
    """Return what is asked of a predictor, with an untrained network."""
    network = build_from(
        "cnn1d",
        InputSpec(SHAPE),
        head,
        {"filters": (6,), "kernel_sizes": 5, "pool_sizes": 2, "units": (5,)},
    )
    model = logits_model(network)
    card = SimpleNamespace(name="toy", input_statistics=statistics, task="toy")

    def score(x, batch_size=None):
        return head.per_example(np.asarray(model(x)))

    return SimpleNamespace(
        bundle=SimpleNamespace(card=card),
        head=head,
        model=model,
        members=(),
        input_spec=InputSpec(SHAPE),
        score=score,
    )


@pytest.fixture(scope="module")
def binary():
    return predictor_of(Binary(("noise", "signal")))


@pytest.fixture(scope="module")
def x():
    return RNG.standard_normal((5, *SHAPE)).astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_name_and_finite_values(method, binary, x):
    if method == "kernel_shap":
        pytest.importorskip("shap")
    few = {"kernel_shap": {"window": 12}, "lime": {"samples": 40}}.get(method, {})
    found = explain(binary, x[:2], method, **few)
    assert len(found.values) == 2
    assert np.isfinite(found.values).all()
    assert found.answers == ("signal", "signal")


@pytest.mark.parametrize(
    "method", ["saliency", "smooth_grad", "integrated_gradients", "gradient_shap", "occlusion"]
)
def test_shuffled_weights_change_the_map(method, binary, x):
    found = explain(binary, x, method)
    before = binary.model.get_weights()
    alike = similarity_to_randomised(binary, found)
    assert np.nanmax(alike) < 0.9
    same = explain(binary, x, method)
    np.testing.assert_array_equal(same.values, found.values)
    for one, two in zip(before, binary.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_weights_come_back_after_an_error(binary):
    before = binary.model.get_weights()[0]

    def fail():
        with randomised(binary.model):
            assert not np.array_equal(binary.model.get_weights()[0], before)
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    np.testing.assert_array_equal(binary.model.get_weights()[0], before)


def test_a_map_of_the_input_alone_fails_the_check(binary, x, monkeypatch):
    monkeypatch.setitem(METHODS, "edges", lambda model, x: np.gradient(x, axis=1))
    found = explain(binary, x, "edges")
    assert similarity_to_randomised(binary, found).min() > 0.999


def test_each_example_is_explained_by_its_own_class(x):
    predictor = predictor_of(Multiclass(("a", "b", "c")))
    predictor.model.get_layer("logits").set_weights([RNG.standard_normal((5, 3)), np.zeros(3)])
    found = explain(predictor, x, "saliency")
    logits = np.asarray(predictor.model(x))
    assert found.outputs.tolist() == logits.argmax(1).tolist()
    for k, number in enumerate(found.outputs):
        alone = explain(predictor, x[k : k + 1], "saliency", output=int(number))
        np.testing.assert_allclose(alone.values[0], found.values[k], rtol=1e-5, atol=1e-7)
    assert set(explain(predictor, x, "saliency", output="b").answers) == {"b"}
    with pytest.raises(UsageError, match="unknown output 'd'"):
        explain(predictor, x, "saliency", output="d")


def test_the_baseline_is_the_mean_of_the_training(x):
    predictor = predictor_of(Binary(("no", "yes")), {"x": {"mean": [2.0], "std": [1.0]}})
    found = explain(predictor, x, "integrated_gradients", steps=200)
    level = np.full((1, *SHAPE), 2.0, np.float32)
    difference = predictor.score(x) - predictor.score(level)
    np.testing.assert_allclose(found.values.sum(axis=(1, 2)), difference, atol=0.02)


def test_options_and_methods_that_are_none_are_refused(binary, x):
    with pytest.raises(UsageError, match="did you mean 'saliency'"):
        explain(binary, x, "salience")
    with pytest.raises(UsageError, match="step"):
        explain(binary, x, "integrated_gradients", step=3)
    with pytest.raises(UsageError, match="baseline"):
        explain(binary, x, "integrated_gradients", baseline=3)
    with pytest.raises(UsageError, match="NaN"):
        explain(binary, np.full_like(x, np.nan), "saliency")


def read_series(predictor, paths):
    """Score all series at once, as readers do."""
    x = np.concatenate([np.load(path) for path in paths])
    logits = predictor.score(x)
    return QTable({"id": [f"star {k}" for k in range(len(x))], "logit": logits})


def test_files_are_read_by_the_task_and_the_surest_examples_kept(binary, x, tmp_path):
    path = tmp_path / "series.npy"
    np.save(path, x)
    binary.task = SimpleNamespace(files=Files(predict=read_series))
    found, ids = examples_of_files(binary, [path], count=3)
    best = np.sort(np.argsort(-binary.score(x))[:3])
    np.testing.assert_array_equal(found, x[best])
    assert ids == [f"star {k}" for k in best]
    with pytest.raises(UsageError, match="no such file"):
        examples_of_files(binary, [tmp_path / "none.npy"])


def test_what_a_reader_asks_about_the_network_itself_is_not_of_the_files(binary, x):
    def kept(name, make):
        return make()

    asked = SimpleNamespace(**vars(binary))
    asked.runtime = SimpleNamespace(kept=kept, scanner=lambda step: "scanner", packages=("keras",))
    listener = Listener(asked, 5)
    own = listener.runtime.kept("scale", lambda: {"logits": listener.score(100 * x)})
    np.testing.assert_array_equal(own["logits"], binary.score(100 * x))
    assert listener.heard == 0
    assert listener.runtime.scanner(16) is None
    assert listener.runtime.packages == ("keras",)
    listener.score(x[:2])
    assert [one.place for one in sorted(listener.kept, key=lambda one: one.place)] == [0, 1]


def test_what_is_not_finite_is_never_kept(binary, x):
    damaged = x.copy()
    damaged[2, 3] = np.nan
    listener = Listener(binary, 5)
    listener.score(damaged)
    assert [one.place for one in listener.kept if one.place == 2] == []
    assert len(listener.kept) == 4


def test_the_share_inside_a_mask_is_one_where_all_is_inside():
    values = {"a": np.array([[0.0, -2, 1, 0]]), "b": np.ones((1, 3))}
    share, chance = share_inside(values, {"a": np.array([[False, True, True, False]])})
    assert share.tolist() == [1.0]
    assert chance.tolist() == [0.5]


def test_figures_of_tables_join_columns_and_marks_before_they_scale():
    x = np.array([[1.0, -2.0, 0.0, 0.0]])
    values = np.array([[3.0, -1.0, 3.0, 0.0]])
    found = Explanation("lime", x, values, *ABOUT, COLUMNS)
    above, below = draw_explanation([found], 0).axes
    assert above.get_ylabel() == "input"
    assert [bar.get_width() for bar in above.patches] == [1, -2]
    np.testing.assert_allclose([bar.get_width() for bar in below.patches], [1, -1 / 6])
    assert [text.get_text() for text in below.get_yticklabels()] == ["u - g", "g - r"]


def test_figures_of_images_outline_what_is_dark_too_and_name_the_channel():
    x = np.ones((1, 16, 16, 2))
    x[0, 4:8, 4:8, 0] = 0
    channels = {"channels": ["continuum", "magnetogram"]}
    shown, drawn = draw_explanation([Explanation("saliency", x, x, *ABOUT, channels)], 0).axes
    assert shown.get_title() == "input: continuum"
    places = np.concatenate([path.vertices for path in drawn.collections[0].get_paths()])
    assert len(places)
    assert ((places > 2.5) & (places < 8.5)).all()
