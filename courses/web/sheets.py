"""纸质签到表 for trainer and desk: what a page shows of sheets and entries, and what a form says of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import access, attendance, policy
from courses.access import Permission
from courses.attendance import paper
from courses.attendance.paper import Compared, Difference, SheetRefusal, SheetRefused
from courses.models import Learner, Lesson, PaperEntry, PaperLine, PaperPhoto, PaperSheet, User
from courses.web.attachments import attachment
from courses.web.presence import SHAPES
from courses.web.uploads import MOST

# What each difference looks like, and whether a person should look at it first.
DIFFERENCES: dict[Difference, tuple[str, str | Promise]] = {
    Difference.SAME: ("done", gettext_lazy("签名和扫码相符")),
    Difference.PAPER_ONLY: ("wait", gettext_lazy("有签名，没有扫码")),
    Difference.SCAN_ONLY: ("slow", gettext_lazy("有扫码，没有签名")),
    Difference.ADDS_LEAVING: ("wait", gettext_lazy("有签退签名，没有签退扫码")),
    Difference.OTHER_TIME: ("slow", gettext_lazy("时间和扫码不符，以扫码为准")),
    Difference.UNSIGNED: ("none", gettext_lazy("没有签名，也没有扫码")),
    Difference.NOT_THEIRS: ("no", gettext_lazy("这次课时不在本班，不计")),
    Difference.COMPLETED: ("no", gettext_lazy("结业已批准，不再更改")),
}
NEVER = (Difference.NOT_THEIRS, Difference.COMPLETED)


@dataclass(frozen=True)
class Door:
    """One side from which sheets are handled. The desk shows masked names, as everywhere."""

    permission: Permission
    base: str
    names: str
    whole_names: bool

    def named(self, learner: Learner) -> str:
        return learner.shown_name if self.whole_names else learner.masked_name

    @property
    def addresses(self) -> dict[str, str]:
        """The names of the routes of this side."""
        return {what: f"{self.names}_{what}" for what in ("show", "enter", "entry", "photo")}


TEACH = Door(Permission.TEACH, "base_teach.html", "sheet", whole_names=True)
DESK = Door(Permission.RUN_CLASSES, "base_desk.html", "desk_sheet", whole_names=False)


@dataclass(frozen=True)
class Shown:
    """One row of an entry: what the paper says, what the register holds, how they stand to each other."""

    line: PaperLine
    name: str
    shape: str
    word: str | Promise
    state_shape: str
    state_word: str | Promise
    in_at: datetime | None
    out_at: datetime | None
    may: bool


def sheet_of(*, user: User, number: str, door: Door, now: datetime) -> PaperSheet:
    """The sheet, if a post that opens this side shows it; a stranger's is a 404."""
    rows = access.visible_sheets(user=user, now=now, permission=door.permission)
    return get_object_or_404(
        rows.select_related("lesson__training_class__course", "training_class__course", "training_class__venue",
                            "training_class__institution", "printed_by"),
        number=number,
    )  # fmt: skip


def entry_of(*, user: User, sheet: PaperSheet, number: str, door: Door, now: datetime) -> PaperEntry:
    rows = access.visible_paper_entries(user=user, now=now, permission=door.permission).filter(sheet=sheet)
    row = get_object_or_404(rows.select_related("entered_by", "decided_by", "corrects"), number=number)
    row.sheet = sheet
    return row


def listed(*, lessons: Iterable[Lesson]) -> list[dict[str, Any]]:
    """Each lesson with its sheets and what was entered from them. Two statements, however many there are."""
    chosen = list(lessons)
    sheets = (
        PaperSheet.objects.filter(lesson__in=chosen)
        .select_related("printed_by")
        .prefetch_related("entries__entered_by", "entries__decided_by")
    )
    found: dict[int | None, list[PaperSheet]] = {}
    for sheet in sheets:
        found.setdefault(sheet.lesson_id, []).append(sheet)
    return [
        {"lesson": lesson, "name": attendance.lesson_name(lesson), "sheets": found.get(lesson.pk, [])}
        for lesson in chosen
    ]


def waiting(*, user: User, now: datetime) -> list[PaperEntry]:
    """Entries of one's own classes that this trainer may confirm."""
    rows = access.visible_paper_entries(user=user, now=now, permission=Permission.TEACH)
    open_ = rows.filter(status=PaperEntry.Status.ENTERED).exclude(entered_by=user)
    return list(open_.select_related("sheet__training_class__course", "sheet__lesson").order_by("entered_at"))


def entering(
    *, sheet: PaperSheet, fields: Sequence[object], door: Door, now: datetime, refused: SheetRefused | None = None
) -> dict[str, Any]:
    """The page of the form; a sheet that cannot be entered now says why instead."""
    shut = ""
    earlier = paper.latest(sheet=sheet)
    try:
        paper.refuse_unenterable(sheet=sheet, earlier=earlier, now=now)
    except SheetRefused as why:
        shut = why.sentence
    held = policy.of_class(training_class=sheet.training_class, on=policy.local_date(now))
    waits = earlier if earlier and earlier.status == PaperEntry.Status.ENTERED else None
    return {
        "sheet": sheet,
        "lesson": sheet.lesson,
        "training_class": sheet.training_class,
        "fields": fields,
        "who": [(row.number, door.named(row.learner)) for row in paper.candidates(sheet=sheet)],
        "corrects": earlier if earlier and not waits else None,
        "waits": waits,
        "shut": shut,
        "errors": [_placed(refused)] if refused else [],
        "why_max": paper.WHY_MAX,
        "files_most": held.proof_files,
        "megabytes": held.proof_megabytes,
        "megabytes_all": MOST // 1024 // 1024,
        **framed(door),
    }


def _placed(refused: SheetRefused) -> tuple[str, str, str]:
    """Where on the form the fault lies: the id of its field, its label, the sentence."""
    if refused.code == SheetRefusal.WHY_MISSING:
        return "why", _("更正原因"), refused.sentence
    if refused.code.startswith("photo_"):
        return "photo", _("签过字的表"), refused.sentence
    position = refused.values.get("position")
    return (f"in-{position}" if position else "rows"), _("表上的签名"), refused.sentence


def framed(door: Door) -> dict[str, Any]:
    return {"base": door.base, "at": door.addresses, "is_desk": door is DESK}


def entry_page(*, user: User, entry: PaperEntry, door: Door, now: datetime) -> dict[str, Any]:
    """What was read beside what the register holds: first how far both agree, then row by row."""
    rows = [_shown(one, door) for one in paper.compare(entry=entry, now=now)]
    open_ = entry.status == PaperEntry.Status.ENTERED
    totals = [
        (*DIFFERENCES[what], [row for row in rows if row.word == DIFFERENCES[what][1]])
        for what in (Difference.SCAN_ONLY, Difference.PAPER_ONLY, Difference.OTHER_TIME)
    ]
    return {
        "entry": entry,
        "sheet": entry.sheet,
        "lesson": entry.sheet.lesson,
        "training_class": entry.sheet.training_class,
        "rows": rows,
        "signed": sum(1 for row in rows if row.line.came_at),
        "apart": [total for total in totals if total[2]] if open_ else [],
        "photos": list(entry.photos.all()),
        "may_decide": open_ and entry.entered_by_id != user.pk,
        "may_take_back": open_ and entry.entered_by_id == user.pk,
        **framed(door),
    }


def _shown(one: Compared, door: Door) -> Shown:
    state = one.state
    shape, word = DIFFERENCES[one.what]
    state_shape, state_word = SHAPES[state.status if state else "unmarked"]
    return Shown(
        one.line,
        door.named(one.line.row.enrolment.learner),
        shape,
        word,
        state_shape,
        state_word,
        state.in_at if state else None,
        state.out_at if state else None,
        one.what not in NEVER,
    )


def decide(request: HttpRequest, *, by: User, entry: PaperEntry, now: datetime) -> str:
    """The one call of the page of an entry; gives which decision it was. Refused with SheetRefused."""
    decision = request.POST.get("decision", "")
    if decision == "confirm":
        positions = {int(text) for text in request.POST.getlist("row") if text.isascii() and text.isdigit()}
        paper.confirm(by=by, entry=entry, positions=positions, now=now)
    elif decision == "return":
        paper.send_back(by=by, entry=entry, answer=request.POST.get("answer", ""), now=now)
    elif decision == "withdraw":
        paper.take_back(by=by, entry=entry, now=now)
    else:
        raise SheetRefused(SheetRefusal.DECIDED)
    return decision


def photo_of(*, user: User, sheet: PaperSheet, code: str, now: datetime) -> HttpResponse:
    """One picture of the signed sheet, as a download; the look is kept."""
    rows = PaperPhoto.objects.filter(entry__sheet=sheet, deleted_at__isnull=True).select_related("entry")
    photo = get_object_or_404(rows, code=code)
    content = paper.look(by=user, photo=photo, now=now)
    return attachment(content=content, kind=photo.kind, name=f"{sheet.number}-{photo.code[:4]}")
