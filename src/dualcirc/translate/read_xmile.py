"""Parse an XMILE file with PySD's grammars; nothing that stands in the file is evaluated or fetched.

What PySD 3.14 reads over is refused here or put right before it reads: modules and conveyors, equations for single
elements of a stock, ranges given by their size, macros.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree
from pysd.translators.xmile import xmile_element, xmile_section
from pysd.translators.xmile.xmile_structures import structures

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.constructs import fold
from dualcirc.translate.read_mdl import Sections, cause
from dualcirc.translate.read_xmile_trees import WILDCARD, Ranges, spelled_out
from dualcirc.translate.safe import RANGE_ELEMENTS, deep_stack, equation_fault, tree_fault
from dualcirc.translate.safe_literals import LiteralError, seal
from dualcirc.translate.safe_xml import xml_root

seal(xmile_element)

_KINDS = {
    "aux": xmile_element.Aux,
    "flow": xmile_element.Flow,
    "gf": xmile_element.Gf,
    "stock": xmile_element.Stock,
}
_PARTS = {"eqn", "doc", "units", "gf", "dimensions", "element", "range", "scale", "format", "event_poster", "isee"}
_OWN_PARTS = {
    "aux": _PARTS,
    "flow": _PARTS | {"non_negative"},
    "stock": _PARTS - {"gf"} | {"inflow", "outflow", "non_negative"},
    "gf": {"doc", "units", "xscale", "yscale", "xpts", "ypts", "range", "scale", "format"},
    "element": {"eqn"},
}
_NOT_VARIABLES = {"group", "doc"}


@dataclass
class _Reader:
    """One file while it is read."""

    path: Path
    ns: str
    problems: list[Problem] = field(default_factory=list)

    def tag(self, node: Any) -> str:
        """Name of an element of XMILE; empty for a vendor's extension, which may be left out."""
        name = etree.QName(node)
        return name.localname if name.namespace == self.ns else ""

    def children(self, node: Any, *tags: str) -> list[Any]:
        """Elements of XMILE right below one, of the given names."""
        return [child for child in node if self.tag(child) in tags]

    def refuse(self, node: Any, what: str) -> None:
        self.problems.append(Problem(what, str(self.path), node.sourceline))


def read_xmile(text: str, path: Path) -> Sections:
    """
    Model and macros of an XMILE file: ranges, and elements with name, units, documentation and syntax tree.

    Raises
    ------
    ModelFileError
        With every variable that cannot be read, by name and line.
    """
    root = xml_root(text, path)
    namespace = root.nsmap.get(None)
    if etree.QName(root).localname != "xmile" or not namespace:
        told = "not an XMILE file: its root is no <xmile> with a namespace of its own"
        raise ModelFileError(Problem(told, str(path), root.sourceline))
    reader = _Reader(path, namespace)
    with deep_stack():
        notes = _prepared(reader, root)
        model = reader.children(root, "model")[0]
        main = _section(reader, "__main__", root, model, [])
        macros = [_macro(reader, root, node) for node in reader.children(root, "macro")]
    if reader.problems:
        raise ModelFileError(reader.problems)
    return Sections(main, tuple(macros), tuple(notes))


def _prepared(reader: _Reader, root: Any) -> list[str]:
    """Notes; refuses what no section shows, and gives the clock and the ranges what XMILE leaves to be understood."""
    models = reader.children(root, "model")
    if len(models) != 1:
        told = (
            f"the file holds {len(models)} models; modules are not supported" if models else "the file has no <model>"
        )
        raise ModelFileError(Problem(told, str(reader.path), (models or [root])[-1].sourceline))
    clocks = reader.children(root, "sim_specs")
    if len(clocks) != 1 or reader.children(models[0], "sim_specs"):
        raise ModelFileError(Problem("the file needs one <sim_specs>, below its root", str(reader.path)))
    clock = clocks[0]
    if not reader.children(clock, "dt"):  # 1 by default (XMILE 1.0, section 2.3)
        etree.SubElement(clock, f"{{{reader.ns}}}dt").text = "1"
    for tag in ("start", "stop", "dt"):
        found = reader.children(clock, tag)
        if len(found) != 1 or not (found[0].text or "").strip():
            raise ModelFileError(Problem(f"<sim_specs> needs one <{tag}>", str(reader.path), clock.sourceline))
    _number_ranges(reader, root)
    method = clock.attrib.get("method", "euler").strip().lower()
    asked = f"{reader.path}: the file asks for the method '{method}'"
    return [] if method == "euler" else [f"{asked}; without --integrator it is run with Euler steps, as PySD does"]


def _number_ranges(reader: _Reader, root: Any) -> None:
    """Give a range of a size the elements 1, 2, ..."""
    for dimensions in reader.children(root, "dimensions"):
        for node in reader.children(dimensions, "dim"):
            size = node.attrib.get("size", "0").strip()
            if not node.attrib.get("name", "").strip():
                reader.refuse(node, "a dimension has no name")
            elif not re.fullmatch("[0-9]{1,9}", size) or int(size) > RANGE_ELEMENTS:
                reader.refuse(node, f"dimension '{node.attrib['name']}' has no size up to {RANGE_ELEMENTS:,}")
            elif not all(elem.attrib.get("name", "").strip() for elem in reader.children(node, "elem")):
                reader.refuse(node, f"an element of dimension '{node.attrib['name']}' has no name")
            elif not reader.children(node, "elem"):
                for number in range(1, int(size) + 1):
                    etree.SubElement(node, f"{{{reader.ns}}}elem", name=str(number))


def _macro(reader: _Reader, root: Any, node: Any) -> Any:
    """Abstract section of a macro; its value is the variable of its own name."""
    name = node.attrib.get("name", "").strip()
    if reader.children(node, "sim_specs"):
        reader.refuse(node, f"macro '{name}' has a clock of its own, which is not supported")
    if not name or len(reader.children(node, "eqn")) != 1:
        reader.refuse(node, f"macro '{name}' needs a name and one <eqn>")
    if fold(name) in structures:
        reader.refuse(node, f"macro '{name}' has the name of a function")
    model = etree.Element(f"{{{reader.ns}}}model", nsmap={None: reader.ns})
    variables = etree.SubElement(model, f"{{{reader.ns}}}variables")
    for group in reader.children(node, "variables"):
        variables.extend(copy.deepcopy(child) for child in group)
    value = etree.SubElement(variables, f"{{{reader.ns}}}aux", name=name)
    value.extend(copy.deepcopy(child) for child in reader.children(node, "eqn"))
    params = [(parm.text or "").strip() for parm in reader.children(node, "parm")]
    return _section(reader, name, root, model, params)


def _section(reader: _Reader, name: str, root: Any, model: Any, params: list[str]) -> Any:
    """Abstract section of the model, or of a macro."""
    content = etree.Element(root.tag, nsmap={None: reader.ns})
    content.extend(copy.deepcopy(child) for child in reader.children(root, "sim_specs", "dimensions", "behavior"))
    content.append(model)
    kind = "main" if name == "__main__" else "macro"
    section = xmile_section.Section(name, reader.path, kind, params, [], content, reader.ns, False, None)
    section.subscripts = [] if reader.problems else section._parse_subscripts()
    behaviors = section._parse_behavior()
    section.components = []
    elements = []
    for node in [] if reader.problems else _variables(reader, model):
        made = _guarded(reader, node, partial(_element, reader, node, section, behaviors))
        elements += [made] if made is not None else []
    clock = section._parse_control_vars() if kind == "main" and not reader.problems else []
    for control in clock:
        _guarded(reader, root, partial(control.parse, behaviors))
    if reader.problems:
        return None
    elements += [control.get_abstract_element() for control in clock]
    _refuse_twice(reader, model, elements)
    if reader.problems:
        return None
    ranges = Ranges.of(section.subscripts_dict, elements, [fold(text) for text in params])
    return replace(section.get_abstract_section(), elements=[spelled_out(entry, ranges) for entry in elements])


def _variables(reader: _Reader, model: Any) -> Iterator[Any]:
    """Nodes of the variables; what else stands among them is refused by name."""
    for node in (child for group in reader.children(model, "variables") for child in group):
        tag = reader.tag(node)
        name = node.attrib.get("name", "").strip()
        if tag not in _KINDS:
            if tag and tag not in _NOT_VARIABLES:
                reader.refuse(node, f"{tag} '{name}' is not supported")
        elif not name:
            reader.refuse(node, f"<{tag}> has no name")
        elif tag not in ("aux", "flow") or fold(name) not in xmile_section.Section._control_vars:
            yield node  # the clock has these from <sim_specs>, in PySD too (Section._parse_components)


def _element(reader: _Reader, node: Any, section: Any, behaviors: Any) -> Any:
    """Abstract element of one variable."""
    tag = reader.tag(node)
    _check_parts(reader, node, tag)
    parts = reader.children(node, "element")
    if tag == "stock" and parts:  # PySD reads the initial value of the whole stock for every element
        made = [_component(reader, _stock_of(reader, node, part), section, behaviors) for part in parts]
        whole = zip(made, parts, strict=True)
        components = [replace(one.components[0], subscripts=([part.attrib["subscript"]], [])) for one, part in whole]
        element = replace(made[0], components=components)
    else:
        element = _component(reader, node, section, behaviors)
    written = [[text.strip() for entry in c.subscripts[0] for text in entry.split(",")] for c in element.components]
    if len({len(texts) for texts in written}) > 1:
        reader.refuse(node, f"the elements of '{element.name}' have different numbers of subscripts")
    components = [replace(c, subscripts=(texts, [])) for c, texts in zip(element.components, written, strict=True)]
    name = " ".join(element.name.strip('"').split())
    return replace(element, name=name, components=components)


def _component(reader: _Reader, node: Any, section: Any, behaviors: Any) -> Any:
    made = _KINDS[reader.tag(node)](node, section.ns, section.subscripts_dict)
    made.parse(behaviors)
    element = made.get_abstract_element()
    for component in element.components:
        fault = tree_fault(component.ast)
        if fault:
            raise LiteralError(fault)
    return element


def _stock_of(reader: _Reader, node: Any, part: Any) -> Any:
    """Stock whose initial value is that of one of its elements."""
    stock = copy.deepcopy(node)
    for child in reader.children(stock, "element", "eqn", "dimensions"):
        stock.remove(child)
    stock.extend(copy.deepcopy(child) for child in reader.children(part, "eqn"))
    return stock


def _check_parts(reader: _Reader, node: Any, tag: str) -> None:
    """Refuse what stands in a variable and would be read over; make wildcards readable."""
    for child in node.iterchildren(tag=etree.Element):
        inner = reader.tag(child)
        if inner and inner not in _OWN_PARTS[tag]:
            raise LiteralError(f"<{inner}> is not supported")
        if inner == "element":
            if not child.attrib.get("subscript", "").strip():
                raise LiteralError("<element> names no subscript")
            _check_parts(reader, child, "element")
        if inner in ("eqn", "inflow", "outflow"):
            _check_equation(child)
        if inner == "gf" or tag == "gf":
            _check_table(reader, node if tag == "gf" else child)
    equations = reader.children(node, "eqn", "element")
    if tag != "gf" and not equations:
        raise LiteralError("it has no equation")


def _check_equation(node: Any) -> None:
    """Refuse what the parser would read over or cannot bear; write a wildcard as a name, which the grammar knows."""
    text = node.text or ""
    if len(node) or not text.strip():
        raise LiteralError("it has no equation" if not len(node) else "its equation holds markup")
    fault = equation_fault(text)
    if fault:
        raise LiteralError(fault)
    text = re.sub(r"\{[^{}]*\}", " ", text)  # comments (XMILE 1.0, section 3.3.2)
    node.text = re.sub(r'"[^"]*"|[^"]+', lambda match: _spelled(match[0]), " ".join(text.split()))


def _spelled(text: str) -> str:
    """Part of an equation in the spelling that PySD's grammar knows; names in quotes stay as they are."""
    if text.startswith('"'):
        return text
    text = re.sub(r"\[[^\[\]]*\]", lambda match: match[0].replace("*", WILDCARD), text)
    text = re.sub(r"\b(if|then|else)\b", lambda match: match[0].upper(), text, flags=re.IGNORECASE)
    text = re.sub(r"\bmod\b", "mod", text, flags=re.IGNORECASE)
    return re.sub(r"\bnot\w+", r'"\g<0>"', text, flags=re.IGNORECASE)  # else read as NOT and the rest of the name


def _check_table(reader: _Reader, node: Any) -> None:
    """Refuse a table whose numbers would be read in part: ``numpy.fromstring`` stops at the first that is none."""
    counts = {}
    for tag in ("xpts", "ypts"):
        for child in reader.children(node, tag):
            separator = child.attrib.get("sep", ",")
            numbers = (child.text or "").split(separator) if separator.strip() or separator == " " else [""]
            counts[tag] = len([_finite(number, tag) for number in numbers])
    scales = reader.children(node, "xscale")
    if "ypts" not in counts or ("xpts" not in counts and not scales):
        raise LiteralError("its table has no points")
    for scale in scales:
        low, high = (_finite(scale.attrib.get(end, ""), "xscale") for end in ("min", "max"))
        if not low < high:
            raise LiteralError("the <xscale> of its table does not rise")
    if not scales and counts["xpts"] != counts["ypts"]:
        raise LiteralError(f"its table has {counts['xpts']} x and {counts['ypts']} y")
    kind = node.attrib.get("type", "continuous")
    if kind not in xmile_element.Element._interp_methods:
        raise LiteralError(f"a table of the type '{kind[:40]}' is not supported")


def _finite(text: str, tag: str) -> float:
    """Number of a table."""
    if not re.fullmatch(r"\s*[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,4})?\s*", text, re.ASCII):
        raise LiteralError(f"'{text.strip()[:40]}' in <{tag}> is no number")
    if not math.isfinite(float(text)):
        raise LiteralError(f"'{text.strip()[:40]}' in <{tag}> is too large")
    return float(text)


def _guarded(reader: _Reader, node: Any, read: Callable[[], Any]) -> Any:
    """What ``read`` returns; its fault under the name of the variable."""
    try:
        return read()
    except Exception as error:  # the translator raises many kinds
        name = node.attrib.get("name", "sim_specs")
        reader.refuse(node, f"variable '{name}' cannot be read: {cause(error)}")
    return None


def _refuse_twice(reader: _Reader, model: Any, elements: Sequence[Any]) -> None:
    """Refuse a name that two variables have."""
    seen: set[str] = set()
    for element in elements:
        if fold(element.name) in seen:
            reader.refuse(model, f"variable '{element.name}' is defined twice")
        seen.add(fold(element.name))
