"""Regenerate ``model/tables`` and the report of the base-year accounts: ``python -m dualcirc.accounts``."""

from __future__ import annotations

import sys

from dualcirc.accounts import tables
from dualcirc.accounts.reconcile import base_accounts
from dualcirc.accounts.report import REPORT, adjustments, summary
from dualcirc.accounts.trade_matrix import trade_share
from dualcirc.errors import DualcircError
from dualcirc.files import paths


def main() -> int:
    """Write every table, print the summary; exit code 2 if a published table is at fault."""
    try:
        accounts = base_accounts()
        share = trade_share(accounts)
        written = tables.write(tables.build(accounts, share))
        written += tables.write({REPORT: adjustments(accounts).set_index("province")}, paths.data_dir())
    except DualcircError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 2
    names = ", ".join(str(path.relative_to(paths.project_root())) for path in written)
    sys.stdout.write(f"{summary(accounts, share)}\n\nWritten: {names}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
