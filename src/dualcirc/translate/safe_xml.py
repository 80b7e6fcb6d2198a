"""Tree of an XML text that may come from anyone: no document type, no entities, nothing fetched, no huge trees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree

from dualcirc.errors import ModelFileError, Problem

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_MARKUP = re.compile(r"<!(?!--|\[CDATA\[)")


def xml_root(text: str, path: Path) -> Any:
    """
    Root element of the text, comments left out.

    Notes
    -----
    The text has been decoded before, and is parsed as what it was decoded to, so that no other encoding can hide a
    document type. What begins with ``<!`` and is neither a comment nor CDATA is refused before the parser sees it.

    Raises
    ------
    ModelFileError
        If it declares a document type or entities, is no XML, or is too large or too deep.
    """
    markup = _MARKUP.search(text)
    if markup:
        what = f"'{text[markup.start() : markup.start() + 10].split()[0]}' is not read: a model needs no document type"
        raise ModelFileError(Problem(what, str(path), text.count("\n", 0, markup.start()) + 1))
    declaration = _DECLARATION.match(text)
    body = text if declaration is None else re.sub(r"[^\n]", " ", declaration[0]) + text[declaration.end() :]
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(body.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise ModelFileError(Problem(f"not an XMILE file: {error.msg}", str(path), error.lineno)) from None
    except UnicodeEncodeError:
        raise ModelFileError(Problem("not an XMILE file: it holds half characters", str(path))) from None
