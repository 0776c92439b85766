"""One citizen, many sign-ups: a document registered from many logins at once belongs to exactly one of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from courses.models import DocumentKind, IdentityDocument, Learner
from courses.people import learners as people
from courses.people.numbers import fresh
from tests.factories import catalogue, crowds
from tests.factories.people import resident_number
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_unique

THIS = "tests.races.person"
CONTENDERS = 200
ROUNDS = 50


def run(arena: Arena, *, rounds: int, contenders: int = CONTENDERS) -> Figures:
    figures, answers = Figures("person"), []
    crowd, database = arena.crowd, arena.ground.name
    for number in range(rounds):
        planted = crowd.call(database, f"{THIS}:plant", contenders=contenders, serial=number)
        heard = crowd.race(database, f"{THIS}:contend", planted)
        answers += heard
        registered = [answer for answer in heard if not answer.raised]
        if len(registered) != 1:
            figures.faults.append(f"{len(registered)} records were registered for one document")
        if unexpected := [code for code in raised(heard) if code != people.IdentityRefusal.DUPLICATE_PERSON]:
            figures.faults += unexpected
        figures.faults += crowd.call(database, f"{THIS}:faults", documents=number + 1)
        figures.add(rounds=1, contenders=contenders, registered=len(registered))
    figures.numbers |= latency(answers)
    return figures


def plant(*, contenders: int, serial: int) -> list[dict[str, Any]]:
    catalogue.policy()
    DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    rows = Learner.objects.bulk_create(
        Learner(number=fresh(prefix="X"), user=login, created_at=datetime.now(UTC))
        for login in crowds.logins(count=contenders)
    )
    document = resident_number(born_on=date(1988, 3, 1) + timedelta(days=serial), serial=1)
    return [{"learner_id": row.pk, "document": document} for row in rows]


def contend(*, learner_id: int, document: str) -> str:
    learner = Learner.objects.select_related("user").get(pk=learner_id)
    return people.verify_identity(
        learner=learner,
        kind_key="resident",
        number=document,
        name="王小强",
        education_id=None,
        category_id=None,
        district_id=None,
        consent=True,
        by=learner.user,
        now=datetime.now(UTC),
    ).number


def faults(*, documents: int) -> list[str]:
    verified = Learner.objects.filter(verified_at__isnull=False).count()
    rows = IdentityDocument.objects.count()
    people_of_rows = IdentityDocument.objects.values("digest").distinct().count()
    if (verified, rows, people_of_rows) == (documents, documents, documents):
        return []
    return [f"{documents} documents: {verified} verified learners, {rows} rows, {people_of_rows} digests"]


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────


def unprotect() -> None:
    """Without the unique digest."""
    drop_unique(IdentityDocument, "digest")
