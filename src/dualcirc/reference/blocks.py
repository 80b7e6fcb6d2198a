"""A sector in blocks: every stock with the flows into and out of it, every other variable alone.

What has no cause within the sector (constants, paths, variables of other sectors) is listed under the variable that
reads it, and again under every further reader, as modellers do by hand with shadow variables: the arrows that are left
show how the sector works.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dualcirc.reference.graph import Graph
from dualcirc.translate.ir import Call, Expression, Reference, State

Role = Literal["plain", "stock", "inflow", "outflow", "net"]


@dataclass(frozen=True)
class Part:
    """One variable of a block, or the part of a stock's flow that has no name of its own (role ``net``)."""

    name: str
    """Of a net flow, the name of its stock."""
    role: Role
    causes: tuple[str, ...]
    """What acts on it; on a net flow its own stock may."""


@dataclass(frozen=True)
class Block:
    """What is placed as a whole: a stock with its flows, or one variable."""

    parts: tuple[Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Variables of the block, each once."""
        return tuple(part.name for part in self.parts if part.role != "net")


def blocks_of(graph: Graph, sector: str) -> list[Block]:
    """Blocks of a sector in the order of the file; what has no cause, but a reader in the sector, has none."""
    own = graph.sectors[sector]
    blocks: list[Block] = []
    taken: set[str] = set()
    for name in own:
        if graph.model.variables[name].kind == "stock":
            parts = tuple(_stock(graph, name, own, taken))
            taken |= {part.name for part in parts}
            blocks.append(Block(parts))
    listed = {cause for name in own for cause in all_causes(graph, name)}
    for name in own:
        is_leaf = not all_causes(graph, name)
        if name not in taken and not (is_leaf and name in listed):
            blocks.append(Block((Part(name, "plain", all_causes(graph, name)),)))
    order = {name: place for place, name in enumerate(own)}
    return sorted(blocks, key=lambda block: min(order[name] for name in block.names))


def all_causes(graph: Graph, name: str) -> tuple[str, ...]:
    """What a variable reads, at every step or at the start."""
    return (*graph.causes[name], *graph.initial_causes[name])


def terms(flow: Expression, sign: int = 1) -> Iterator[tuple[int, Expression]]:
    """Terms of a net flow with their signs."""
    match flow:
        case Call(function="+" | "-" as operator, arguments=(left, right)):
            yield from terms(left, sign)
            yield from terms(right, sign if operator == "+" else -sign)
        case Call(function="negative", arguments=(argument,)):
            yield from terms(argument, -sign)
        case _:
            yield sign, flow


def _stock(graph: Graph, name: str, own: tuple[str, ...], taken: set[str]) -> Iterator[Part]:
    """Stock first, then its flows: terms that are a variable of the sector have its name, the rest is one net flow."""
    state: State = graph.states(name)[0]
    yield Part(name, "stock", graph.initial_causes[name])
    rest: dict[str, None] = {}
    unnamed = False
    found: set[str] = set()
    for sign, term in terms(state.flow):
        flow = term.name if isinstance(term, Reference) else ""
        free = flow in own and flow not in taken | found and graph.model.variables[flow].kind == "auxiliary"
        if free and all_causes(graph, flow):
            found.add(flow)
            yield Part(flow, "inflow" if sign > 0 else "outflow", all_causes(graph, flow))
        else:
            unnamed = True
            rest |= dict.fromkeys(graph.reads(term))
    if unnamed:
        yield Part(name, "net", tuple(rest))
