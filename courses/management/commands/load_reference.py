"""Load the editable reference lists: every file is checked whole before a row is written."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.management.listings import LISTINGS, Listing
from courses.models import Target
from courses.models.catalogue import Named

REFERENCE = Path(__file__).parent / "reference"


class BadCell(NamedTuple):
    """Where a file is wrong: the row as a spreadsheet numbers it (the header is 1), and the column's heading."""

    file: str
    row: int
    column: str
    why: str

    def __str__(self) -> str:
        return _("%(file)s 第 %(row)d 行「%(column)s」：%(why)s") % self._asdict()


class ReferenceRefused(CommandError):
    """At least one cell is wrong; nothing was written. ``cells`` holds them all."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        head = _("参考数据有 %(count)d 处须改，没有写入任何一行：") % {"count": len(cells)}
        super().__init__("\n".join([head, *map(str, cells)]))


@dataclass
class Checked:
    """A file that was read: cleaned values by row, many-to-many cells apart. ``known`` also holds the keys of bad rows,
    so that one slip is told once and not again by every row that points there."""

    listing: Listing
    rows: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    links: dict[tuple[Any, ...], dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[column] for column in self.listing.key)


class Reader:
    """Reads and checks the files of one folder, collecting every bad cell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bad: list[BadCell] = []
        self.files: dict[type[models.Model], Checked] = {}

    def read_all(self) -> list[Checked]:
        read = [self._read_file(listing) for listing in LISTINGS]
        self._check_target_sums()
        if self.bad:
            raise ReferenceRefused(self.bad)
        return read

    def read_one(self, listing: Listing) -> Checked:
        """One file alone; what it points at has to be in the database."""
        for model in {listing.model._meta.get_field(c).related_model for c in listing.columns} - {None}:
            known = set(model._default_manager.values_list("key", flat=True))  # type: ignore[union-attr]
            self.files[model] = Checked(listing, known=known)  # type: ignore[index]
        checked = self._read_file(listing)
        if self.bad:
            raise ReferenceRefused(self.bad)
        return checked

    def _read_file(self, listing: Listing) -> Checked:
        checked = Checked(listing)
        self.files[listing.model] = checked
        seen: dict[tuple[Any, ...], int] = {}
        for number, cells in self._cells(listing):
            row: dict[str, Any] = {} if "order" in listing.columns or not _has_order(listing) else {"order": number - 1}
            links: dict[str, tuple[str, ...]] = {}
            good = [self._read_cell(listing, number, column, cells[column], row, links) for column in listing.columns]
            checked.known.add(row.get("key", ""))
            if not all(good):
                continue
            for columns in (listing.key, *((column,) for column in listing.unique)):
                self._refuse_repetition(listing, number, columns, row, seen)
            checked.rows.append(row)
            checked.numbers.append(number)
            if links:
                checked.links[checked.key_of(row)] = links
        return checked

    def _cells(self, listing: Listing) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows as they stand, numbered like a spreadsheet does; nothing when the file itself cannot be used."""
        try:
            text = (self.folder / listing.file).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.bad.append(BadCell(listing.file, 1, listing.columns[0], _("没有这个文件")))
            return
        except UnicodeDecodeError:
            self.bad.append(BadCell(listing.file, 1, listing.columns[0], _("不是 UTF-8 编码，请另存为 CSV UTF-8")))
            return
        header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
        if tuple(header) != listing.columns:
            why = _("表头应为 %(columns)s") % {"columns": ",".join(listing.columns)}
            self.bad.append(BadCell(listing.file, 1, listing.columns[0], why))
            return
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                why = _("这一行有 %(found)d 格，应为 %(wanted)d 格") % {"found": len(row), "wanted": len(header)}
                self.bad.append(BadCell(listing.file, number, listing.columns[0], why))
                continue
            yield number, {column: cell.strip() for column, cell in zip(header, row, strict=True)}

    def _read_cell(
        self,
        listing: Listing,
        number: int,
        column: str,
        cell: str,
        row: dict[str, Any],
        links: dict[str, tuple[str, ...]],
    ) -> bool:
        """Put the cleaned value into row or links; a bad cell is noted and answered with False."""
        target: Any = listing.model._meta.get_field(column)
        try:
            if target.many_to_many:
                links[column] = tuple(sorted(self._known_key(target, key) for key in cell.split()))
            elif target.is_relation:
                row[column] = self._known_key(target, cell) if cell else target.clean(None, None) or ""
            else:
                row[column] = _clean(target, cell)
                pattern = listing.patterns.get(column)
                if pattern and cell and not re.fullmatch(pattern, cell, re.ASCII):
                    raise ValidationError(_("写法不对，请照同列其他行填写"))
        except ValidationError as refused:
            self.bad.append(BadCell(listing.file, number, column, " ".join(refused.messages)))
            return False
        return True

    def _known_key(self, target: Any, key: str) -> str:
        if key not in self.files[target.related_model].known:
            raise ValidationError(_("没有代码 %(key)s，请先加到它自己的表里") % {"key": key})
        return key

    def _refuse_repetition(
        self,
        listing: Listing,
        number: int,
        columns: tuple[str, ...],
        row: dict[str, Any],
        seen: dict[tuple[Any, ...], int],
    ) -> None:
        mark = (columns, *(row[column] for column in columns))
        if mark in seen:
            why = _("与第 %(row)d 行重复") % {"row": seen[mark]}
            self.bad.append(BadCell(listing.file, number, columns[-1], why))
        seen.setdefault(mark, number)

    def _check_target_sums(self) -> None:
        """The districts' targets of a year and line add up to the city's."""
        rows = self.files[Target].rows
        if any(cell.file == "targets.csv" for cell in self.bad):
            return
        for number, city in zip(self.files[Target].numbers, rows, strict=True):
            if city["district"]:
                continue
            same = [row for row in rows if all(row[c] == city[c] for c in ("year", "line", "version"))]
            parts = [row["amount"] for row in same if row["district"]]
            if parts and sum(parts) != city["amount"]:
                why = _("各区市合计 %(sum)d，与全市 %(city)d 不符") % {"sum": sum(parts), "city": city["amount"]}
                self.bad.append(BadCell("targets.csv", number, "amount", why))


def _has_order(listing: Listing) -> bool:
    return issubclass(listing.model, Named)


def _clean(target: Any, cell: str) -> Any:
    return target.clean(None if cell == "" and target.null else cell, None)


# -------------------------------------------------------------------------------------------------------------- writing


class Tally(NamedTuple):
    """What happened to one file's rows."""

    file: str
    added: int
    changed: int
    unchanged: int


class Writer:
    """Brings the tables to what the files say. Rows that no file names stay, since records may point at them."""

    def __init__(self, *, only_new: bool) -> None:
        self.only_new = only_new
        self.pks: dict[type[models.Model], dict[str, Any]] = {}

    def write(self, checked: Checked) -> Tally:
        listing = checked.listing
        if not listing.stored:
            return Tally(listing.file, 0, 0, len(checked.rows))
        rows = [self._with_foreign_keys(listing, row) for row in checked.rows]
        columns = tuple(listing.model._meta.get_field(c).attname for c in listing.key)  # type: ignore[union-attr]
        stored = {_values(row, columns): row for row in listing.model._default_manager.filter(**listing.among)}
        stamp = {"at": timezone.now()} if listing.model is Target else {}
        fresh = []
        changed = set()
        for row in rows:
            known = stored.get(tuple(row[column] for column in columns))
            if known is None:
                fresh.append(listing.model(**row, **stamp))
            elif not self.only_new and _change(known, row):
                changed.add(known.pk)
        listing.model._default_manager.bulk_create(fresh)
        if listing.key == ("key",):
            self.pks[listing.model] = dict(listing.model._default_manager.values_list("key", "pk"))
        new = {row.pk for row in fresh}
        changed |= self._write_links(checked, new=new) - new
        return Tally(listing.file, len(fresh), len(changed), len(rows) - len(fresh) - len(changed))

    def _with_foreign_keys(self, listing: Listing, row: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column, value in row.items():
            target: Any = listing.model._meta.get_field(column)
            if target.is_relation:
                values[target.attname] = self.pks[target.related_model][value] if value else None
            else:
                values[column] = value
        return values

    def _write_links(self, checked: Checked, *, new: set[Any]) -> set[Any]:
        """Many-to-many cells; returns the primary keys of rows whose links were set."""
        names = {name for links in checked.links.values() for name in links}
        written: set[Any] = set()
        for row in checked.listing.model._default_manager.prefetch_related(*names) if names else ():
            if self.only_new and row.pk not in new:
                continue
            for name, keys in checked.links.get((getattr(row, "key", ""),), {}).items():
                related = getattr(row, name)
                if {other.key for other in related.all()} != set(keys):
                    related.set([self.pks[related.model][other] for other in keys])
                    written.add(row.pk)
        return written


def _values(row: models.Model, columns: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in columns)


def _change(known: models.Model, row: dict[str, Any]) -> bool:
    different = [column for column, value in row.items() if getattr(known, column) != value]
    for column in different:
        setattr(known, column, row[column])
    if different:
        known.save(update_fields=different)
    return bool(different)


def _refuse_sealed_changes(read: Sequence[Checked]) -> None:
    """A target or notice that was once loaded is answered by a new version, never by another text or number."""
    bad = []
    for checked in (one for one in read if one.listing.sealed):
        listing = checked.listing
        names: list[Callable[[models.Model], Any]] = [_reader(listing, column) for column in listing.key]
        related = [c for c in listing.columns if listing.model._meta.get_field(c).is_relation]
        stored = {
            tuple(name(row) for name in names): row
            for row in listing.model._default_manager.filter(**listing.among).select_related(*related)
        }
        for number, row in zip(checked.numbers, checked.rows, strict=True):
            known = stored.get(checked.key_of(row))
            for column in listing.sealed:
                if known and _reader(listing, column)(known) != row[column]:
                    why = _("这一版已经启用，不能改。请另加一行，版本号加一")
                    bad.append(BadCell(listing.file, number, column, why))
    if bad:
        raise ReferenceRefused(bad)


def _reader(listing: Listing, column: str) -> Callable[[models.Model], Any]:
    if listing.model._meta.get_field(column).is_relation:
        return lambda row: getattr(getattr(row, column), "key", "")
    return lambda row: getattr(row, column)


def load(folder: Path = REFERENCE, *, only_new: bool = False) -> list[Tally]:
    """Check every file of the folder, then bring the tables to it in one transaction. Refused: ReferenceRefused."""
    read = Reader(folder).read_all()
    with transaction.atomic():
        if not only_new:
            _refuse_sealed_changes(read)
        writer = Writer(only_new=only_new)
        return [writer.write(checked) for checked in read]


def load_one(name: str, path: Path) -> Tally:
    """Check one file of the bureau's own against what is in the database, then add its rows. Refused:
    ReferenceRefused."""
    held = next(listing for listing in LISTINGS if listing.file == f"{name}.csv")
    checked = Reader(path.parent).read_one(replace(held, file=path.name))
    with transaction.atomic():
        _refuse_sealed_changes([checked])
        writer = Writer(only_new=False)
        for model in {held.model._meta.get_field(c).related_model for c in held.columns} - {None}:
            writer.pks[model] = dict(model._default_manager.values_list("key", "pk"))  # type: ignore[index,union-attr]
        return writer.write(checked)


class Command(BaseCommand):
    help = "Load the reference lists (districts, kinds, occupations, holidays, targets …) from their files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="folder", type=Path, default=REFERENCE, help="folder with the files")
        parser.add_argument("--only-new", action="store_true", help="add rows that are missing, change none")
        # What is the bureau's own and has no page; all other lists come with the product or are kept on the desk.
        parser.add_argument("--only", choices=("training_needs",), help="one list alone, from the file that is named")
        parser.add_argument("file", nargs="?", type=Path, help="with --only: the file, UTF-8, with the list's header")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["only"]) != bool(options["file"]):
            raise CommandError(_("--only 和文件要一起写，如：load_reference --only training_needs needs.csv"))
        if options["only"]:
            tallies = [load_one(options["only"], options["file"])]
        else:
            tallies = load(options["folder"], only_new=options["only_new"])
        for tally in tallies:
            if options["verbosity"] > 1 or (options["verbosity"] and (tally.added or tally.changed)):
                self.stdout.write(_("%(file)s：新增 %(added)d，修改 %(changed)d，未变 %(unchanged)d") % tally._asdict())
