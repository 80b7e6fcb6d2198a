"""``python -m dualcirc.reference`` draws the sketch of the model anew; ``make sketch`` runs it."""

from __future__ import annotations

import sys
from pathlib import Path

from dualcirc.errors import DualcircError
from dualcirc.files.paths import model_file, shown
from dualcirc.reference.sketch import write_sketch


def main(arguments: list[str]) -> int:
    """Rewrite the sketch of a model file, the project's own by default; return the exit code."""
    path = Path(arguments[0]) if arguments else model_file()
    try:
        changed = write_sketch(path)
    except DualcircError as fault:
        sys.stderr.write(f"{type(fault).__name__}: {fault}\n")
        return 2
    sys.stdout.write(f"{shown(path)}: {'sketch drawn anew' if changed else 'sketch is up to date'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
