from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses import erasure


class Command(BaseCommand):
    help = (
        "Erases again, after a restore, every record that had been erased: those that the database knows of, and those "
        "of FILE, as `tombstones` printed it. May be repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="lines as `tombstones` prints them")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"]
        lines = file.read_text(encoding="utf-8").splitlines() if file else []
        try:
            erased = erasure.apply(lines=lines, now=timezone.now())
        except erasure.ErasureRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{erased} records erased again.")
