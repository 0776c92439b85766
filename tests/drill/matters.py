"""What waits about no class: files of institutions, and what concerns the whole city."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Model

from courses.models import (
    Card,
    CardStep,
    ErasureRequest,
    Export,
    InstitutionEvent,
    MergeProposal,
    Registration,
    RuleProposal,
    Sample,
    SampleLine,
    StaffRequest,
)
from courses.people.numbers import fresh
from tests.drill.city import City, many

DAY = timedelta(days=1)
# So many classes to one thing of the whole city.
SHARE = 15


def fill(city: City) -> None:
    number = max(2, len(city.classes) // SHARE)
    if not Registration.objects.exists():
        _files(city)
    by, asked_at = city.staff["submits"], city.now - 3 * DAY
    many(_merges(city, number))
    many(_erasures(city, number))
    many(
        StaffRequest(
            number=fresh(prefix="P"),
            kind="post",
            username=fresh(prefix="new-"),
            name="陈经办",
            role="district",
            asked_by=by,
            asked_at=asked_at,
        )
        for _place in range(number)
    )
    many(
        Export(
            number=fresh(prefix="E"),
            form="roster",
            kind=Export.Kind.XLSX,
            full=True,
            purpose="核对补贴",
            status=Export.Status.ASKED,
            asked_by=by if place % 2 else city.staff["city"],
            asked_at=asked_at,
        )
        for place in range(number)
    )
    many([_rule(city)])
    _samples(city)
    _cards(city, number)


def _files(city: City) -> None:
    """Each institution is registered, every fourth handed in a change; the one that is asked for got one back."""
    by, decider = city.staff["submits"], city.staff["city"]
    files, events = [], []
    for place, school in enumerate(city.schools):
        of: dict[str, Any] = {
            "institution": school,
            "name": school.name,
            "district": school.district,
            "kind": school.kind,
            "address": "海港路 1 号",
            "submitted_by": by,
            "submitted_at": city.now - 3 * DAY,
        }
        decided = {"decided_by": decider, "decided_at": city.now - DAY}
        files.append(Registration(**of, **decided, version=1, status="approved"))
        if place == 0:
            files.append(Registration(**of, **decided, version=2, status="returned"))
        elif place % 4 == 0:
            files.append(Registration(**of, version=2, status="submitted"))
        for verb, who in (("submitted", by), ("approved", decider)):
            events.append(InstitutionEvent(institution=school, version=1, verb=verb, by=who, at=city.now - DAY))
    many(files)
    many(events)


def _merges(city: City, number: int) -> Iterator[Model]:
    pairs = zip(city.learners[:number], city.learners[number : 2 * number], strict=False)
    for place, (kept, merged) in enumerate(pairs):
        yield MergeProposal(
            number=fresh(prefix="M"),
            kept=kept,
            merged=merged,
            reason="同名同号",
            proposed_by=city.staff["submits" if place % 2 else "city"],
            proposed_at=city.now - 2 * DAY,
        )


def _erasures(city: City, number: int) -> Iterator[Model]:
    """Some are asked for, some received; some refused, and the person has no phone."""
    by, now = city.staff["submits"], city.now
    received = {"received_by": by, "received_at": now - DAY, "note": "本人到场"}
    refused = {"decided_by": city.staff["approves"], "decided_at": now - DAY, "answer": "在读", "by_people": True}
    for place, learner in enumerate(city.learners[:number]):
        so: dict[str, Any] = [
            {"status": "asked"},
            {"status": "received", **received},
            {"status": "refused", **received, **refused},
        ][place % 3]
        due = now.date() + timedelta(days=place % 20)
        number_of = fresh(prefix="A")
        yield ErasureRequest(number=number_of, learner=learner, asked_by=by, asked_at=now - 2 * DAY, due_on=due, **so)


def _rule(city: City) -> RuleProposal:
    return RuleProposal(
        number=fresh(prefix="V"),
        kind="policy",
        effective_on=city.now.date() + 30 * DAY,
        seen=1,
        reason="省里新规",
        source="鲁人社发",
        proposed_by=city.staff["submits"],
        proposed_at=city.now - DAY,
    )


def _samples(city: City) -> None:
    drawn = many(
        Sample(
            number=fresh(prefix="K"),
            year=city.now.year,
            month=1,
            district=district,
            seed="0",
            population=40,
            population_hash="0",
            last_entry=0,
            drawn_by=city.staff["city"],
            drawn_at=city.now - DAY,
        )
        for district in city.where
    )
    done = [each for row in city.at("")[:2] for each in city.completions[row.pk]]
    many(
        SampleLine(sample=sample, place=place, completion=each)
        for sample in drawn
        for place, each in enumerate(done, start=1)
    )


def _cards(city: City, number: int) -> None:
    """Proposed, objected to, or to be withdrawn: a third each."""
    by, now = city.staff["submits"], city.now
    shown: dict[str, Any] = {
        "status": "shown",
        "decided_by": city.staff["city"],
        "decided_at": now - 5 * DAY,
        "shown_on": now.date(),
        "object_until": now.date(),
    }
    objected = {"objection": "已整改", "objected_by": city.staff["institution"], "objected_at": now - DAY}
    withdrawn = {"withdrawal_by": by, "withdrawal_at": now - DAY, "withdrawal_reason": "查明"}
    cards = []
    for place, row in enumerate(city.at("")[:number]):
        so = [{}, {**shown, **objected}, {**shown, **withdrawn}][place % 3]
        cards.append(
            Card(
                number=fresh(prefix="D"),
                institution_id=row.institution_id,
                training_class=row,
                colour="yellow",
                reason="attendance",
                facts="到课率 85%",
                proposed_by=by,
                proposed_at=now - 6 * DAY,
                **so,
            )
        )
    many(
        CardStep(card=card, verb=verb, by=who, at=now - 5 * DAY)
        for card in many(cards)
        for verb, who in (("proposed", by), ("shown", city.staff["city"]))[: 2 if card.decided_by_id else 1]
    )
