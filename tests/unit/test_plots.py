"""Pictures: every province has a tile, every axis a unit, every save the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr
from matplotlib.figure import Figure

from dualcirc.analysis import history
from dualcirc.errors import DataError
from dualcirc.files.series import province_names
from dualcirc.plots import circulation, differences, national_paths, overview, publish, regions, style, tiles
from dualcirc.plots.tiles import disputed, layout, number

from .synthetic import SCENARIOS, result


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return result()


@pytest.fixture(scope="module")
def figures(dataset: xr.Dataset) -> dict[str, Figure]:
    with style.styled():
        return {
            "overview": overview(dataset, history.national()),
            "paths": national_paths(dataset, history.national()),
            "differences": differences(dataset),
            "regions": regions(dataset, history.regional()),
            "circulation": circulation(dataset, history.domestic_share()),
        }


def test_tiles_cover_every_province_once_without_overlap() -> None:
    places = layout()
    assert sorted(places.index) == sorted(province_names())
    assert not places.duplicated(["row", "column"]).any()
    assert places["label"].str.len().max() <= 9
    assert places["label"].is_unique


@pytest.mark.parametrize(
    ("first", "second", "step"),
    [("Heilongjiang", "Hainan", "row"), ("Xinjiang", "Shandong", "column"), ("Sichuan", "Hubei", "column")],
)
def test_tiles_keep_north_above_south_and_west_left_of_east(first: str, second: str, step: str) -> None:
    assert layout().loc[first, step] < layout().loc[second, step]


def test_tiles_of_an_unknown_province_are_refused(dataset: xr.Dataset) -> None:
    names = [*dataset["province"].values[:-1], "Atlantis"]
    with pytest.raises(DataError, match="no tile for Atlantis"):
        tiles(dataset.assign_coords(province=names))


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.00"), (-0.001, "0.00"), (0.25, "+0.25"), (-1.5, "−1.50"), (12.34, "+12.3")]
)
def test_tile_numbers_are_signed_and_short(value: float, text: str) -> None:
    assert number(value) == text


def test_a_sign_is_disputed_only_where_the_numbers_show_it() -> None:
    assert disputed(-0.01, 0.02)
    assert not disputed(-0.001, 0.02)
    assert not disputed(0.01, 0.02)


@pytest.mark.parametrize("name", ["overview", "paths", "differences", "regions", "circulation"])
def test_every_panel_row_has_a_unit_on_its_axis(figures: dict[str, Figure], name: str) -> None:
    labelled = [axes.get_ylabel() for axes in figures[name].axes if axes.get_visible() and axes.get_ylabel()]
    assert len(labelled) >= 2
    assert all(any(unit in label for unit in ("CNY", "per cent", "percent", "fraction")) for label in labelled)


def test_levels_show_history_as_dots_at_their_years(figures: dict[str, Figure]) -> None:
    dots = next(line for line in figures["paths"].axes[0].lines if line.get_marker() == "o")
    observed = history.national()["national_gdp"]
    assert list(dots.get_xdata()) == [int(year) for year in observed["year"]]
    assert list(dots.get_ydata()) == pytest.approx(list(observed.values / 1000))  # drawn in trillions


def test_labels_and_prices_come_from_the_attributes(dataset: xr.Dataset) -> None:
    renamed = dataset.copy()
    renamed["national_gdp"].attrs.update(long_name="Output of everything", units="shells")
    figure = national_paths(renamed, {}, ["national_gdp"])
    assert "Output of everything" in figure.axes[0].get_title()
    assert figure.axes[0].get_ylabel() == "shells"


def test_caption_names_draws_and_source(figures: dict[str, Figure]) -> None:
    caption = " ".join(figures["differences"].texts[0].get_text().split())
    assert "the central run and 4 draws" in caption
    assert "model 0000000000" in caption
    assert "Data:" not in caption  # no dots


@pytest.mark.parametrize("name", ["overview", "paths", "differences", "regions", "circulation"])
def test_every_caption_explains_the_dotted_line(figures: dict[str, Figure], name: str) -> None:
    caption = " ".join(figures[name].texts[0].get_text().split())
    assert "Dotted line: new policy can act from 2026." in caption


@pytest.mark.parametrize(
    ("name", "publishers"),
    [
        ("overview", "NBS, World Bank"),
        ("paths", "NBS, Ministry of Commerce, World Bank"),
        ("regions", "NBS, World Bank"),
        ("circulation", "NBS input-output tables, OECD input-output tables"),
    ],
)
def test_captions_name_the_publishers_of_the_dots(figures: dict[str, Figure], name: str, publishers: str) -> None:
    caption = " ".join(figures[name].texts[0].get_text().split())
    assert f"Data: {publishers} (model/data/sources.csv). Results: dualcirc" in caption


@pytest.mark.parametrize("name", ["overview", "circulation"])
def test_scenarios_stand_in_the_legend_of_the_panel_that_draws_them(figures: dict[str, Figure], name: str) -> None:
    left, right = ([text.get_text() for text in legend.get_texts()] for legend in figures[name].legends)
    assert left[-1] == SCENARIOS["baseline"]
    assert right == [title for key, title in SCENARIOS.items() if key != "baseline"]


def test_overview_draws_the_level_of_the_baseline_only(figures: dict[str, Figure]) -> None:
    paths = [line for line in figures["overview"].axes[0].lines if len(line.get_xdata()) == 41]
    assert len(paths) == 1


def test_circulation_is_a_share_of_gdp_in_titles_and_axes(figures: dict[str, Figure]) -> None:
    left = figures["circulation"].axes[0]
    assert "output" not in left.get_title(loc="left")
    assert "GDP" in left.get_title(loc="left")
    assert "GDP" in left.get_ylabel()


def test_title_and_caption_of_the_tiles(dataset: xr.Dataset) -> None:
    caption, title = (text.get_text() for text in tiles(dataset).texts[:2])
    assert title == "Who gains, who loses: gross domestic product by province, 2035"
    assert "31 mainland provinces; names shortened." in caption
    assert "Ring: the central run and 4 draws" in " ".join(caption.split())


@pytest.mark.parametrize(("text", "small"), [("Exports", "exports"), ("GDP per head", "GDP per head"), ("", "")])
def test_labels_start_small_inside_a_sentence(text: str, small: str) -> None:
    assert style.in_sentence(text) == small


def test_a_missing_variable_is_named(dataset: xr.Dataset) -> None:
    with pytest.raises(DataError, match="national_fdi_inflow"):
        differences(dataset.drop_vars("national_fdi_inflow"))


def test_scenario_colours_do_not_depend_on_the_company() -> None:
    assert style.colours(["duty_free"])["duty_free"] == style.colours(["no_zones", "duty_free"])["duty_free"]
    own = style.colours(["one", "another", "no_zones"])
    assert len(set(own.values())) == 3


def test_large_values_are_read_in_trillions() -> None:
    values = xr.DataArray(20_000.0, attrs={"units": "billion CNY/year"})
    assert float(style.readable(values)) == 20.0
    assert style.readable(values).attrs["units"] == "trillion CNY/year"


def test_pictures_and_panel_are_published_twice_with_the_same_bytes(dataset: xr.Dataset, tmp_path: Path) -> None:
    small = dataset.sel(scenario=["baseline", "no_zones"], draw=[0, 1])
    first, second = (publish(small, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == [path.name for path in second]
    assert sum(path.suffix == ".png" for path in first) == sum(path.suffix == ".svg" for path in first) == 6
    assert all(one.read_bytes() == two.read_bytes() for one, two in zip(first, second, strict=True))
