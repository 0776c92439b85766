from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses import ledger


class Command(BaseCommand):
    help = (
        "Prints the newest root of each sealed book, one a line: book, day, root. Keep the lines outside the system; "
        "`check_consistency --roots FILE` proves later that the books still lead to them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the roots of this sealed day")

    def handle(self, *args: Any, **options: Any) -> None:
        for line in ledger.root_lines(on=options["day"]):
            self.stdout.write(line)
