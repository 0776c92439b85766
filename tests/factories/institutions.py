"""Files of institutions, brought to a status through the domain's own doors."""

from datetime import date, datetime, timedelta

from courses import institutions
from courses.models import (
    Institution,
    Occupation,
    RegisteredProgramme,
    RegisteredTrade,
    RegisteredTrainer,
    Registration,
    SkillLevel,
    TrainingClass,
    User,
)
from courses.policy import local_date
from tests.factories import catalogue, people


def filled(
    *,
    institution: Institution,
    by: User,
    now: datetime,
    occupation: Occupation | None = None,
    level: SkillLevel | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Registration:
    """A draft with one trade of two years from today and one trainer, unless told otherwise."""
    made = institutions.open_file(by=by, institution=institution, now=now)
    today = local_date(now)
    institutions.add_trade(
        by=by,
        registration=made,
        occupation=occupation or catalogue.occupation(),
        level=level or catalogue.level(),
        valid_from=valid_from or today,
        valid_until=valid_until or today + timedelta(days=730),
        now=now,
    )
    if not made.trainers.exists():
        institutions.add_trainer(
            by=by,
            registration=made,
            name="王海波",
            occupation=None,
            certificate="职业培训教师证",
            certificate_number="JS-2024-0081",
            valid_until=today + timedelta(days=730),
            now=now,
        )
    return made


def approved(*, institution: Institution, now: datetime, **fields: object) -> Registration:
    by = people.user()
    made = filled(institution=institution, by=by, now=now, **fields)  # type: ignore[arg-type]
    institutions.submit(by=by, registration=made, now=now)
    made.refresh_from_db()
    institutions.approve(by=people.user(), registration=made, now=now)
    made.refresh_from_db()
    return made


def registered(training_class: TrainingClass, *, now: datetime) -> Registration:
    """The class's trade, or its kind, and its trainers stand on its institution's file; planted, its review is another
    matter."""
    school, today = training_class.institution, local_date(now)
    file = Registration.objects.filter(institution=school, status=Registration.Status.APPROVED).first()
    if file is None:
        file = Registration.objects.create(
            institution=school, version=1, status=Registration.Status.APPROVED, name=school.name,
            district=school.district, kind=school.kind, address="港湾路 1 号", submitted_by=people.user(),
            submitted_at=now, decided_by=people.user(), decided_at=now,
        )  # fmt: skip
    course, until = training_class.course, today + timedelta(days=730)
    if course.occupation and course.level:
        RegisteredTrade.objects.get_or_create(
            registration=file, occupation=course.occupation, level=course.level,
            defaults={"valid_from": today, "valid_until": until},
        )  # fmt: skip
    else:
        RegisteredProgramme.objects.get_or_create(
            registration=file, kind=course.kind, defaults={"valid_from": today, "valid_until": until}
        )
    for trainer in training_class.trainers.all():
        RegisteredTrainer.objects.get_or_create(
            registration=file, login=trainer,
            defaults={
                "name": trainer.name or trainer.username, "certificate": "职业培训教师证",
                "certificate_number": "JS-1", "valid_until": until,
            },
        )  # fmt: skip
    return file
