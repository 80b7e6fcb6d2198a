import re
from pathlib import Path

import pandas as pd
import pytest

from dualcirc.accounts import policy_paths
from dualcirc.accounts.rules import rule
from dualcirc.errors import DataError
from dualcirc.files.paths import model_file
from dualcirc.files.series import province_names


def test_date_becomes_decimal_year() -> None:
    # 29 September is day 272 of 2013: 271 full days have passed.
    assert policy_paths.decimal_year("2013-09-29") == 2013 + 271 / 365
    assert policy_paths.decimal_year("2018-04") == pytest.approx(2018 + 3.5 / 12)
    assert policy_paths.decimal_year("2015") == 2015.0


def test_date_off_the_grid_enters_as_the_share_of_the_step_it_covers() -> None:
    # The change at 2011.05 leaves 0.075 of the step of 0.125 that opens at 2011.0: 60 %.
    path = policy_paths.held_path([2011.05], [20.0], before=10.0)
    assert path.index.tolist() == [2010.0, 2011.0, 2011.125]
    assert path.tolist() == pytest.approx([10.0, 16.0, 20.0])


def test_date_on_the_grid_changes_at_once() -> None:
    path = policy_paths.held_path([2011.25], [20.0], before=10.0)
    assert path.index.tolist() == [2010.0, 2011.25]
    assert path.tolist() == [10.0, 20.0]


def test_two_changes_in_one_step_are_both_averaged() -> None:
    # A quarter of the step at 10, a half at 20, a quarter at 40.
    path = policy_paths.held_path([2010.03125, 2010.09375], [20.0, 40.0], before=10.0)
    assert path.tolist() == pytest.approx([22.5, 40.0])


def test_change_before_the_first_year_holds_from_the_start() -> None:
    path = policy_paths.held_path([2009.0], [20.0], before=10.0)
    assert path.to_dict() == {2010.0: 20.0}


def test_dates_that_do_not_rise_are_refused() -> None:
    with pytest.raises(DataError, match="do not rise"):
        policy_paths.held_path([2011.0, 2010.5], [1.0, 2.0], before=0.0)


def test_lists_follow_the_record_in_comparable_units() -> None:
    zones, nation = policy_paths.zone_negative_list(), policy_paths.national_negative_list()
    totals = pd.DataFrame({"zones": zones.sum(axis=1), "nation": nation.sum(axis=1)}).sort_index().ffill()
    assert totals.iloc[0].tolist() == pytest.approx([190 * rule("zone list unit factor"), 93.0])
    assert totals.iloc[-1].tolist() == pytest.approx([27.0, 29.0])
    # In comparable units the zone list is never longer than the national one after the first zones of 2015.
    assert (totals["zones"] <= totals["nation"])[totals.index >= 2015.0].all()


def test_manufacturing_leaves_the_lists_on_its_recorded_dates() -> None:
    zones, nation = policy_paths.zone_negative_list(), policy_paths.national_negative_list()
    # 1 January 2022 stands at t = 2021.5; 1 November 2024 at t = 2024.33, a third of the step that opens at 2024.25.
    assert zones.loc[2021.5, "manufacturing"] == pytest.approx(0.0, abs=1e-12)
    assert nation.loc[2024.375, "manufacturing"] == pytest.approx(0.0, abs=1e-12)
    # A quarter of the reference list of 93 fades with the total: of 30 entries 3 of the 66 above 27 are left.
    assert zones.loc[2020.125, "manufacturing"] == pytest.approx(0.25 * 93 * 3 / 66)
    # Finance has 0.15 of the 0.75 that are not manufacturing.
    assert zones.loc[2021.5, "finance"] == pytest.approx(27 * 0.2)


def test_no_domain_closes_when_a_list_is_shortened() -> None:
    for lists in (policy_paths.zone_negative_list(), policy_paths.national_negative_list()):
        assert (lists.diff().dropna() <= 1e-12).all(axis=None)


def test_shares_of_domains_that_do_not_add_to_one_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "domains.csv").write_text("Domain,domain share\nmanufacturing,0.5\nfinance,0.4\n", encoding="utf-8")
    monkeypatch.setattr(policy_paths.paths, "tables_dir", lambda: tmp_path)
    with pytest.raises(DataError, match=r"shares of domains add to 0\.9"):
        policy_paths.zone_negative_list()


def test_other_lists_start_at_their_first_count_and_end_at_the_last() -> None:
    lists = policy_paths.policy_lists()
    assert lists.iloc[0].tolist() == [151.0, 71.0]
    assert lists.iloc[-1].tolist() == [106.0, 68.0]
    assert lists["cross border services list items"].loc[2023.875] == 68.0  # in force since 21 April 2024


def test_quota_starts_at_nothing_and_ends_at_100000() -> None:
    quota = policy_paths.duty_free_quota()["duty free quota"]
    assert quota.iloc[0] == 0.0
    assert quota.iloc[-1] == 100_000.0
    assert quota.is_monotonic_increasing


def test_twenty_two_zones_are_open_at_the_end_of_2025() -> None:
    zones = policy_paths.zone_openings()
    assert tuple(zones.index) == province_names()
    assert (zones < policy_paths.NEVER).sum() == 22
    assert zones["Inner Mongolia"] == policy_paths.NEVER
    assert zones["Shanghai"] == pytest.approx(2013.74, abs=0.005)


def test_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match="Did you mean 'own distance'"):
        rule("own distanc")


def test_grid_of_the_tables_is_the_grid_of_the_model() -> None:
    text = model_file().read_text(encoding="utf-8")
    settings = dict(re.findall(r"^(INITIAL TIME|TIME STEP)\s*=\s*([\d.]+)", text, flags=re.MULTILINE))
    assert float(settings["TIME STEP"]) == rule("table step")
    assert float(settings["INITIAL TIME"]) == rule("base year")
