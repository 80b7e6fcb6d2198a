"""Parse the equations of a Vensim file with PySD's grammars; nothing that stands in the file is evaluated."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pysd.translators.vensim import vensim_element
from pysd.translators.vensim.vensim_section import Section
from pysd.translators.vensim.vensim_structures import structures

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.constructs import fold
from dualcirc.translate.entries import Entry, MdlSection, sections_of
from dualcirc.translate.macros import with_outputs_as_arguments
from dualcirc.translate.ranges import restore_mappings
from dualcirc.translate.safe import deep_stack, equation_fault, range_fault, tree_fault
from dualcirc.translate.safe_literals import LiteralError, seal

seal(vensim_element)


@dataclass(frozen=True)
class Sections:
    """What a model file holds, in the translator's form."""

    main: Any
    """pysd.translators.structures.abstract_model.AbstractSection of the model."""
    macros: tuple[Any, ...] = ()
    """One for each macro, with its parameters and further outputs."""
    notes: tuple[str, ...] = ()
    """What was read and left out, for the user to know."""


def read_mdl(text: str, path: Path) -> Sections:
    """
    Model and macros of a Vensim file: ranges, and elements with name, units, documentation and syntax tree.

    Notes
    -----
    Reality checks (``:THE CONDITION:``, ``:TEST INPUT:``) are no part of a run: they are left out, with a note.

    Raises
    ------
    ModelFileError
        With every equation that cannot be read, by name and line.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    written = sections_of(text, path)
    macros = [section.name for section in written[1:]]
    with deep_stack(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the translator's hints; what is not supported is refused later, by name
        read = [_section(section, macros, path, problems, notes) for section in written]
    problems += [
        Problem(f"macro '{section.name}' has the name of a function", str(path), section.line)
        for section in written[1:]
        if fold(section.name) in structures
    ]
    if problems:
        raise ModelFileError(problems)
    return Sections(read[0], tuple(read[1:]), tuple(notes))


def _section(written: MdlSection, macros: Sequence[str], path: Path, problems: list[Problem], notes: list[str]) -> Any:
    """Abstract section of the model or of a macro."""
    kind = "macro" if written.name else "main"
    name = written.name or "__main__"
    section = Section(name, path, kind, written.params, written.returns, "", split=False, views_dict=None)
    section.subscripts, section.components, section.constraints, section.test_inputs = [], [], [], []
    whole: set[str] = set()
    for entry in written.entries:
        if entry.is_reality_check:
            notes.append(f"{path}:{entry.line}: reality check '{entry.name}' is left out: it is no part of a run")
            continue
        try:
            component = _parsed(entry, macros)
        except Exception as error:  # the translator raises many kinds
            what = f"equation of '{entry.name}' cannot be read: {cause(error)}"
            problems.append(Problem(what, str(path), entry.line))
            continue
        ranges = isinstance(component, vensim_element.SubscriptRange)
        if ranges or not component.subscripts[0]:  # the translator would take two equations for parts of one
            name = fold(component.name)
            if name in whole:
                problems.append(Problem(f"'{component.name}' is defined twice", str(path), entry.line))
            whole.add(name)
        (section.subscripts if ranges else section.components).append(component)
    abstract = section.get_abstract_section()
    restore_mappings(abstract.subscripts, [entry.equation for entry in written.entries])
    return abstract


def _parsed(entry: Entry, macros: Sequence[str]) -> Any:
    """Range or component with its syntax tree."""
    fault = equation_fault(entry.equation) or (None if "=" in entry.equation else range_fault(entry.equation))
    if fault:
        raise LiteralError(fault)
    equation = with_outputs_as_arguments(entry.equation, macros)
    component = vensim_element.Element(equation, _without_limits(entry.units), entry.documentation).parse()
    if not isinstance(component, vensim_element.SubscriptRange):
        component.parse()
        fault = tree_fault(component.ast)
    if fault:
        raise LiteralError(fault)
    return component


def _without_limits(units: str) -> str:
    """Units without the limits of a slider, ``[0,100,1]``, which no run needs."""
    return re.sub(r"\[[^\[\]]*\]\s*$", "", units).strip()


def cause(error: Exception) -> str:
    """Cause of a parser's error in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(error, RecursionError):
        return "it nests too deep"
    return lines[0][:200] if lines else type(error).__name__
