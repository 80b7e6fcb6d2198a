"""CSV and Stata: one table a file, and beside it what the columns, the elements and the provenance are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.analysis.panel import STATA_LABEL, label_with_unit, stata_names
from dualcirc.errors import OutputError, Problem
from dualcirc.export.tables import TidyTable, elements_table, tidy_tables, variables_table
from dualcirc.results.io import save_text

PROVENANCE = "provenance"
"""Column of a Stata file whose value labels hold the provenance: the format has no other place for long texts."""
PROVENANCE_LABEL = "Where the numbers come from: label list provenance"


def table_paths(tables: Sequence[TidyTable], out: Path) -> list[Path]:
    """File of each table: ``out`` itself for a single one, else with the name of the table."""
    if len(tables) == 1:
        return [out]
    return [out.with_name(f"{out.stem}_{table.name}{out.suffix}") for table in tables]


def write_csv(dataset: xr.Dataset, out: Path, origin: Mapping[str, str]) -> list[Path]:
    """Write tidy CSV, numbers in full, with ``_variables``, ``_elements`` and ``_provenance`` beside it."""
    tables = tidy_tables(dataset)
    paths = table_paths(tables, out)
    for table, path in zip(tables, paths, strict=True):
        table.frame().to_csv(path, index=False, lineterminator="\n")
    return [*paths, *_companions(dataset, out, origin)]


def write_stata(dataset: xr.Dataset, out: Path, origin: Mapping[str, str]) -> list[Path]:
    """Write Stata files (version 118): label and unit as variable label, names as value labels.

    The value labels of the variable ``provenance`` hold hashes, version and command. Stata knows no infinity: a result
    with one is refused.
    """
    tables = tidy_tables(dataset)
    paths = table_paths(tables, out)
    for table, path in zip(tables, paths, strict=True):
        _stata(table, path, origin)
    return [*paths, *_companions(dataset, out, origin)]


def _stata(table: TidyTable, path: Path, origin: Mapping[str, str]) -> None:
    frame = table.frame()
    _refuse_infinite(frame, path)
    labels = {name: label_with_unit(table.column(name)) for name in frame.columns} | {PROVENANCE: PROVENANCE_LABEL}
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            texts = frame[name].astype(str)
            frame[name] = pd.Categorical(texts, categories=list(dict.fromkeys(texts)))
        elif frame[name].dtype == bool:
            frame[name] = frame[name].astype("int8")
    frame[PROVENANCE] = np.int8(1)
    stata = stata_names(list(frame.columns))
    frame.rename(columns=stata).to_stata(
        path,
        write_index=False,
        version=118,
        variable_labels={stata[name]: label[:STATA_LABEL] for name, label in labels.items()},
        value_labels={stata[PROVENANCE]: {i: f"{key}: {value}" for i, (key, value) in enumerate(origin.items(), 1)}},
        data_label=f"dualcirc {origin.get('dualcirc_version', '')} model {origin.get('model_hash', '')}"[:STATA_LABEL],
        time_stamp=datetime(2000, 1, 1),  # fixed: the same result gives the same bytes
    )


def _refuse_infinite(frame: pd.DataFrame, path: Path) -> None:
    numbers = frame.select_dtypes("number")
    names = [str(name) for name in numbers.columns if np.isinf(numbers[name].to_numpy()).any()]
    if names:
        what = f"{', '.join(names)}: holds infinite values, which Stata does not know"
        mend = "Leave the variables out with --variables, or export to parquet."
        raise OutputError(Problem(what, str(path), expected="finite or missing values", mend=mend))


def _companions(dataset: xr.Dataset, out: Path, origin: Mapping[str, str]) -> list[Path]:
    """Tables of variables and elements, and the provenance, beside the data."""
    beside = {
        "_variables.csv": variables_table(dataset).to_csv(index=False, lineterminator="\n"),
        "_elements.csv": elements_table(dataset).to_csv(index=False, lineterminator="\n"),
        "_provenance.json": json.dumps(dict(origin), indent=2, ensure_ascii=False) + "\n",
    }
    paths = [out.with_name(out.stem + ending) for ending in beside]
    for path, text in zip(paths, beside.values(), strict=True):
        save_text(text, path)
    return paths
