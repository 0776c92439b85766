import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from courses import policy, tally


class Command(BaseCommand):
    help = "The figures of a year, as every page and file shows them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--as-of", type=date.fromisoformat, help="count what was posted by this day (YYYY-MM-DD)")
        parser.add_argument("--district", help="key of one district")
        parser.add_argument("--by", choices=[by.value for by in tally.By], help="by one dimension instead")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, year: int, as_of: date | None, district: str | None, **options: Any) -> None:
        if options["by"]:
            self._by(tally.By(options["by"]), year, as_of, district, as_json=options["json"])
            return
        figures = tally.for_year(
            year=year, scope=tally.Scope(district), as_of=as_of, today=policy.local_date(timezone.now())
        )
        if options["json"]:
            self.stdout.write(json.dumps(tally.as_json(figures), ensure_ascii=False, indent=1, default=str))
            return
        self.stdout.write(f"{figures.year} 年培训计数，截至 {figures.as_of}")
        for line in figures.lines.values():
            target = f"{line.target:,}" if line.target else "未设目标"
            self.stdout.write(f"{line.line.label}：已核 {line.verified:,} 人次（{line.people:,} 人），目标 {target}")
        for row in figures.districts:
            told = "  ".join(f"{one.verified:>7,} / {one.target or 0:<7,}" for one in row.lines.values())
            self.stdout.write(f"{row.rank:>3}  {row.district.name:<8}{told}")

    def _by(self, by: tally.By, year: int, as_of: date | None, district: str | None, *, as_json: bool) -> None:
        found = tally.breakdown(
            year=year, scope=tally.Scope(district), by=by, today=policy.local_date(timezone.now()), as_of=as_of
        )
        if as_json:
            self.stdout.write(json.dumps(tally.as_plain(found=found), ensure_ascii=False, indent=1))
            return
        for one in found.slices:
            told = "  ".join(f"{count:>9,}" for count in one.counts.values())
            self.stdout.write(f"{told}  {one.label}")
