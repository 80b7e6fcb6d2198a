"""Parquet: one table a file; units and labels stand in the metadata of each field, provenance in that of the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from dualcirc.errors import OutputError, Problem
from dualcirc.export.flat import table_paths
from dualcirc.export.tables import TidyTable, elements_table, tidy_tables

PREFIX = "dualcirc_"
"""Stands before the keys of the schema's metadata, which other programs share."""


def write_parquet(dataset: xr.Dataset, out: Path, origin: Mapping[str, str]) -> list[Path]:
    """Write Parquet files; ``schema.field(name).metadata`` holds unit, labels and definition of a column."""
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        what, mend = "Parquet needs the library pyarrow, which is not installed", "pip install 'dualcirc[study]'"
        raise OutputError(Problem(what, expected="pyarrow 17 or later", mend=mend)) from None
    tables = tidy_tables(dataset)
    paths = table_paths(tables, out)
    elements = elements_table(dataset).to_dict("records")
    whole = {f"{PREFIX}elements": json.dumps(elements, ensure_ascii=False)}
    whole |= {f"{PREFIX}{key}": value for key, value in origin.items()}
    for table, path in zip(tables, paths, strict=True):
        plain = pa.Table.from_pandas(table.frame(), preserve_index=False)
        fields = [field.with_metadata(_metadata(table, field.name)) for field in plain.schema]
        schema = pa.schema(fields, metadata={**(plain.schema.metadata or {}), **whole})
        pq.write_table(plain.cast(schema), path, compression="zstd")
    return paths


def _metadata(table: TidyTable, name: str) -> dict[str, str]:
    attrs: Mapping[Any, Any] = table.column(name).attrs
    return {str(key): str(value) for key, value in attrs.items()}
