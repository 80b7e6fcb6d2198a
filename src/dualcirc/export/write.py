"""One writer a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import xarray as xr

from dualcirc.errors import OutputError, Problem
from dualcirc.export import flat, parquet, sheets
from dualcirc.export.tables import provenance
from dualcirc.results.io import save_dataset

Writer = Callable[[xr.Dataset, Path, Mapping[str, str]], list[Path]]


def _netcdf(dataset: xr.Dataset, out: Path, origin: Mapping[str, str]) -> list[Path]:
    save_dataset(dataset.drop_encoding().assign_attrs(dict(origin)), out)
    return [out]


FORMATS: Mapping[str, tuple[str, Writer]] = {
    "netcdf": (".nc", _netcdf),
    "csv": (".csv", flat.write_csv),
    "stata": (".dta", flat.write_stata),
    "excel": (".xlsx", sheets.write_excel),
    "parquet": (".parquet", parquet.write_parquet),
}
"""Ending and writer of every format."""


def export(dataset: xr.Dataset, to: str, out: Path, command: str = "dualcirc.export") -> list[Path]:
    """Write a result in another format and return the paths of what was written.

    Parameters
    ----------
    dataset
        A result as :func:`open_stored` reads it.
    to
        A key of ``FORMATS``. NetCDF and Excel hold everything in one file. CSV, Stata and Parquet hold one table a
        file: where the variables differ in their dims, the name of the table is added to that of the file.
    out
        File to write; its folder is made if it does not exist.
    command
        What the user typed, for the record.

    Raises
    ------
    OutputError
        The format cannot hold the result, a library is missing, or the file cannot be written.
    """
    if to not in FORMATS:
        raise OutputError(Problem(f"got the format '{to}'", expected=", ".join(FORMATS)))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return FORMATS[to][1](dataset, out, provenance(dataset, command))
    except OSError as fault:
        mend = "Name a file in another folder with --out."
        raise OutputError(Problem(f"cannot be written: {fault.strerror or fault}", str(out), mend=mend)) from fault
