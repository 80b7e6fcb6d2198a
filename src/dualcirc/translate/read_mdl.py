"""Parse a Vensim file with PySD's translator; nothing else in the package imports that translator."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path
from typing import Any

from parsimonious.exceptions import ParseError, VisitationError
from pysd.translators.vensim import vensim_element
from pysd.translators.vensim.vensim_file import VensimFile

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.lines import line_of
from dualcirc.translate.ranges import restore_mappings

# The translator evaluates the points and limits of a lookup: they are literals, nothing else is read.
vensim_element.eval = ast.literal_eval


def read_mdl(path: Path) -> Any:
    """
    Translator's abstract main section of a model file.

    Returns
    -------
    pysd.translators.structures.abstract_model.AbstractSection
        Subscript ranges, elements with name, units, documentation and syntax tree.

    Raises
    ------
    ModelFileError
        If the file is missing, does not parse, or holds macros.
    """
    if not path.is_file():
        raise ModelFileError(Problem("model file not found", str(path)))
    try:
        file = VensimFile(path, encoding="utf-8")
        file.parse(parse_all=False)
    except (ParseError, UnicodeError) as error:
        raise ModelFileError(Problem(f"not a Vensim model file: {_first_line(error)}", str(path))) from None
    _refuse_before_parsing(file, path)
    try:
        equations = [element.equation for element in _elements(file)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that explicit mappings are not read: they are restored below
            for section in file.sections:
                section.parse()
        main = file.get_abstract_model().sections[0]
        restore_mappings(main.subscripts, equations)
        return main
    except Exception:  # the translator raises many kinds; the search below names the equations
        problems = _unreadable(file, path)
        if not problems:
            raise
        raise ModelFileError(problems) from None


def _refuse_before_parsing(file: Any, path: Path) -> None:
    """Refuse macros."""
    text = path.read_text(encoding="utf-8", errors="ignore")
    problems = [
        Problem(f"macro '{section.name}' is not supported", str(path), line_of(text, f":MACRO: {section.name}"))
        for section in file.sections[1:]
    ]
    if problems:
        raise ModelFileError(problems)


def _elements(file: Any) -> list[Any]:
    """Unparsed entries of the main section."""
    section = file.sections[0]
    section.parse(parse_all=False)
    return list(section.elements)


def _unreadable(file: Any, path: Path) -> list[Problem]:
    """Name every equation that the translator cannot parse."""
    text = path.read_text(encoding="utf-8", errors="ignore")
    problems = []
    for element in _elements(file):
        try:
            component = element.parse()
            if hasattr(component, "parse"):
                component.parse()
        except Exception as error:  # the translator raises many kinds
            name = re.split(r"[\[=:(]", element.equation)[0].strip()
            what = f"equation of '{name}' cannot be read: {_first_line(error)}"
            problems.append(Problem(what, str(path), line_of(text, name)))
    return problems


def _first_line(error: Exception) -> str:
    """Cause of a parser error in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    cause = lines[0] if lines else type(error).__name__
    return "no valid expression" if isinstance(error, VisitationError) else cause[:200]
