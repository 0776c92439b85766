from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses import ledger, policy


class Command(BaseCommand):
    help = "Seals every book to the end of a day (by default yesterday)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat)

    def handle(self, *, day: date | None, **options: Any) -> None:
        now = timezone.now()
        through = day or policy.local_date(now) - timedelta(days=1)
        try:
            seals = ledger.seal_through(day=through, now=now)
        except ledger.SealRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        for made in seals:
            self.stdout.write(f"{made.book} {made.day} {made.rows} rows {made.root}")
