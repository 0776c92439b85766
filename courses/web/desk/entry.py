"""One person-time from its line in the ledger back to the scans: every link on one page, with who and when."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from courses import access, policy, tally
from courses.access import Permission
from courses.attendance import TurnedAway, paper
from courses.models import CountEntry, Course, Direction, District, Evidence, Institution, PaperPhoto, ProgrammeKind
from courses.people.learners import RevealRefused
from courses.tally import By
from courses.tally.breakdown import names
from courses.tally.chain import LessonLink
from courses.web.attachments import attachment
from courses.web.desk.page import officer, show
from courses.web.desk.reasoning import read_reasoning
from courses.web.gate import allow
from courses.web.presence import why_turned_away


@allow(Permission.SEE_TALLY)
def count_entry(request: HttpRequest, code: str) -> HttpResponse:
    """The chain behind one line, read only; as many statements for a long class as for a short one."""
    now = timezone.now()
    visible = access.visible_entries(user=officer(request), now=now)
    entry = get_object_or_404(visible.select_related("reverses"), code=code)
    chain = tally.chain(entry=entry)
    of_class = chain.training_class
    context = {
        "chain": chain,
        "lessons": [(link, refused(link)) for link in chain.lessons],
        "entry": entry,
        "name": chain.enrolment.learner.masked_name if chain.enrolment else "",
        "reasoned": read_reasoning(chain.completion) if chain.completion else None,
        "superseded": superseded([row for link in chain.lessons for row in link.evidence]),
        "siblings": siblings(entry),
        "hour": policy.of_class(training_class=of_class, on=policy.local_date(now)).hour_minutes if of_class else 0,
        "labels": labels(entry),
        "may_see_sheets": access.may(user=officer(request), permission=Permission.SEE_SHEETS, now=now),
        "may_open_class": of_class is not None
        and access.may_on(user=officer(request), training_class=of_class, permission=Permission.SEE_DESK, now=now),
        "crumbs": [(_("计数"), reverse("desk_tally")), (_("计数明细"), reverse("tally_entries"))],
        "here": entry.code,
    }
    return show(request, "desk/entries/chain.html", context, here="desk_tally")


@sensitive_post_parameters("reason")
@require_POST
@allow(Permission.SEE_SHEETS)
def count_entry_sheet(request: HttpRequest, code: str, photo_code: str) -> HttpResponse:
    """One picture of the sheet that this learner signed, as a download, for a written reason; the look is kept."""
    now, user = timezone.now(), officer(request)
    visible = access.visible_entries(user=user, now=now).select_related("completion__enrolment__learner")
    entry = get_object_or_404(visible, code=code, completion__isnull=False)
    enrolment = entry.completion.enrolment  # type: ignore[union-attr]
    sheets = access.visible_sheets(user=user, now=now, permission=Permission.SEE_SHEETS)
    signed = PaperPhoto.objects.filter(
        Q(entry__lines__arrival__isnull=False) | Q(entry__lines__leaving__isnull=False),
        deleted_at__isnull=True,
        entry__sheet__in=sheets.values("pk"),
        entry__lines__row__enrolment=enrolment,
    ).distinct()
    photo = get_object_or_404(signed.select_related("entry__sheet"), code=photo_code)
    try:
        content = paper.look_behind(
            by=user, photo=photo, learner=enrolment.learner, reason=request.POST.get("reason", ""), now=now
        )
    except RevealRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("count_entry", code)
    return attachment(content=content, kind=photo.kind, name=f"{photo.entry.sheet.number}-{photo.code[:4]}")


def refused(link: LessonLink) -> list[tuple[TurnedAway, str, str]]:
    """Each scan of the learner at this lesson that was not taken: on the way in or out, and why."""
    labels = {value: str(label) for value, label in Direction.choices}
    return [(scan, labels.get(scan.direction, ""), str(why_turned_away(scan.code))) for scan in link.turned_away]


def superseded(rows: list[Evidence]) -> set[int]:
    """The rows whose force a newer one has taken."""
    return {row.supersedes_id for row in rows if row.supersedes_id is not None}


def siblings(entry: CountEntry) -> list[CountEntry]:
    """Other lines of the same completion that are neither this one's reversal nor what it reverses."""
    if entry.completion_id is None:
        return []
    others = CountEntry.objects.filter(completion=entry.completion_id).exclude(pk=entry.pk).order_by("pk")
    return [row for row in others if row.pk != entry.reverses_id and row.reverses_id != entry.pk]


def labels(entry: CountEntry) -> dict[str, str]:
    """The names behind the frozen keys, as far as they still exist."""
    district = District.objects.filter(key=entry.district).first()
    institution = Institution.objects.filter(number=entry.institution).first()
    kind = ProgrammeKind.objects.filter(key=entry.kind).first()
    told = {
        "district": district.label if district else entry.district,
        "institution": institution.label if institution else entry.institution,
        "kind": kind.label if kind else entry.kind,
    }
    return {**told, "same": _counted_once(entry, told["kind"])}


def _counted_once(entry: CountEntry, kind: str) -> str:
    """What the person cannot be counted for again, by its name; empty where the line says nothing that has one."""
    what, _colon, key = entry.claim_key.partition(":")
    if what == "module":
        return kind
    if what == "course":
        course = Course.objects.filter(number=key).first()
        return course.label if course else ""
    named = [
        names(by=by, values=[value])[value]
        for by, value in ((By.OCCUPATION, entry.occupation), (By.LEVEL, entry.level))
        if value
    ]
    return _("，").join(named)
