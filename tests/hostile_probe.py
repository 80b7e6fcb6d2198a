"""Give model files to the command line one after another, and tell what each made the process do.

Started by itself (``python -m tests.hostile_probe FOLDER FILE ...``), so that the audit hook, which cannot be removed,
ends with the process. Prints a line of JSON for each file: exit code, message, seconds, and what was opened, compiled,
executed or connected outside the folder and the installed packages.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import sysconfig
import time
from pathlib import Path
from types import CodeType

from dualcirc import cli
from dualcirc.cli_simulate import simulate_command
from dualcirc.errors import DualcircError
from dualcirc.results import io as results_io
from dualcirc.translate import load

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = tuple(
    os.path.realpath(folder)
    for folder in (
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        sys.prefix,
        sys.base_prefix,
        ROOT / "src",
    )
)
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.fork", "os.posix_spawn", "os.startfile")
FORBIDDEN += ("ctypes.", "urllib.", "ftplib.", "smtplib.", "http.", "os.remove", "os.rename", "os.link", "os.symlink")
FORBIDDEN += ("os.truncate", "os.chmod", "os.kill", "shutil.", "pty.", "webbrowser.", "pickle.")


class Watch:
    """Audit hook that notes what a model file must never bring about."""

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.realpath(folder)
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.on and self._matters(event, args):
            self.seen.append(f"{event} {str(args)[:120]}")

    def _matters(self, event: str, args: tuple[object, ...]) -> bool:
        if event == "open":
            return not (isinstance(args[0], int) or self._known(os.fsdecode(args[0]), self.folder))  # type: ignore[arg-type]
        if event == "exec":
            return not (isinstance(args[0], CodeType) and self._known(args[0].co_filename))
        if event == "compile":
            return not (isinstance(args[1], str | bytes) and self._known(os.fsdecode(args[1])))
        if event in ("os.remove", "os.rename"):  # the command proves first that it can write its table
            return not self._known(os.fsdecode(args[0]), self.folder)  # type: ignore[arg-type]
        return event.startswith(FORBIDDEN)

    @staticmethod
    def _known(path: str, *more: str) -> bool:
        real = os.path.realpath(path)
        return path.startswith("<frozen ") or any(
            real == folder or real.startswith(folder + os.sep) for folder in (*PACKAGES, *more)
        )


def exit_code(file: Path, out: Path) -> int:
    """Exit code of ``dualcirc simulate``, without what typer itself compiles (as ``cli.main`` has it)."""
    try:
        simulate_command(file, out, trust_model=True)
    except DualcircError as fault:
        sys.stdout.write(str(fault))
        return cli.WRONG_INPUT
    except BaseException as fault:
        sys.stdout.write(f"{type(fault).__name__}: {fault}")
        return cli.OUR_FAULT
    return cli.DONE


def main(folder: Path, files: list[Path]) -> None:
    """Print what every file led to."""
    for known in ("macros/macros.mdl", "lookups/lookups.mdl", "xmile_arrays/xmile_arrays.stmx"):
        load(ROOT / "tests" / "models" / known)  # what is imported on first use is imported now
    results_io.ready_folder(folder)
    watch = Watch(folder)
    for file in files:
        told = io.StringIO()
        watch.seen.clear()
        start = time.process_time()
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
            watch.on = True
            code = exit_code(file, folder / "out.csv")
            watch.on = False
        seconds = time.process_time() - start
        row = {"file": file.name, "code": code, "told": told.getvalue(), "seconds": seconds, "seen": watch.seen}
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
