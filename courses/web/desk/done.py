"""What somebody has handled, as rows of the list."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from courses.models import (
    Card,
    Correction,
    ErasureRequest,
    Export,
    InstitutionEvent,
    MergeProposal,
    MonthClose,
    RuleProposal,
    Sample,
    StaffRequest,
    TrainingClass,
    YearClose,
)
from courses.turns import Handled, Of
from courses.web.desk.rows import Deed
from courses.web.desk.waiting_seconds import SHOWN


def deeds(*, handled: Iterable[Handled]) -> list[Deed]:
    listed = list(handled)
    subjects: dict[str, dict[int, Any]] = {}
    for of in {one.of for one in listed}:
        keys = [one.subject for one in listed if one.of == of]
        rows = _SUBJECTS.get(Of(of), TrainingClass.objects.select_related(*SHOWN))
        subjects[of] = rows.in_bulk(keys)
    return [Deed(subjects[one.of][one.subject], one.people, one.status, one.at, Of(one.of)) for one in listed]


_SUBJECTS: dict[Of, QuerySet[Any]] = {
    Of.REGISTRATION: InstitutionEvent.objects.select_related("institution__district"),
    Of.MERGE: MergeProposal.objects.all(),
    Of.CORRECTION: Correction.objects.all(),
    Of.ERASURE: ErasureRequest.objects.all(),
    Of.RULE: RuleProposal.objects.all(),
    Of.MONTH: MonthClose.objects.defer("snapshot"),
    Of.YEAR: YearClose.objects.defer("snapshot"),
    Of.SAMPLE: Sample.objects.all(),
    Of.EXPORT: Export.objects.all(),
    Of.STAFF: StaffRequest.objects.all(),
    Of.CARD: Card.objects.select_related("institution__district"),
}
