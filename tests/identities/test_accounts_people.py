"""What must hold in the growth of the population, the moves between provinces and the groups of provinces."""

import numpy as np
import pandas as pd
import pytest

from dualcirc.accounts import volumes
from dualcirc.accounts.foreign_capital import outward_investment_ratio
from dualcirc.accounts.people import (
    mid_year_population,
    migration_kernel,
    natural_increase,
    year_end_population,
)
from dualcirc.accounts.rules import rule
from dualcirc.accounts.tables import region_membership
from dualcirc.files import paths, series

PROVINCES = list(series.province_names())


def committed(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.tables_dir() / f"{name}.csv", index_col=0)


def test_natural_increase_reproduces_the_sum_of_provinces() -> None:
    """Steps of the model with the rate read in a line between the years give the recorded sums back."""
    rate, national = natural_increase(), volumes.population_path().sum("province")
    step = rule("table step")
    grid = np.arange(2010.0, 2022.5, step)
    growth = 1.0 + step * np.interp(grid, rate["time"], rate)
    model = float(national[0]) * np.concatenate([[1.0], np.cumprod(growth)])
    ends = np.interp(national["time"], np.append(grid, 2022.5), model)
    # The line rounds the peaks of single years: four persons in ten thousand at most.
    np.testing.assert_allclose(ends, national, rtol=4e-4)


def test_natural_increase_is_the_published_growth_of_each_year() -> None:
    residents = series.panel("population_resident").sum("province").sel(year=slice(2011, 2022))
    published = np.diff(np.log(residents))
    np.testing.assert_allclose(natural_increase().sel(time=slice(2012, 2022)), published, rtol=1e-10)


def test_natural_increase_has_no_break_and_falls_to_the_assumed_rate() -> None:
    rate = natural_increase()
    # The published cells of 2010 and 2011 differ by 9.7 per thousand, which no neighbouring year reaches.
    assert float(rate.sel(time=2011)) < 0.007
    assert float(rate.sel(time=2050)) == rule("natural increase late")
    assert float(rate.sel(time=[2022, 2050]).mean()) == pytest.approx(-0.003, abs=2e-4)


def test_moves_are_the_same_both_ways_and_add_to_the_rate() -> None:
    residents = volumes.population_path().isel(time=0).values
    flows = residents[:, None] * migration_kernel().values
    np.testing.assert_allclose(flows, flows.T, rtol=1e-12)
    assert np.all(np.diag(flows) == 0.0)
    assert flows.sum() / residents.sum() == pytest.approx(rule("interprovincial migration rate"), rel=1e-12)


def test_moves_fall_with_distance_and_rise_with_residents() -> None:
    kernel, km = migration_kernel(), series.distances()
    residents = volumes.population_path().isel(time=0)
    away = kernel.sel(origin="Henan") * km.sel(origin="Henan")
    near, far = (float(away.sel(destination=name) / residents.sel(province=name)) for name in ("Shandong", "Tibet"))
    assert near == pytest.approx(far, rel=1e-12)


def test_each_province_lies_in_one_region() -> None:
    regions = region_membership()
    assert list(regions.columns) == ["East", "Central", "West", "Northeast"]
    assert regions.sum(axis=1).eq(1.0).all()
    assert regions.sum().tolist() == [10.0, 6.0, 12.0, 3.0]


def test_alliances_keep_their_order_and_their_members() -> None:
    members, regions = committed("alliance_membership"), region_membership()
    names = list(members.columns)
    assert list(members.index) == PROVINCES
    assert members.isin([0, 1]).all().all()
    assert members["Central and Western"].eq(regions["Central"] + regions["West"]).all()
    assert members["Northeast alliance"].eq(regions["Northeast"]).all()
    nesting = committed("alliance_nesting")
    assert list(nesting.index) == list(nesting.columns) == names
    assert list(committed("alliances").index) == list(committed("alliance_strength").columns) == names
    for inner, outer in zip(*np.nonzero(nesting.to_numpy()), strict=True):
        assert (members.iloc[:, inner] <= members.iloc[:, outer]).all()


def test_domains_keep_their_order_and_share_one_list() -> None:
    domains = committed("domains")["domain share"]
    assert domains.sum() == pytest.approx(1.0, abs=1e-12)
    for name in ("zone_negative_list", "national_negative_list"):
        assert list(committed(name).columns) == list(domains.index)


def test_ratios_of_research_and_of_outward_investment_meet_the_published_ones() -> None:
    weights = series.panel("gdp_nominal")
    nation = (volumes.rd_intensity() * weights).sum("province") / weights.sum("province")
    published = series.national("rd_pct_gdp").sel(year=slice(2010, 2021)) / 100.0
    # The ratio of the nation was published before the census of 2023, which raised GDP by up to 2.7 per cent.
    lower = nation.sel(year=slice(2010, 2021)) / published
    assert ((lower < 1.0) & (lower > 1.0 / 1.027)).all()
    # 153.7 billion dollars at 6.9008 yuan over 101.357 trillion yuan.
    assert float(outward_investment_ratio().sel(year=2020)) == pytest.approx(153.7 * 6.9008 / 101_357, rel=1e-3)


def test_residents_stand_at_the_end_and_in_the_middle_of_the_year() -> None:
    ends, middles = year_end_population(), mid_year_population()
    published = series.panel("population_resident") / 100.0
    np.testing.assert_allclose(ends.sel(year=slice(2011, 2022)), published.sel(year=slice(2011, 2022)), rtol=1e-14)
    np.testing.assert_allclose(middles.sel(year=2020), 0.5 * (ends.sel(year=2019) + ends.sel(year=2020)), rtol=1e-14)
    # The national figure is published in the middle of the year.
    nation = series.national("population_total") / 1e6
    np.testing.assert_allclose(middles.sum("province"), nation.sel(year=middles["year"]), rtol=3e-3)


def test_flows_of_provinces_add_to_the_published_nation() -> None:
    prices = volumes.deflator()
    research, sales = (
        flow.sum("province") * prices * 10 for flow in (volumes.rd_expenditure(), volumes.retail_sales())
    )
    np.testing.assert_allclose(research, series.national("rd_expenditure").sel(year=research["year"]), rtol=2e-4)
    np.testing.assert_allclose(
        sales.sel(year=[2021, 2022]), series.national("retail_sales").sel(year=[2021, 2022]), rtol=1e-5
    )
    assert sales["year"].values.tolist() == list(range(2015, 2023))


def test_income_per_head_meets_the_published_one_of_the_nation() -> None:
    income, residents = volumes.disposable_income_per_head(), mid_year_population()
    assert income["year"].values.tolist() == list(range(2013, 2023))
    weighted = (income * residents).sum("province") / residents.sum("province") * volumes.deflator() * 1e3
    published = float(series.national("disposable_income_pc").sel(year=2014))
    assert float(weighted.sel(year=2014)) == pytest.approx(published, rel=5e-3)


def test_labour_share_is_held_after_2016() -> None:
    share = volumes.labour_share()
    assert share["year"].values.tolist() == list(range(2010, 2020))
    assert float(share.sel(year=2010)) == pytest.approx(0.5483, abs=5e-5)
    assert np.ptp(share.sel(year=slice(2016, 2019)).values) == 0.0
