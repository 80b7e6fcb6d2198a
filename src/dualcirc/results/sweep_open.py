"""A stored sweep as a labelled Dataset, without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dualcirc.errors import OutputError, Problem
from dualcirc.files.registry import Registry, dataset_name, read_registry
from dualcirc.results.schema import OK, STATUS_ATTRS, totals_of
from dualcirc.results.sweep_store import (
    CODES,
    Journal,
    layout_of,
    missing_blocks,
    open_store,
    read_sweep_manifest,
    readable,
    records_by_row,
    store_url,
    stored_keys,
)

IN_MEMORY = 2 * 2**30
"""Bytes up to which a sweep is read as a whole; a larger one is read where it is used, by Dask."""


def open_sweep(folder: Path, *, partial: bool = False) -> xr.Dataset:
    """
    Read a stored sweep.

    Parameters
    ----------
    folder
        Folder that ``dualcirc sweep`` has written.
    partial
        Whether blocks may be missing; their values are NaN and their status says so.

    Returns
    -------
    xarray.Dataset
        Dims scenario, point, draw, time and those of the variables, as of :func:`dualcirc.run`; no point without a
        design, and quantile instead of draw where quantiles were kept. ``factor_values`` (point, factor) is the design.

    Raises
    ------
    OutputError
        The folder is no sweep, its manifest was changed, or blocks are missing.
    """
    manifest = read_sweep_manifest(folder)
    layout, finished = layout_of(manifest), Journal(folder).read()
    missing = missing_blocks(layout, finished)
    if missing and not partial:
        what = f"the sweep is not finished: {len(missing)} of {layout.blocks} blocks are missing"
        raise OutputError(Problem(what, str(folder), mend="Finish it: dualcirc sweep ... --resume."))
    url = store_url(folder, manifest)
    _check_chunks(url, [key for block in finished for key in layout.chunk_names(block).values()])
    with readable(url):
        stored = xr.open_zarr(open_store(url), consolidated=False, chunks={})
    axes: dict[str, int] = manifest["axes"]
    status = np.full(layout.rows, OK, dtype=object)
    for block in missing:
        status[list(layout.members(block))] = "not computed"
    for row, text in records_by_row(finished):
        status[row] = text
    data = _unfolded(stored, axes)
    cells = [axis for axis in axes if axis != "quantile"]
    data["status"] = xr.Variable(cells, status.astype(str).reshape([axes[axis] for axis in cells]), STATUS_ATTRS)
    labels = xr.Dataset.from_dict(manifest["labels"])
    whole = xr.Dataset(data | _totals(data, read_registry()), labels.coords, manifest["attrs"])
    if "point" in axes:
        whole = whole.assign_coords(point=("point", np.arange(axes["point"]), {"long_name": "point of the design"}))
    with readable(url):
        return whole.load() if whole.nbytes <= IN_MEMORY else whole


def _check_chunks(url: str, expected: Sequence[str]) -> None:
    """Refuse a store that has lost a chunk, for Zarr reads NaN in its place."""
    found = stored_keys(url)
    lost = [key for key in expected if key not in found]
    if lost:
        what = f"{len(lost)} of {len(expected)} chunks are missing, the first is {lost[0]}"
        raise OutputError(Problem(what, url, mend="Compute them again: dualcirc sweep ... --resume."))


def _unfolded(stored: xr.Dataset, axes: dict[str, int]) -> dict[str, xr.Variable]:
    """Arrays by row with the row taken apart into scenario, point and draw."""
    sizes = {axis: size for axis, size in axes.items() if axis != "quantile"}
    data: dict[str, xr.Variable] = {}
    for name, array in sorted(stored.data_vars.items()):  # a store lists them in any order
        if name == CODES:
            continue
        dims, values = tuple(map(str, array.dims)), array.variable.data
        if dims[0] == "row":
            values = values.reshape(*sizes.values(), *values.shape[1:])
            dims = (*sizes, *dims[1:])
        attrs: dict[str, Any] = dict(array.attrs)
        data[str(name)] = xr.Variable(dims, values, attrs)
    return data


def _totals(data: dict[str, xr.Variable], registry: Registry) -> dict[str, xr.Variable]:
    """National and regional sums; where the model has a variable of that name, its own definition stands."""
    totals: dict[str, xr.Variable] = {}
    for name, row in registry.variables.items():
        found = data.get(dataset_name(name))
        if found is not None and "quantile" not in found.dims:
            totals |= totals_of(found, row, registry)
    return {name: total for name, total in totals.items() if name not in data}
