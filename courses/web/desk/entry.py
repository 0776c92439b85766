"""One person-time from its line in the ledger back to the scans: every link on one page, with who and when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, privacy, tally
from courses.access import Permission
from courses.models import CountEntry, District, Evidence, Institution, ProgrammeKind
from courses.web.desk.page import officer, show
from courses.web.desk.reasoning import read_reasoning
from courses.web.gate import allow


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
        "entry": entry,
        "name": privacy.mask_name(chain.enrolment.learner.name) if chain.enrolment else "",
        "reasoned": read_reasoning(chain.completion) if chain.completion else None,
        "superseded": superseded([row for link in chain.lessons for row in link.evidence]),
        "siblings": siblings(entry),
        "labels": labels(entry),
        "may_open_class": of_class is not None
        and access.may_on(user=officer(request), training_class=of_class, permission=Permission.SEE_DESK, now=now),
        "crumbs": [(_("计数"), reverse("desk_tally")), (_("计数明细"), reverse("tally_entries"))],
        "here": entry.code,
    }
    return show(request, "desk/entries/chain.html", context, here="desk_tally")


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
    return {
        "district": district.label if district else entry.district,
        "institution": institution.label if institution else entry.institution,
        "kind": kind.label if kind else entry.kind,
    }
