from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses import rosters
from courses.models import RosterImport, TrainingClass
from courses.refusals import Refused


class Command(BaseCommand):
    help = (
        "Imports a roster (form A: xlsx, xls or csv) into a class, all lines or none, by the same rules as the screen. "
        "Who runs it states that those listed were told and agreed, to the use of their document number by itself. "
        "--dry-run checks and enrols nobody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("class_number")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, class_number: str, file: Path, dry_run: bool, **options: Any) -> None:
        training_class = TrainingClass.objects.select_related("course").filter(number=class_number).first()
        if training_class is None:
            raise CommandError(f"没有班次 {class_number}")
        if not file.is_file():
            raise CommandError(f"没有文件 {file}")
        now = timezone.now()
        try:
            roster = rosters.receive(
                content=file.read_bytes(),
                file_name=file.name,
                training_class=training_class,
                consent=True,
                by=None,
                now=now,
            )
            if roster.status == RosterImport.Status.RECEIVED:
                roster = rosters.check(roster=roster, now=now)
            self._say(roster)
            if not dry_run:
                rosters.commit(roster=roster, by=None, now=now)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write("只检查，未导入" if dry_run else f"已导入 {roster.rows.exclude(enrolment=None).count()} 人")

    def _say(self, roster: RosterImport) -> None:
        """Lines by number, so that no person's data stands in a terminal's history."""
        for remark in roster.remarks:
            self.stdout.write(remark)
        for slip in (*rosters.slips(roster=roster), *(one.slip for one in rosters.questions(roster=roster))):
            self.stdout.write(f"第 {slip.row_no} 行 {slip.cell} {slip.heading}：{slip.text}")
        seen = rosters.outlook(roster=roster)
        self.stdout.write(f"要报名 {seen.enrols} 人，剩 {seen.free} 个名额，导入号 {roster.number}")
        if seen.refusal is not None:
            raise seen.refusal
