"""Commands that hold the model to evidence: ``calibrate`` estimates it, ``validate`` compares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dualcirc.errors import OutputError, Problem
from dualcirc.files.paths import project_root
from dualcirc.terminal import console, show

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from dualcirc.calibrate.fit import Fit
    from dualcirc.engine import Engine

LAST_YEAR, HOLDOUT_YEAR = 2022, 2018


def calibrate_command(
    write: Annotated[bool, typer.Option("--write", help="Write the estimates into model/.")] = False,
    holdout: Annotated[
        int, typer.Option("--holdout", min=2013, max=LAST_YEAR - 1, help="Last year fitted in the test out of sample.")
    ] = HOLDOUT_YEAR,
) -> None:
    """Estimate paths and deviations from history; print what is fitted, and the error in years that are not."""
    if write:
        _refuse_outside_checkout()
    from dualcirc.calibrate import holdout_table
    from dualcirc.sweep.run import run

    engine = _engine()
    estimate = _estimate(engine, write)
    free = estimate.free
    console().print(
        f"Fitted to {LAST_YEAR}: {free.trend_count} numbers in national paths (C, G, X, M and FDI are backed out), "
        f"{free.deviation_count} partially pooled deviations of technology growth to provincial GDP, "
        f"{free.amenity_count} amenities to provincial population. "
        "Incomes and retail sales follow mean ratios by province; capital formation, recorded trade and the growth of "
        "research are not fitted, its intensity is recorded."
    )
    show(_fit(run(["baseline"])), "Fit to history as the model stands, per cent", "{:.2f}".format)
    title = f"Error of {holdout + 1}-{LAST_YEAR}, fitted to {holdout}: mean absolute per cent"
    show(holdout_table(engine, holdout, LAST_YEAR), title, "{:.1f}".format)
    console().print(
        "The first column knows the pandemic of 2020-22 (its depth is assumed in model/tables/drivers.csv), the second "
        "does not. The trend of technology and the numbers of the zones were set with the whole of history."
    )


def validate_command() -> None:
    """Run the baseline and the history without zones, and print both beside published figures."""
    from dualcirc.analysis import batch_table
    from dualcirc.analysis.circulation import destination_table, domestic_share_table
    from dualcirc.analysis.duty_free import duty_free_table
    from dualcirc.analysis.zone_shares import zone_share_table
    from dualcirc.sweep.run import run

    dataset = run(["baseline", "no_zones"])
    show(_fit(dataset), "Fit to history, per cent", "{:.2f}".format)
    shares = zone_share_table(dataset).drop(columns="note").set_index(["series", "period"])
    show(shares, "Zones in national investment and trade: announced and model", "{:.3f}".format)
    effects = batch_table(dataset).set_index(["batch", "variable"]).drop(columns=["model_low", "model_high"])
    show(effects, "Effect on the hosts five years after opening, beside the evidence", "{:.4f}".format)
    show(destination_table(dataset), "Value added by destination, 2017", "{:.3f}".format)
    show(domestic_share_table(dataset), "Domestic circulation in GDP", "{:.3f}".format)
    show(duty_free_table(dataset), "Duty-free sales of Hainan, billion CNY of 2020", "{:.1f}".format)


def _refuse_outside_checkout() -> None:
    """Estimates are written beside the model, never into an installed package."""
    root = project_root()
    if not (root / "pyproject.toml").is_file():
        expected = "a checkout of the project: a folder with model/ and pyproject.toml"
        mend = "Install the checkout with 'pip install -e .', or leave out --write: the estimates are printed."
        raise OutputError(
            Problem("got --write, and the model is that of an installed package", str(root), None, expected, mend)
        )


def _fit(dataset: xr.Dataset) -> pd.DataFrame:
    from dualcirc.analysis import fit_table

    return fit_table(dataset).drop(columns=["first_year", "last_year"])


def _engine() -> Engine:
    from dualcirc.calibrate import OUTPUTS
    from dualcirc.engine import Engine
    from dualcirc.sweep.model import load_model

    return Engine(load_model(), outputs=OUTPUTS)


def _estimate(engine: Engine, write: bool) -> Fit:
    """Fit to all years; when written, the zone numbers by size of the pool as well."""
    from dualcirc.calibrate import fit, pool_fits, scope_tables, write_tables

    estimate = fit(engine, LAST_YEAR)
    if write:
        paths = write_tables(estimate.tables() | scope_tables(engine, estimate))
        paths += write_tables({"pilot_pool_fits": pool_fits(engine)}, project_root() / "model")
        console().print("Written: " + ", ".join(path.name for path in paths))
    return estimate
