"""抽查: approved completions of a month drawn by lot, looked at once more, and noted.

Who is drawn follows from the seed and the population alone: the lines of the ledger that stood at that moment, in the
order of a hash over the seed and each completion's number. Both are kept, so anybody can draw again.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.completion.deciding import refuse_interested
from courses.completion.revoking import propose_revocation
from courses.models import Completion, CountEntry, District, Revocation, Sample, SampleLine, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Result = SampleLine.Result


class SampleRefusal(StrEnum):
    NOBODY = "nobody"
    OWN_APPROVAL = "own_approval"
    NOTED = "noted"
    NOTE_MISSING = "note_missing"


class SampleRefused(Refused):
    sentences = {
        SampleRefusal.NOBODY: _("这个月还没有可抽查的结业，没有抽取。请换一个月份或区市。"),
        SampleRefusal.OWN_APPROVAL: _("这条结业由您批准，须由他人核查，未保存。"),
        SampleRefusal.NOTED: _("这一条已有核查结果，未重复保存。请刷新后再看。"),
        SampleRefusal.NOTE_MISSING: _("请写明哪里存疑，未保存。"),
    }


def draw(*, by: User, year: int, month: int, district: District | None, now: datetime) -> Sample:
    """Draw `sample_share` percent of the completions that count in a month, at least one; the seed comes from chance.

    Refused with SampleRefused when nothing counts there.
    """
    with transaction.atomic():
        last_entry = CountEntry.objects.aggregate(top=Max("pk"))["top"] or 0
        numbers = population(year=year, month=month, district=district, last_entry=last_entry)
        if not numbers:
            raise SampleRefused(SampleRefusal.NOBODY)
        share = policies.current(on=policies.local_date(now)).sample_share
        sample = Sample.objects.create(
            number=fresh(prefix="S"),
            year=year,
            month=month,
            district=district,
            seed=secrets.token_hex(16),
            population=len(numbers),
            population_hash=_hash(numbers),
            last_entry=last_entry,
            drawn_by=by,
            drawn_at=now,
        )
        chosen = lot(seed=sample.seed, numbers=numbers, size=max(1, -(-len(numbers) * share // 100)))
        keys = dict(Completion.objects.filter(number__in=chosen).values_list("number", "pk"))
        SampleLine.objects.bulk_create(
            [
                SampleLine(sample=sample, place=place, completion_id=keys[number])
                for place, number in enumerate(chosen, 1)
            ]
        )
        detail = {"population": len(numbers), "drawn": len(chosen)}
        audit.record(by=by, verb="sample_drawn", target=sample, now=now, detail=detail)
    return sample


def population(*, year: int, month: int, district: District | None, last_entry: int) -> list[str]:
    """The numbers of the completions that counted in a month as the ledger stood at one of its lines."""
    lines = CountEntry.objects.filter(year=year, month=month, completion__isnull=False, pk__lte=last_entry)
    if district is not None:
        lines = lines.filter(district=district.key)
    reversed_ = CountEntry.objects.filter(amount=-1, pk__lte=last_entry).values("reverses")
    standing = lines.filter(amount=1).exclude(pk__in=reversed_)
    return sorted(standing.values_list("completion__number", flat=True))


def lot(*, seed: str, numbers: Sequence[str], size: int) -> list[str]:
    """The first `size` in the order of sha256(seed and number): the same for everybody who has both."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:size]


def drawn_again(*, sample: Sample) -> bool:
    """Whether seed and ledger lead to the very lines that the sample holds."""
    numbers = population(year=sample.year, month=sample.month, district=sample.district, last_entry=sample.last_entry)
    held = list(sample.lines.order_by("place").values_list("completion__number", flat=True))
    return _hash(numbers) == sample.population_hash and held == lot(seed=sample.seed, numbers=numbers, size=len(held))


def note(*, by: User, line: SampleLine, result: Result, text: str, now: datetime) -> Revocation | None:
    """Keep what the look found; a doubt, which needs its reason, proposes the revocation that another decides on.

    Refused with SampleRefused: by who approved it, noted already, a doubt without a reason; with CompletionRefused by
    whoever had a part in the completion.
    """
    completion = line.completion
    if by.pk == completion.approved_by_id:
        raise SampleRefused(SampleRefusal.OWN_APPROVAL)
    refuse_interested(by=by, completion=completion)
    said = text.strip()[:200]
    if result == Result.DOUBTFUL and not said:
        raise SampleRefused(SampleRefusal.NOTE_MISSING)
    changes = {"result": result, "note": said, "checked_by": by, "checked_at": now}
    with transaction.atomic():
        if not SampleLine.objects.filter(pk=line.pk, result=Result.OPEN).update(**changes):
            raise SampleRefused(SampleRefusal.NOTED)
        proposed = None
        if result == Result.DOUBTFUL and completion.status == Completion.Status.APPROVED:
            proposed = _proposal(by, completion, said, now)
            SampleLine.objects.filter(pk=line.pk).update(revocation=proposed)
        detail = {"completion": completion.number, "result": str(result)}
        audit.record(by=by, verb="sample_noted", target=line.sample, now=now, detail=detail)
    return proposed


def _proposal(by: User, completion: Completion, reason: str, now: datetime) -> Revocation:
    open_one = completion.revocations.filter(status=Revocation.Status.PROPOSED).first()
    return open_one or propose_revocation(by=by, completion=completion, reason=reason, now=now)


def _hash(numbers: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(numbers).encode()).hexdigest()
