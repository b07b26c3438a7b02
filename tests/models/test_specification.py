"""What a caller says of inputs and outputs, with a task and without."""

import re

import pytest

from astro_dl.answers.binary import Binary
from astro_dl.answers.head import Head
from astro_dl.answers.regression import Regression
from astro_dl.core.errors import UsageError
from astro_dl.core.registry import get_task, list_models, model_entry
from astro_dl.core.task import InputSpec
from astro_dl.models.build import build_model
from astro_dl.models.specification import Asked, specification

ASKED = {
    "one output of a classifier is a probability": ({"outputs": 1}, "binary", 1),
    "two are a softmax": ({"outputs": 2}, "multiclass", 2),
    "two classes are a probability": ({"classes": ["a", "b"]}, "binary", 1),
    "two classes, two outputs": ({"classes": ["a", "b"], "outputs": 2}, "multiclass", 2),
    "two classes of a kind": ({"classes": ["a", "b"], "kind": "multiclass"}, "multiclass", 2),
    "how many classes": ({"classes": 5}, "multiclass", 5),
    "targets": ({"targets": ["mass", "age"]}, "regression", 2),
    "how many targets": ({"targets": 3, "outputs": 3}, "regression", 3),
    "a kind": ({"kind": "regression"}, "regression", 3),
    "a kind and a number": ({"kind": "regression", "outputs": 4}, "regression", 4),
    "a head": ({"head": Head("regression", ["z"], distribution="gaussian")}, "regression", 2),
}


@pytest.mark.parametrize("case", sorted(ASKED))
def test_outputs_are_as_asked(case):
    said, kind, outputs = ASKED[case]
    head = specification("mlp", asked=Asked(**said))[1]
    assert (head.kind, head.outputs) == (kind, outputs)
    assert build_model("mlp", **said).output.shape[-1] >= 1


def test_names_are_those_that_are_said():
    assert specification("mlp", asked=Asked(classes=["a", "b", "c"]))[1].names == ("a", "b", "c")
    assert specification("mlp", asked=Asked(targets=2))[1].names == ("target_0", "target_1")
    assert specification("mlp", asked=Asked(classes=2))[1].names == ("class_0", "class_1")
    # of another kind, a task's classes are still its classes
    head = specification("gw_cnn", asked=Asked(kind="multiclass"))[1]
    assert head.names == specification("gw_cnn")[1].names


@pytest.mark.parametrize("name", [name for name in list_models() if model_entry(name).task])
def test_every_preset_takes_other_outputs_and_keeps_its_input(name):
    spec, usual = specification(name)
    assert specification(name, asked=Asked(outputs=usual.outputs)) == (spec, usual)
    if not usual.labelled:
        return
    assert specification(name, asked=Asked(classes=4)) == (spec, Head("multiclass", CLASSES))
    assert specification(name, asked=Asked(targets=["a"])) == (spec, Regression(("a",)))


CLASSES = [f"class_{number}" for number in range(4)]


def test_a_shape_in_place_of_a_tasks_keeps_the_tasks_answer():
    spec, head = specification("photoz_mdn", input_shape=[7])
    assert spec.shape == (7,)
    assert head == specification("photoz_mdn")[1]
    assert build_model("mlp", input_shape=4).input.shape == (None, 4)
    assert build_model("mlp", input_spec=InputSpec((4,))).input.shape == (None, 4)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("autoencoder", (7,)),
        ("autoencoder", (64, 2)),
        ("random_forest", (3,)),
        ("astronet", (301, 1)),
        ("tess_resnet", {"local": (31, 1), "scalars": (4,)}),
        ("lens_resnet", (32, 32, 2)),
    ],
)
def test_any_shape_that_fits_is_taken_without_a_task(name, shape):
    model = build_model(name, input_shape=shape)
    expected = shape if isinstance(shape, dict) else {"input": shape}
    assert {one.name: one.shape[1:] for one in model.inputs} == expected


def test_physics_are_fields_of_the_task_or_an_instance():
    grid = specification("mlp", "photo_z", physics={"answer": "grid"})[1]
    made = get_task("photo_z").physics(answer="grid")
    assert grid.distribution == "grid"
    assert specification("mlp", "photo_z", physics=made)[1] == grid
    # what the preset asks of its task stays, beside what is said
    spec, _ = specification("ar_cnn", physics={"pixel_scale_deg": 0.25})
    assert spec.shape == (64, 64, 1)


REFUSALS = {
    "unknown kind": ({"kind": "bnary"}, "did you mean 'binary'"),
    "kind and outputs": ({"kind": "binary", "outputs": 3}, "outputs is 3, but a binary answer"),
    "classes and outputs": ({"classes": ["abc"], "outputs": 1}, "one class says nothing"),
    "fewer outputs": ({"classes": ["a", "b", "c"], "outputs": 2}, "for a, b, c has 3"),
    "classes and targets": ({"classes": 2, "targets": 2}, "classes and targets are both given"),
    "classes of a regression": ({"classes": 2, "kind": "regression"}, "has no classes"),
    "targets of classes": ({"targets": 2, "kind": "multiclass"}, "accepted: classes"),
    "a text": ({"classes": "abc"}, "classes is 'abc'; accepted: a list of names, or how many"),
    "a name twice": ({"classes": ["a", "a"]}, "each once"),
    "a number too small": ({"outputs": 0}, "outputs: 0 is not accepted"),
    "no number": ({"outputs": True}, "outputs: True is not accepted"),
    "a softmax of one": ({"kind": "multiclass", "outputs": 1}, "one class says nothing"),
    "head and kind": ({"head": Binary(("a", "b")), "kind": "binary"}, "leave out kind"),
    "physics of no task": ({"physics": {"answer": "grid"}}, "physics is that of a task"),
    "rank": ({"input_shape": (64, 64, 1)}, "mlp takes inputs with 1 axes"),
    "shape": ({"input_shape": "abc"}, "input_shape: 'abc' is not accepted"),
    "size": ({"input_shape": (0,)}, "input_shape: (0,) is not accepted"),
    "two inputs": ({"input_shape": (3,), "input_spec": InputSpec((3,))}, "both given"),
    "reconstruction": ({"kind": "reconstruction"}, "models: autoencoder, vae"),
}


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_contradictions_are_refused_by_name(case):
    said, message = REFUSALS[case]
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        build_model("mlp", **said)
    assert "\n" not in str(caught.value)


def test_refusals_of_presets_and_autoencoders():
    with pytest.raises(UsageError, match=r"physics\.sample_rat: unknown key"):
        build_model("gw_cnn", physics={"sample_rat": 1})
    with pytest.raises(UsageError, match="accepted: a mapping, or"):
        build_model("gw_cnn", physics=3)
    with pytest.raises(UsageError, match="has those of its input"):
        build_model("autoencoder", outputs=3)
    with pytest.raises(UsageError, match="gives no binary answers"):
        build_model("autoencoder", kind="binary")


# counted by hand, layer by layer: kernel × inputs × outputs + biases
TEXTBOOKS = {
    "active regions, two classes": (
        ("ar_cnn", {"outputs": 1}),
        (9 * 16 + 16) + (9 * 16 * 32 + 32) + (14 * 14 * 32 + 1),
        11_073,
    ),
    "TESS light curves, one sigmoid": (
        ("tess_cnn", {"outputs": 1}),
        (5 * 16 + 16) + (3 * 16 * 32 + 32) + (50 * 32 * 64 + 64) + (64 + 1),
        104_193,
    ),
    "softmax of two classes": (
        ("mlp", {"outputs": 2, "units": (32, 16)}),
        (10 * 32 + 32) + (32 * 16 + 16) + (16 * 2 + 2),
        914,
    ),
    "strain of 1024 samples": (
        ("gw_cnn", {"input_shape": (1024, 1)}),
        (16 * 16 + 16) + (8 * 16 * 32 + 32) + (61 * 32 * 32 + 32) + (32 + 1),
        66_929,
    ),
    "ten separate networks": (
        ("bailer_jones_1997", {}),
        10 * ((821 * 5 + 5) + (5 * 5 + 5) + (5 + 1)),
        41_460,
    ),
}


@pytest.mark.parametrize("case", sorted(TEXTBOOKS))
def test_textbook_networks_have_the_parameters_counted_by_hand(case):
    (name, said), by_hand, known = TEXTBOOKS[case]
    assert build_model(name, **said).count_params() == by_hand == known


def test_textbook_layers_are_those_of_the_textbook():
    kinds = ["InputLayer", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D"]
    kinds += ["Dropout", "Flatten", "Dense", "Activation"]
    assert _kinds(build_model("ar_cnn", outputs=1)) == kinds
    kinds = ["InputLayer", "Conv1D", "MaxPooling1D", "Conv1D", "MaxPooling1D"]
    kinds += ["Flatten", "Dense", "Dropout", "Dense", "Activation"]
    assert _kinds(build_model("tess_cnn", outputs=1)) == kinds


def _kinds(model):
    """Return the kinds of the layers that do something, and the last activation."""
    found = [(type(layer).__name__, layer.name) for layer in model.layers]
    quiet = [name for kind, name in found if kind == "Identity" or name.endswith("_activation")]
    return [kind for kind, name in found if name not in quiet]
