"""Settings of JAX that the engine needs, made on first use so that importing the package changes nothing."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import jax


@cache
def prepare_jax() -> None:
    """Use double precision, and keep compiled programs in the user's cache folder for the next process."""
    jax.config.update("jax_enable_x64", True)
    if jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.5)


def cache_folder() -> Path:
    """Folder of compiled programs; ``XDG_CACHE_HOME`` moves it."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "dualcirc" / "compiled"


def available_cores() -> int:
    """Number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
