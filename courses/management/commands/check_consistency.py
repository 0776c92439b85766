from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses import attendance, certificates, enrolment, ledger, tally
from courses.completion import steps, undercut

# So many are kept with the check, for the page that shows why a report is locked.
NAMED = 20


class Command(BaseCommand):
    help = (
        "Recomputes attendance from evidence, seats from enrolments, every figure and close from the ledger, verifies "
        "every certificate's signature; names approved completions that their rules no longer bear out; "
        "--roots FILE proves the books against roots kept outside; exit 1 on a difference."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--roots", type=Path, help="lines as `ledger_root` prints them")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            self._check(now, options["roots"])
        except CommandError:
            raise
        except Exception as error:
            # Nobody knows what it would have found: reports stay locked until one ends.
            tally.record_check(differences=1, now=now, named=[f"the check broke off: {type(error).__name__}"])
            raise

    def _check(self, now: datetime, roots: Path | None) -> None:
        found = 0
        named: list[str] = []
        for row, what in chain(
            attendance.differences(now=now),
            enrolment.occupancy_differences(),
            ledger.differences(),
            tally.close_differences(),
            certificates.differences(),
            undercut.confirmed_differences(),
            steps.differences(),
            ledger.verify_roots(lines=roots.read_text(encoding="utf-8").splitlines() if roots else ()),
        ):
            found += 1
            said = f"{row}: {what}"
            named += [said] if found <= NAMED else []
            self.stderr.write(said)
        for row, what in undercut.named(now=now):
            # For people to look at: no figure is wrong before one of them says so.
            self.stdout.write(f"To look at: {row}: {what}")
        tally.record_check(differences=found, now=now, named=named)
        if found:
            raise CommandError(f"{found} differences")
        self.stdout.write("No difference.")
