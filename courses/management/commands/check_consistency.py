from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses import attendance, enrolment, ledger, tally


class Command(BaseCommand):
    help = (
        "Recomputes attendance from evidence, seats from enrolments and every figure from the ledger; "
        "exit 1 on a difference."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        found = 0
        for row, what in chain(
            attendance.differences(now=now), enrolment.occupancy_differences(), ledger.differences()
        ):
            found += 1
            self.stderr.write(f"{row}: {what}")
        tally.record_check(differences=found, now=now)
        if found:
            raise CommandError(f"{found} differences")
        self.stdout.write("No difference.")
