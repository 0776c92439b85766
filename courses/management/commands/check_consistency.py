from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses import attendance, enrolment, ledger, tally

# So many are kept with the check, for the page that shows why a report is locked.
NAMED = 20


class Command(BaseCommand):
    help = (
        "Recomputes attendance from evidence, seats from enrolments, every figure and close from the ledger; "
        "--roots FILE proves the books against roots kept outside; exit 1 on a difference."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--roots", type=Path, help="lines as `ledger_root` prints them")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        found, roots = 0, options["roots"]
        named: list[str] = []
        for row, what in chain(
            attendance.differences(now=now),
            enrolment.occupancy_differences(),
            ledger.differences(),
            tally.close_differences(),
            ledger.verify_roots(lines=roots.read_text(encoding="utf-8").splitlines() if roots else ()),
        ):
            found += 1
            said = f"{row}: {what}"
            named += [said] if found <= NAMED else []
            self.stderr.write(said)
        tally.record_check(differences=found, now=now, named=named)
        if found:
            raise CommandError(f"{found} differences")
        self.stdout.write("No difference.")
