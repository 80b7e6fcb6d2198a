from __future__ import annotations

from itertools import combinations

import pytest

from dualcirc.reference.blocks import all_causes
from dualcirc.reference.causal import causal_loops
from dualcirc.reference.graph import Graph
from dualcirc.reference.layered import Size, place
from dualcirc.reference.mdl_text import read_mdl_text
from dualcirc.reference.ordering import columns, components, ranks
from dualcirc.reference.shapes import Mark, wrapped
from dualcirc.reference.view import View, stock_and_flow
from dualcirc.translate import Model


@pytest.fixture(scope="module")
def graph(model: Model) -> Graph:
    return Graph(model, read_mdl_text(model.path))


@pytest.fixture(scope="module")
def views(graph: Graph) -> dict[str, View]:
    return {sector: stock_and_flow(graph, sector) for sector in graph.sectors}


def test_ranks_put_causes_left_and_break_a_loop_once():
    chain = [(0, 1), (1, 2), (2, 3), (3, 1)]
    layers = ranks(4, chain)
    assert sum(layers[one] >= layers[other] for one, other in chain) == 1


def test_columns_untangle_what_can_be_untangled():
    # 0-3 and 1-2 cross as numbered; in the right order nothing does.
    order = columns([0, 0, 1, 1], [(0, 3), (1, 2)])
    assert order in ([[0, 1], [3, 2]], [[1, 0], [2, 3]])


def test_components_are_what_hangs_together():
    assert components(5, [(3, 1), (4, 3)]) == [[0], [1, 3, 4], [2]]


def test_placed_boxes_keep_their_room_and_linked_ones_stand_level():
    sizes = [Size(50, 20, 10), Size(50, 80, 10), Size(50, 20, 10), Size(50, 20, 10)]
    placed = place(sizes, [(0, 2), (1, 3)], [0, 0, 1, 1], {(0, 2): None, (1, 3): None})
    (_, y0), (_, y1), (_, y2), (_, y3) = placed.corners
    assert abs(y0 - y1) >= 20
    assert y0 == pytest.approx(y2, abs=1e-6)
    assert y1 == pytest.approx(y3, abs=1e-6)


def test_label_is_wrapped_into_lines_of_even_length():
    assert wrapped("national normal potential") == ("national normal", "potential")
    assert all(len(line) <= 10 for line in wrapped("全社会固定资本形成总额与库存变动合计"))


def test_every_variable_stands_in_the_view_of_its_sector_once(graph: Graph, views: dict[str, View]):
    for sector, view in views.items():
        listed = [one.mark.name for one in view.listings if not one.mark.is_ghost]
        assert sorted([*view.marks, *listed]) == sorted(graph.sectors[sector])


def test_every_cause_is_shown_by_an_arrow_or_in_the_list_of_its_reader(graph: Graph, views: dict[str, View]):
    for sector, view in views.items():
        shown = {(arrow.cause, arrow.use) for arrow in view.arrows} | {
            (one.mark.name, one.use) for one in view.listings
        }
        piped = {(pipe.flow_name, pipe.stock_name) for pipe in view.pipes}
        wanted = {(cause, name) for name in graph.sectors[sector] for cause in all_causes(graph, name)}
        assert wanted <= shown | piped
        assert {(cause, use) for cause, use in shown | piped if cause and cause != use} <= wanted


def test_no_two_texts_lie_on_each_other(views: dict[str, View]):
    for view in views.values():
        marks = [*view.marks.values(), *(one.mark for one in view.listings)]
        clashes = [(one.name, other.name) for one, other in combinations(marks, 2) if overlap(one, other)]
        assert not clashes, view.sector


def test_views_fit_on_a_page_across(views: dict[str, View]):
    # Wider than 1,200 points, the text of a page across falls below 6 points.
    assert max(view.width for view in views.values()) <= 1200


def test_flows_by_name_feed_their_stock(views: dict[str, View], graph: Graph):
    pipes = [pipe for view in views.values() for pipe in view.pipes]
    stocks = {name for name, variable in graph.model.variables.items() if variable.kind == "stock"}
    assert {pipe.stock_name for pipe in pipes} == stocks
    directions = {(pipe.stock_name, pipe.flow_name): pipe.inward for pipe in pipes}
    assert directions["Circulation cost", "circulation reform"] is False
    assert directions["Capital", "investment"] is True


def overlap(one: Mark, other: Mark) -> bool:
    slack = 0.5
    return (
        abs(one.x - other.x) < one.half_width + other.half_width - slack
        and abs(one.y - other.y) < one.half_height + other.half_height - slack
    )


def test_arrows_stay_within_the_picture(graph: Graph, views: dict[str, View]):
    for sector, view in views.items():
        for drawn in (view, causal_loops(graph, sector)):
            points = [point for arrow in drawn.arrows for point in arrow.points]
            assert all(-1e-9 <= x <= drawn.width and -14 <= y <= drawn.height for x, y in points), sector


def test_arrow_from_a_stock_passes_below_the_names_of_the_flows_out_of_it(views: dict[str, View]):
    view = views["Risk"]
    (arrow,) = [arrow for arrow in view.arrows if (arrow.cause, arrow.use) == ("Unresolved risk", "risk loss")]
    flow = view.marks["risk resolution"]
    causes = [one.mark for one in view.listings if one.use == "risk resolution"]
    assert arrow.points[0][1] > max(mark.y + mark.half_height for mark in (flow, *causes))


def test_long_list_of_causes_stands_in_columns(views: dict[str, View]):
    marks = [one.mark for one in views["Technology"].listings if one.use == "technology support"]
    lefts = {round(mark.x - mark.half_width, 6) for mark in marks}
    assert len(marks) > 20
    assert len(lefts) == 2
