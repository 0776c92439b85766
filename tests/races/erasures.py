"""An erasure and an admission at the same moment: whichever is first, nobody without a name holds a seat."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from courses import enrolment, erasure
from courses.models import Enrolment, ErasureRequest, Learner, TrainingClass, User
from courses.people.numbers import fresh
from courses.refusals import Refused
from tests.factories import classes, crowds
from tests.factories.people import user
from tests.races import Arena, Figures, of_pairs

THIS = "tests.races.erasures"
PAIRS = 300
Status = Enrolment.Status


def run(arena: Arena, *, pairs: int) -> Figures:
    return of_pairs(arena, name="erasures", pairs=pairs)


def plant(*, pairs: int) -> list[dict[str, Any]]:
    """Every second person applies for a class while they are erased; the others' application is being admitted."""
    now = datetime.now(UTC)
    people = crowds.learners(count=pairs, now=now)
    first_come = classes.training_class(now=now, seats=pairs)
    reviewed = classes.training_class(now=now, seats=pairs, mode=TrainingClass.Mode.REVIEWED)
    receives, decides = (user(username=fresh(prefix="erase", length=6)) for _ in range(2))
    asked: list[dict[str, Any]] = []
    for place, one in enumerate(people):
        own = Learner.objects.select_related("user").get(pk=one.pk)
        request = erasure.ask(learner=own, by=own.user or receives, now=now)
        erasure.receive(request=request, by=receives, note="核对", now=now)
        key = first_come.pk
        if place % 2:
            key = enrolment.apply(learner=own, training_class=reviewed, now=now).pk
        deed = "admit" if place % 2 else "apply"
        asked += [
            {"deed": "erase", "key": request.pk, "person_id": one.pk, "officer_id": decides.pk},
            {"deed": deed, "key": key, "person_id": one.pk, "officer_id": decides.pk},
        ]
    return asked


def contend(*, deed: str, key: int, person_id: int, officer_id: int) -> str:
    by, now = User.objects.get(pk=officer_id), datetime.now(UTC)
    try:
        if deed == "erase":
            request = ErasureRequest.objects.select_related("learner").get(pk=key)
            erasure.agree(request=request, by=by, now=now)
        elif deed == "apply":
            enrolment.apply(
                learner=Learner.objects.select_related("user").get(pk=person_id),
                training_class=TrainingClass.objects.select_related("course").get(pk=key),
                now=now,
            )
        else:
            one = Enrolment.objects.select_related("learner", "training_class__course", "category").get(pk=key)
            enrolment.admit(by=by, enrolment=one, now=now)
    except Refused as refusal:
        return str(refusal.code)
    return "done"


def result() -> dict[str, Any]:
    erased = Learner.objects.filter(erased_at__isnull=False)
    seated = Enrolment.objects.filter(learner__in=erased, status__in=Enrolment.LIVE).count()
    faults = [f"{seated} erased people hold a place"] if seated else []
    faults += [f"{name}: {what}" for name, what in enrolment.occupancy_differences()]
    return {"erased": erased.count(), "faults": faults}


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_seats: Any = import_module("courses.enrolment.seats")
_deed: Any = import_module("courses.erasure.asking")
_own = (_seats.TAKE_A_PLACE, _deed.to_withdraw)


def unprotect() -> None:
    """The seat is given without a look at the record, and the deed withdraws what it saw before."""
    condition = "AND EXISTS (SELECT 1 FROM courses_learner p WHERE p.id = %s AND p.erased_at IS NULL{hold})"
    assert condition in _seats.TAKE_A_PLACE
    _seats.TAKE_A_PLACE = _seats.TAKE_A_PLACE.replace(condition, "AND %s > 0")
    _deed.to_withdraw = lambda _records, _now: Enrolment.objects.none()


def protect() -> None:
    _seats.TAKE_A_PLACE, _deed.to_withdraw = _own
