"""What Keras leaves to its backends: the only module that knows which one runs."""

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

import keras
import numpy as np

from astro_dl.core.errors import UsageError


def input_gradients(function: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    """Return the gradient of a function of each example with respect to that example.

    Parameters
    ----------
    function : callable
        Tensors of shape (n, …) to a tensor of shape (n,), examples independent of each other.
    x : ndarray
        Shape (n, …), float32.

    Returns
    -------
    ndarray
        The shape of ``x``, float32.
    """
    gradient = {
        "tensorflow": _tensorflow_gradient,
        "jax": _jax_gradient,
        "torch": _torch_gradient,
    }[keras.backend.backend()]
    x = np.asarray(x, dtype=np.float32)
    return np.asarray(keras.ops.convert_to_numpy(gradient(function, x)), dtype=np.float32)


def prepare(seed: int) -> None:
    """Seed every generator of the backend and let a GPU's memory be taken as needed.

    Must precede the first use of a GPU. On CPUs, operations give the same bits in every run; on
    GPUs they may differ in the last digits.
    """
    name = keras.backend.backend()
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if name == "tensorflow":
        import tensorflow

        for gpu in tensorflow.config.list_physical_devices("GPU"):
            # Once the device is in use the setting can't be changed, nor need it be.
            with suppress(RuntimeError):
                tensorflow.config.experimental.set_memory_growth(gpu, True)
    keras.utils.set_random_seed(seed)


def pin_settings() -> None:
    """Set Keras to what the networks are made for, whatever the user's ``keras.json`` says.

    That is float32, channels last and an epsilon of 1e-7. A mixed precision stays, as it is never
    in that file.
    """
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    if "mixed" not in keras.config.dtype_policy().name:
        keras.config.set_dtype_policy("float32")


def seed_epoch(seed: int) -> None:
    """Seed what a backend draws from a generator of its own, not from that of a Keras layer.

    PyTorch's dropout does; a checkpoint of the model doesn't hold that generator's state.
    """
    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(seed)


def step_runner(model: keras.Model) -> Callable[[Sequence[Any]], np.ndarray] | None:
    """Return what trains a model on several batches of one shape in one call of the backend.

    It takes batches, as (inputs, targets) or with weights, and gives the mean losses (batches,)
    since the last `keras.Model.reset_metrics`. None where `keras.Model.fit` loses no time on a
    Python generator: TensorFlow copies every batch of one through its own data pipeline, and is
    called from Python for every step, which takes small networks longer than the step.
    """
    return _tensorflow_runner(model) if keras.backend.backend() == "tensorflow" else None


def device_count(setting: str) -> int:
    """Return how many devices a training uses: one, or all GPUs, or without any all of the rest.

    Parameters
    ----------
    setting : {"one", "all"}
        What the config says.

    Raises
    ------
    UsageError
        For "all" with PyTorch.
    """
    return 1 if setting == "one" else len(_devices())


@contextmanager
def on_devices(setting: str) -> Iterator[Callable[[], AbstractContextManager[Any]]]:
    """Build and train models on one device, or on all, each of which gets a share of every batch.

    Weights are the same on all of them, and so are the steps: those of one device on whole batches,
    but for what layers draw at random.

    Parameters
    ----------
    setting
        As of `device_count`.

    Yields
    ------
    callable
        Gives the context in which a model is made, and another time its optimiser. What else is
        done stays outside: TensorFlow takes the mean of any loss within for that of a share.
    """
    if device_count(setting) < 2:
        yield nullcontext
    elif keras.backend.backend() == "tensorflow":
        import tensorflow

        yield tensorflow.distribute.MirroredStrategy(_devices()).scope
    else:
        with keras.distribution.DataParallel(devices=_devices()).scope():
            yield nullcontext


def shareable(model: keras.Model, n: int) -> int:
    """Return the largest number of examples, up to n, that a model's devices can share equally."""
    return n - n % _sharing(model)


def shared(model: keras.Model, x: Any) -> Any:
    """Return inputs, of as many examples as `shareable` says, as `predict_on_batch` shares them."""
    if keras.backend.backend() != "tensorflow" or _sharing(model) == 1:
        return x
    return _tensorflow_shares(model.distribute_strategy, x)


def _sharing(model: keras.Model) -> int:
    """Return how many devices share the batches of a model."""
    if keras.backend.backend() == "tensorflow":
        return model.distribute_strategy.num_replicas_in_sync
    distribution = keras.distribution.distribution()
    return 1 if distribution is None else distribution.device_mesh.devices.size


def _devices() -> list[str]:
    """Return the names of all GPUs, or of all processors that the backend knows if it has none."""
    name = keras.backend.backend()
    if name == "jax":
        return list(keras.distribution.list_devices())
    if name == "tensorflow":
        import tensorflow

        known = tensorflow.config.list_logical_devices
        return [one.name for one in known("GPU") or known("CPU")]
    raise UsageError(
        f"training.devices: 'all' is for TensorFlow and JAX, not for {name}; "
        "set KERAS_BACKEND=tensorflow or jax, or 'one'"
    )


def device_kind() -> str:
    """Return ``"gpu"`` if the backend computes on one, else ``"cpu"``."""
    return "gpu" if _gpu() is not None else "cpu"


def device_name() -> str:
    """Return the device that the backend computes on, for people."""
    gpu = _gpu()
    if gpu is not None:
        return gpu[0]
    return f"CPU ({os.cpu_count()} cores, {platform.machine()})"


def use_jit(setting: str, measured: Mapping[str, bool], devices: int = 1) -> bool:
    """Return whether to compile by XLA.

    Parameters
    ----------
    setting : {"auto", "on", "off"}
        What the config says.
    measured : mapping
        Device kind to whether it is faster with TensorFlow, see
        `astro_dl.core.registry.ModelEntry.jit_compile`. JAX is always compiled, PyTorch only if
        asked.
    devices : int, default 1
        How many share batches; of several, TensorFlow compiles no step.

    Raises
    ------
    UsageError
        For "on" with several devices of TensorFlow.
    """
    name = keras.backend.backend()
    if name == "tensorflow" and devices > 1:
        if setting == "on":
            raise UsageError(
                "training.jit_compile: TensorFlow compiles no step that devices share; "
                "leave it, or set training.devices to 'one'"
            )
        return False
    if setting != "auto":
        return setting == "on"
    return name == "jax" or (name == "tensorflow" and measured.get(device_kind(), False))


def precision_policy(setting: str) -> str:
    """Return the Keras dtype policy for "auto", "on" or "off".

    Half precision is taken on GPUs alone: bfloat16 from compute capability 8.0, else float16.
    """
    gpu = _gpu()
    if setting == "off" or (setting == "auto" and gpu is None):
        return "float32"
    return "mixed_bfloat16" if gpu is None or gpu[1] >= (8, 0) else "mixed_float16"


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Build models under a dtype policy."""
    pin_settings()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _gpu() -> tuple[str, tuple[int, int]] | None:
    """Return the name and compute capability of the first GPU, None without one."""
    name = keras.backend.backend()
    if name == "tensorflow":
        import tensorflow

        gpus = tensorflow.config.list_physical_devices("GPU")
        if not gpus:
            return None
        about = tensorflow.config.experimental.get_device_details(gpus[0])
        return about.get("device_name", "GPU"), about.get("compute_capability", (0, 0))
    if name == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform not in ("gpu", "cuda", "rocm"):
            return None
        major, _, minor = str(getattr(device, "compute_capability", "0.0")).partition(".")
        return device.device_kind, (int(major or 0), int(minor or 0))
    import torch

    if not torch.cuda.is_available():
        return None
    return torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0)


def _tensorflow_runner(model: keras.Model) -> Callable[[Sequence[Any]], np.ndarray]:
    import tensorflow

    one_step = model.train_step if _sharing(model) == 1 else _tensorflow_shared_step(model)
    step = tensorflow.function(
        tensorflow.autograph.experimental.do_not_convert(one_step),
        jit_compile=model.jit_compile,
    )

    @tensorflow.autograph.experimental.do_not_convert
    def steps(batches: Any) -> Any:
        count = tensorflow.shape(tensorflow.nest.flatten(batches)[0])[0]

        def one(number: Any, losses: Any) -> tuple[Any, Any]:
            batch = tensorflow.nest.map_structure(lambda stacked: stacked[number], batches)
            return number + 1, losses.write(number, step(batch)["loss"])

        losses = tensorflow.TensorArray("float32", count)
        _, losses = tensorflow.while_loop(
            lambda number, _: number < count, one, (0, losses), parallel_iterations=1
        )
        return losses.stack()

    compiled: dict[str, Any] = {}

    def together(*parts: Any) -> Any:
        return (tensorflow if tensorflow.is_tensor(parts[0]) else np).stack(parts)

    def run(batches: Sequence[Any]) -> np.ndarray:
        stacked = tensorflow.nest.map_structure(together, *batches)
        # Of any number of batches, so that the last ones of an epoch are not compiled anew.
        form = tensorflow.nest.map_structure(
            lambda array: tensorflow.TensorSpec((None, *array.shape[1:]), array.dtype), stacked
        )
        if str(form) not in compiled:
            compiled[str(form)] = tensorflow.function(steps, input_signature=[form])
        return compiled[str(form)](stacked).numpy()

    return run


def _tensorflow_shared_step(model: keras.Model) -> Callable[[Any], dict[str, Any]]:
    """Return a model's step with each device on its share of the batch, as if one had it whole."""
    strategy = model.distribute_strategy
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
    _sum_before_update(model.optimizer)
    _draw_apart(model)

    def step(batch: Any) -> dict[str, Any]:
        told = strategy.run(model.train_step, (_tensorflow_shares(strategy, batch),))
        return {key: strategy.reduce("MEAN", one, axis=None) for key, one in told.items()}

    return step


def _tensorflow_shares(strategy: Any, batch: Any) -> Any:
    """Return arrays of a batch as equal shares, one for each device."""
    import tensorflow

    def share(context: Any) -> Any:
        def part(array: Any) -> Any:
            size = array.shape[0] // context.num_replicas_in_sync
            first = context.replica_id_in_sync_group * size
            return tensorflow.convert_to_tensor(array[first : first + size])

        return tensorflow.nest.map_structure(part, batch)

    return strategy.experimental_distribute_values_from_function(share)


def _sum_before_update(optimizer: keras.optimizers.Optimizer) -> None:
    """Let an optimiser sum gradients over devices before it looks at them.

    Keras sums them last: each device would clip by the norm of its own share, and look there alone
    for overflows of half precision.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    summed, apply = inner._all_reduce_sum_gradients, optimizer.apply

    def apply_to_sum(gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        pairs = summed(list(zip(gradients, variables, strict=True)))
        apply([gradient for gradient, _ in pairs], variables)

    optimizer.apply = apply_to_sum
    inner._all_reduce_sum_gradients = lambda pairs: pairs


def _draw_apart(model: keras.Model) -> None:
    """Give random layers another seed on each device, lest all shares be thinned out alike."""
    kept = {id(weight) for weight in model.weights}
    for state in model.variables:
        if id(state) not in kept and state.path.endswith("seed_generator_state"):
            first, *others = state.value.values
            seed, drawn = map(int, np.asarray(first))
            for number, copy in enumerate(others, 1):
                own = np.random.SeedSequence([seed, number]).generate_state(1)[0]
                copy.assign(np.array([own, drawn], np.asarray(first).dtype))


def _tensorflow_gradient(function: Callable[[Any], Any], x: np.ndarray) -> Any:
    import tensorflow

    values = tensorflow.convert_to_tensor(x)
    with tensorflow.GradientTape() as tape:
        tape.watch(values)
        total = tensorflow.reduce_sum(function(values))
    return tape.gradient(total, values, unconnected_gradients="zero")


def _jax_gradient(function: Callable[[Any], Any], x: np.ndarray) -> Any:
    import jax

    return jax.grad(lambda values: function(values).sum())(x)


def _torch_gradient(function: Callable[[Any], Any], x: np.ndarray) -> Any:
    import torch

    values = keras.ops.convert_to_tensor(x).detach().clone().requires_grad_(True)
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(function(values).sum(), values, allow_unused=True)
    return torch.zeros_like(values) if gradient is None else gradient
