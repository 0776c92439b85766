from typing import Any

from django.core.management.base import BaseCommand

from courses import erasure


class Command(BaseCommand):
    help = (
        "Prints one line for each record that was erased. Keep the lines outside the database and its backups; "
        "`apply_tombstones FILE` erases those records again after a restore. They name no citizen."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for line in erasure.lines():
            self.stdout.write(line)
