"""Settings of JAX that the engine needs, made on first use so that importing the package changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jax


@cache
def prepare_jax() -> None:
    """Use double precision, and keep compiled programs in the user's cache folder for the next process."""
    set_option: Callable[[str, Any], None] = jax.config.update
    set_option("jax_enable_x64", True)
    if jax.config.values["jax_compilation_cache_dir"] is None:
        set_option("jax_compilation_cache_dir", str(cache_folder()))
        set_option("jax_persistent_cache_min_compile_time_secs", 0.5)


def cache_folder() -> Path:
    """Folder of compiled programs; ``XDG_CACHE_HOME`` moves it."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "dualcirc" / "compiled"


def available_cores() -> int:
    """Number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compiler_options() -> dict[str, bool | str]:
    """Options of XLA: no threads inside one matrix product, whose sums would hang on the number of cores."""
    return {"xla_cpu_multi_thread_eigen": False} if jax.default_backend() == "cpu" else {}
