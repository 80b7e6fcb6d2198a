"""The same program on a graphics processor, where JAX finds one."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.translate import Model


def has_gpu() -> bool:
    """Whether JAX finds a graphics processor."""
    try:
        return bool(jax.devices("gpu"))
    except RuntimeError:
        return False


needs_gpu = pytest.mark.skipif(
    not has_gpu(), reason='JAX finds no GPU here; pip install "jax[cuda13]" where there is one'
)


@needs_gpu
def test_a_gpu_gives_what_the_processor_gives(model: Model) -> None:
    random = np.random.default_rng(7)
    names = [name for name, v in model.variables.items() if v.kind == "constant" and not v.dims]
    engine = Engine(model)
    runs = [{name: engine.constant(name) * random.uniform(0.99, 1.01) for name in names} for _ in range(17)]
    on_gpu = engine.run(runs)
    # The setting, not the context of this thread: the engine has threads of its own.
    jax.config.update("jax_default_device", jax.devices("cpu")[0])
    try:
        on_cpu = Engine(model).run(runs)
    finally:
        jax.config.update("jax_default_device", None)
    assert list(on_gpu.status) == list(on_cpu.status)
    for name, values in on_cpu.items():
        # Both compute in double precision; sums and exponentials round differently, which 321 steps carry on.
        np.testing.assert_allclose(on_gpu[name], values, rtol=0, atol=1e-12 * np.abs(values).max(), err_msg=name)
