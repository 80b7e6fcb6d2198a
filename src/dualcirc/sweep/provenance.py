"""What made a number: hashes of model, parameters, data, experiment and locked packages, versions, seed, command."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import distributions, version
from typing import Any

import numpy as np

from dualcirc.files.experiment import Experiment
from dualcirc.files.paths import project_root
from dualcirc.results.io import sha256
from dualcirc.sweep.jobs import Prepared
from dualcirc.sweep.plan import source_hashes

UNCERTAINTY = "priors"
"""Where the spread of the uncertain parameters comes from: the ranges of parameters.csv, not an estimate."""


def provenance(experiment: Experiment, prepared: Prepared, command: str) -> dict[str, Any]:
    """Manifest of a sweep, without what is known only when its files are written."""
    job, plan, design = prepared.job, prepared.plan, experiment.form.design
    identity = {
        "experiment": experiment.digest,
        "model": job.model,
        **{key: value for key, value in source_hashes().items() if key != "dualcirc_version"},
        "scenarios": {scenario.name: scenario.digest for scenario in plan.scenarios},
    }
    attrs = {
        "title": experiment.form.title.en,
        "title_zh": experiment.form.title.zh,
        "experiment": experiment.form.name,
        "experiment_hash": experiment.digest,
        "model_hash": job.model,
        **source_hashes(),
        "lock_hash": lock_hash(),
        "integrator": "Euler",
        "seed": plan.seed,
        "parameter_uncertainty": UNCERTAINTY,
        **({"design": design.kind, "design_seed": design.seed or 0} if design else {}),
        "command": command,
        **platform_of_bits(),
    }
    layout = job.layout
    return {
        "identity": identity,
        "attrs": attrs,
        "axes": dict(prepared.sizes),
        "layout": {
            "rows": layout.rows,
            "block": layout.block,
            "arrays": {name: [list(dims), list(sizes), dict(a)] for name, (dims, sizes, a) in layout.arrays.items()},
        },
        "labels": prepared.labels.to_dict(data="list"),
    }


def platform_of_bits() -> dict[str, str]:
    """Compiler and instruction set, for which alone equal bits are promised."""
    vectors = np.show_config(mode="dicts")["SIMD Extensions"]
    flags = " ".join(sorted([*vectors["baseline"], *vectors["found"]]))
    return {
        "jaxlib_version": version("jaxlib"),
        "numpy_version": np.__version__,
        "machine": platform.machine(),
        "instruction_set": hashlib.sha256(flags.encode()).hexdigest()[:16],
    }


def lock_hash() -> str:
    """SHA-256 of the lock file; of the installed packages where the project is installed without it."""
    lock = project_root() / "requirements.txt"
    if lock.is_file():
        return sha256(lock)
    packages = sorted(f"{found.metadata['Name']}=={found.version}" for found in distributions())
    return hashlib.sha256("\n".join(packages).encode()).hexdigest()
