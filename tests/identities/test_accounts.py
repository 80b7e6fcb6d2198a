"""What must hold in the base-year accounts, whatever the published figures are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dualcirc.accounts import tables, trade_matrix, volumes
from dualcirc.accounts.destinations import DESTINATIONS, mean_shares, published_means, shares_in_year
from dualcirc.accounts.foreign_capital import REGIONS, base_foreign_capital, base_inflow, region_shares
from dualcirc.accounts.priors import ITEMS
from dualcirc.accounts.ras import ras
from dualcirc.accounts.reconcile import BaseAccounts, base_accounts, closure, stone_balance
from dualcirc.accounts.report import REPORT, adjustments, summary
from dualcirc.accounts.trade_matrix import demand_for_value_added, trade_share
from dualcirc.errors import DataError
from dualcirc.files import paths, series

CLOSED = 1e-11


@pytest.fixture(scope="module")
def accounts() -> BaseAccounts:
    return base_accounts()


@pytest.fixture(scope="module")
def share(accounts: BaseAccounts) -> xr.DataArray:
    return trade_share(accounts)


@pytest.fixture(scope="module")
def built(accounts: BaseAccounts, share: xr.DataArray) -> dict[str, pd.DataFrame]:
    return tables.build(accounts, share)


def test_every_identity_closes(accounts: BaseAccounts) -> None:
    assert max(closure(accounts).values()) <= CLOSED


def test_written_accounts_close_too() -> None:
    # Read back from the file: what the model sees, not what was in memory.
    rows = pd.read_csv(paths.tables_dir() / "base_accounts.csv", index_col=0)
    demand = rows[["base household consumption", "base government consumption", "base investment"]].sum(axis=1)
    output = demand + rows["base exports"] - rows["base imports"] + rows["base net domestic outflow"]
    assert (abs(output / rows["base GDP"] - 1.0) <= CLOSED).all()
    assert abs(rows["base net domestic outflow"].sum()) <= CLOSED * rows["base GDP"].sum()


def test_flows_are_positive_and_shares_in_range(accounts: BaseAccounts) -> None:
    assert (accounts.balanced.sel(item=list(ITEMS[:5])) > 0).all()
    assert ((accounts.import_share > 0) & (accounts.import_share < 1)).all()
    assert (accounts.recording_share > 0).all()


def test_import_share_gives_imports_back(accounts: BaseAccounts) -> None:
    imports = accounts.foreign_content * accounts.exports + accounts.import_share * accounts.domestic_demand
    xr.testing.assert_allclose(imports, accounts.imports, rtol=1e-12)


def test_national_volumes_close_every_year() -> None:
    parts = volumes.national_components()
    gdp = parts.sel(item=["household consumption", "government consumption", "investment", "exports"]).sum("item")
    np.testing.assert_allclose(gdp - parts.sel(item="imports"), volumes.national_gdp(), rtol=1e-12)
    np.testing.assert_allclose(volumes.real_gdp().sum("province"), volumes.national_gdp(), rtol=1e-12)


def test_real_gdp_equals_published_gdp_in_the_price_year() -> None:
    published = series.panel("gdp_nominal").sel(year=2020) / 10.0
    np.testing.assert_allclose(volumes.real_gdp().sel(year=2020), published, rtol=1e-12)


def test_national_growth_is_the_published_one() -> None:
    gdp = volumes.national_gdp()
    growth = 100.0 * (gdp / gdp.shift(year=1) - 1.0)
    published = series.national("gdp_growth")
    np.testing.assert_allclose(growth.sel(year=slice(2011, 2022)), published.sel(year=slice(2011, 2022)), atol=0.02)


def test_columns_of_the_trade_matrix_sum_to_one_and_rows_give_gdp(accounts: BaseAccounts, share: xr.DataArray) -> None:
    np.testing.assert_allclose(share.sum("origin"), 1.0, rtol=1e-14)
    supply = share.values @ demand_for_value_added(accounts).values
    np.testing.assert_allclose(supply, accounts.gdp, rtol=CLOSED)
    assert (share > 0).all()


def test_value_added_by_destination_meets_the_published_means(accounts: BaseAccounts, share: xr.DataArray) -> None:
    means = mean_shares(accounts, share, 2017)
    for name, value in published_means().items():
        assert means[name] == pytest.approx(value, abs=0.03), name


def test_destinations_exhaust_gdp(accounts: BaseAccounts, share: xr.DataArray) -> None:
    whole = shares_in_year(accounts, share, 2010).sum("destination")
    np.testing.assert_allclose(whole, 1.0, rtol=CLOSED)
    assert len(DESTINATIONS) == 3


def test_investment_kernel_has_the_base_shares_as_margins(built: dict[str, pd.DataFrame]) -> None:
    kernel = built["base_investment_kernel"].to_numpy()
    inflow = base_inflow()
    expected = (inflow / inflow.sum()).values
    np.testing.assert_allclose(kernel.sum(axis=0), expected, rtol=CLOSED)
    np.testing.assert_allclose(kernel.sum(axis=1), expected, rtol=CLOSED)


def test_inflow_has_national_level_and_regional_shares() -> None:
    inflow, region = base_inflow(), series.provinces()["fdi_region"].to_numpy()
    assert float(inflow.sum()) == pytest.approx(float(volumes.fdi_inflow().sel(year=2010)), rel=1e-12)
    for name in REGIONS:
        assert float(inflow[region == name].sum() / inflow.sum()) == pytest.approx(region_shares()[name], rel=1e-12)
    assert (base_foreign_capital() > 0).all()


def test_tables_stand_in_the_order_of_the_provinces(built: dict[str, pd.DataFrame]) -> None:
    names = list(series.province_names())
    for table in built.values():
        if table.index.name == "Province":
            assert list(table.index) == names
        if len(table.columns) == len(names):
            assert list(table.columns) == names


def test_time_rises_from_2010(built: dict[str, pd.DataFrame]) -> None:
    over_time = [table for table in built.values() if table.index.name == "time"]
    assert len(over_time) >= 8
    for table in over_time:
        assert table.index.is_monotonic_increasing
        assert table.index[0] == 2010.0
        assert table.notna().all().all()


def test_population_has_no_jump_at_the_revision_of_2011() -> None:
    """National growth was about half a per cent a year."""
    residents = volumes.population_path().sum("province").values
    assert np.abs(residents[1:] / residents[:-1] - 1.0).max() < 0.008


def committed(name: str, folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", index_col=0, keep_default_na=False, na_values=[""])


def test_committed_tables_are_what_the_step_gives(built: dict[str, pd.DataFrame]) -> None:
    for name, table in built.items():
        pd.testing.assert_frame_equal(
            committed(name, paths.tables_dir()), table, rtol=1e-12, atol=1e-12, check_dtype=False, obj=name
        )


def test_committed_report_is_what_the_step_gives(accounts: BaseAccounts) -> None:
    report = adjustments(accounts).set_index("province")
    # One unit of the last printed digit: a rounding tie may fall either way on another machine.
    pd.testing.assert_frame_equal(committed(REPORT, paths.data_dir()), report, rtol=0, atol=1.1e-4, check_dtype=False)


def test_text_of_a_table_keeps_every_digit(built: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    tables.write({"base_accounts": built["base_accounts"]}, tmp_path)
    pd.testing.assert_frame_equal(committed("base_accounts", tmp_path), built["base_accounts"], rtol=0, atol=0)


def test_summary_tells_ratios_and_adjustments(accounts: BaseAccounts, share: xr.DataArray) -> None:
    text = summary(accounts, share)
    assert "household consumption 0.346" in text
    assert "Tibet" in text


def test_balancing_by_hand() -> None:
    # Two numbers 10 and 10 that must add to 26; the second has four times the variance: +1.2, +4.8.
    result = stone_balance(np.array([10.0, 10.0]), np.array([1.0, 2.0]), np.ones((1, 2)), np.array([26.0]))
    np.testing.assert_allclose(result, [11.2, 14.8], rtol=1e-14)


def test_ras_meets_margins_and_keeps_odds() -> None:
    prior = np.array([[4.0, 1.0], [1.0, 2.0]])
    result = ras(prior, np.array([3.0, 7.0]), np.array([6.0, 4.0]))
    np.testing.assert_allclose(result.sum(axis=1), [3.0, 7.0], rtol=1e-13)
    odds = result[0, 0] * result[1, 1] / (result[0, 1] * result[1, 0])
    assert odds == pytest.approx(8.0, rel=1e-10)


def test_ras_refuses_margins_that_disagree() -> None:
    with pytest.raises(DataError, match="margins disagree"):
        ras(np.ones((2, 2)), np.array([1.0, 1.0]), np.array([1.0, 2.0]))


def test_missing_row_stops_the_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in paths.data_dir().glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        kept = [line for line in text.splitlines() if not line.startswith("Hunan,2010,household_consumption,")]
        (tmp_path / path.name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path)
    with pytest.raises(DataError, match=r"province_panel\.csv: 'household_consumption' has no value for Hunan"):
        base_accounts()


def test_missing_distance_is_refused_and_not_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    holed = series.distances().copy()
    holed[0, 1] = np.nan
    monkeypatch.setattr(trade_matrix, "distances", lambda: holed)
    with pytest.raises(DataError, match="no value for Beijing Tianjin"):
        trade_matrix.distance_table(own=0.0)
