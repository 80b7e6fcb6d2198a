"""Published tables of ``model/data`` as labelled arrays; a missing cell is NaN and is never filled here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.files import paths


@cache
def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, keep_default_na=False, na_values={"value": [""]})
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(Problem(f"not a table: {error}", file=str(path), expected="comma-separated text")) from None


def table(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Rows of one tidy table as they stand in the file.

    Parameters
    ----------
    name
        File name with or without ``.csv``, for example ``negative_list``.
    folder
        Folder of the tables; the project's ``model/data`` by default.
    """
    base = folder or paths.data_dir()
    path = base / f"{name.removesuffix('.csv')}.csv"
    if not path.is_file():
        known = sorted(found.stem for found in base.glob("*.csv"))
        raise DataError(Problem("no such table", file=str(path), mend=did_you_mean(path.stem, known)))
    return _read(path).copy()


def provinces(folder: Path | None = None) -> pd.DataFrame:
    """The 31 provinces in the order of the model: index name, columns name_zh, iso_3166_2, macro_region, fdi_region."""
    return table("provinces", folder).set_index("province")


def province_names(folder: Path | None = None) -> tuple[str, ...]:
    """English names of the provinces in the order of the model."""
    return tuple(provinces(folder).index)


def _select(name: str, variable: str, folder: Path | None) -> pd.DataFrame:
    rows = table(name, folder)
    chosen = rows[rows["variable"] == variable]
    if chosen.empty:
        mend = did_you_mean(variable, rows["variable"].unique(), listing=f"All are in {name}.csv, column 'variable'.")
        raise DataError(Problem(f"unknown variable '{variable}'", file=f"{name}.csv", mend=mend))
    return chosen


def _refuse_duplicates(rows: pd.DataFrame, keys: Sequence[str], file: str) -> None:
    twice = rows[rows.duplicated(list(keys))]
    if not twice.empty:
        cells = "; ".join(" ".join(map(str, cell)) for cell in twice[list(keys)].to_numpy())
        raise DataError(Problem(f"cell given twice: {cells}", file=file, expected="one row for each cell"))


def _refuse_strangers(rows: pd.DataFrame, names: Sequence[str], file: str) -> None:
    strangers = sorted(set(rows["province"]) - set(names))
    if strangers:
        problems = [Problem(f"unknown province '{p}'", file=file, mend=did_you_mean(p, names)) for p in strangers]
        raise DataError(problems)


def _labels(rows: pd.DataFrame, variable: str, file: str) -> dict[str, str]:
    units = sorted(rows["unit"].unique())
    sources = sorted({key for cell in rows["source_id"] for key in str(cell).split("; ")})
    return {
        "variable": variable,
        "units": "; ".join(units),
        "source_id": "; ".join(sources),
        "status": "; ".join(sorted(rows["status"].unique())),
        "file": file,
    }


def _years(rows: pd.DataFrame) -> list[int]:
    return list(range(int(rows["year"].min()), int(rows["year"].max()) + 1))


def panel(variable: str, folder: Path | None = None) -> xr.DataArray:
    """Series of the provinces, (province, year), in the published unit (``attrs['units']``)."""
    rows, names = _select("province_panel", variable, folder), province_names(folder)
    _refuse_strangers(rows, names, "province_panel.csv")
    _refuse_duplicates(rows, ["province", "year"], "province_panel.csv")
    wide = rows.pivot(index="province", columns="year", values="value").reindex(index=list(names), columns=_years(rows))
    return xr.DataArray(
        wide.to_numpy(dtype=np.float64),
        coords={"province": list(names), "year": _years(rows)},
        dims=("province", "year"),
        name=variable,
        attrs=_labels(rows, variable, "province_panel.csv"),
    )


def national(variable: str, folder: Path | None = None) -> xr.DataArray:
    """Series of the nation, (year), in the published unit (``attrs['units']``)."""
    rows = _select("national", variable, folder)
    _refuse_duplicates(rows, ["year"], "national.csv")
    values = rows.set_index("year")["value"].reindex(_years(rows))
    return xr.DataArray(
        values.to_numpy(dtype=np.float64),
        coords={"year": _years(rows)},
        dims=("year",),
        name=variable,
        attrs=_labels(rows, variable, "national.csv"),
    )


def static(variable: str, folder: Path | None = None) -> xr.DataArray:
    """Facts of the provinces that do not change over time, (province), in the published unit."""
    rows, names = _select("province_static", variable, folder), province_names(folder)
    _refuse_strangers(rows, names, "province_static.csv")
    _refuse_duplicates(rows, ["province"], "province_static.csv")
    return xr.DataArray(
        rows.set_index("province")["value"].reindex(list(names)).to_numpy(dtype=np.float64),
        coords={"province": list(names)},
        dims=("province",),
        name=variable,
        attrs=_labels(rows, variable, "province_static.csv"),
    )


def distances(folder: Path | None = None) -> xr.DataArray:
    """Great-circle distance between capitals, (origin, destination), km; the file has no diagonal, so it is NaN."""
    rows, names = table("distances", folder), list(province_names(folder))
    wide = rows.pivot(index="origin", columns="destination", values="capital_great_circle_km_computed")
    return xr.DataArray(
        wide.reindex(index=names, columns=names).to_numpy(dtype=np.float64),
        coords={"origin": names, "destination": names},
        dims=("origin", "destination"),
        name="distance",
        attrs={"variable": "distance", "units": "km", "source_id": "G02", "status": "derived", "file": "distances.csv"},
    )


def complete(series: xr.DataArray) -> xr.DataArray:
    """Return the array unchanged if no cell is missing; otherwise say which cells are."""
    holes = np.argwhere(np.isnan(series.values))
    if not holes.size:
        return series
    cells = [" ".join(str(series[d].values[i]) for d, i in zip(series.dims, hole, strict=True)) for hole in holes[:5]]
    more = f" and {len(holes) - 5} more" if len(holes) > 5 else ""
    raise DataError(
        Problem(
            f"'{series.name}' has no value for {'; '.join(cells)}{more}",
            file=str(series.attrs.get("file", "")),
            expected="a row for every cell that the accounts use",
        )
    )


def at_year(series: xr.DataArray, year: int) -> xr.DataArray:
    """One year of a series without missing cells."""
    years = [int(found) for found in series["year"].values]
    if year not in years:
        span = f"{years[0]}-{years[-1]}"
        raise DataError(
            Problem(f"'{series.name}' has no year {year}", file=str(series.attrs.get("file", "")), expected=span)
        )
    return complete(series.sel(year=year, drop=True))
