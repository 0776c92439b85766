"""What stands in a draft of 机构备案: trades, programmes and trainers, each added and taken off while it may be edited."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from courses.institutions.files import InstitutionRefusal, InstitutionRefused, Verb, editable, tell
from courses.models import (
    Occupation,
    Post,
    ProgrammeKind,
    RegisteredProgramme,
    RegisteredTrade,
    RegisteredTrainer,
    Registration,
    SkillLevel,
    User,
)


def add_trade(
    *,
    by: User,
    registration: Registration,
    occupation: Occupation,
    level: SkillLevel,
    valid_from: date,
    valid_until: date,
    now: datetime,
) -> RegisteredTrade:
    if valid_until < valid_from:
        raise InstitutionRefused(InstitutionRefusal.PERIOD)
    with transaction.atomic():
        held = editable(registration)
        if held.trades.filter(occupation=occupation, level=level).exists():
            raise InstitutionRefused(InstitutionRefusal.TRADE_TWICE)
        row = RegisteredTrade.objects.create(
            registration=held, occupation=occupation, level=level, valid_from=valid_from, valid_until=valid_until
        )
        tell(by, held.institution, Verb.TRADE_ADDED, now, version=held.version, detail=_trade_detail(row))
    return row


def remove_trade(*, by: User, registration: Registration, occupation: str, level: str, now: datetime) -> None:
    """Take an occupation (by key) at a level (by key) off a draft; one that is gone already changes nothing."""
    with transaction.atomic():
        held = editable(registration)
        row = held.trades.filter(occupation__key=occupation, level__key=level).first()
        if row:
            tell(by, held.institution, Verb.TRADE_REMOVED, now, version=held.version, detail=_trade_detail(row))
            row.delete()


def add_programme(
    *,
    by: User,
    registration: Registration,
    kind: ProgrammeKind,
    valid_from: date,
    valid_until: date,
    now: datetime,
) -> RegisteredProgramme:
    """The institution would run courses of this kind that have no occupation and level."""
    if valid_until < valid_from:
        raise InstitutionRefused(InstitutionRefusal.PERIOD)
    with transaction.atomic():
        held = editable(registration)
        if held.programmes.filter(kind=kind).exists():
            raise InstitutionRefused(InstitutionRefusal.PROGRAMME_TWICE)
        row = RegisteredProgramme.objects.create(
            registration=held, kind=kind, valid_from=valid_from, valid_until=valid_until
        )
        detail = _programme_detail(row)
        tell(by, held.institution, Verb.PROGRAMME_ADDED, now, version=held.version, detail=detail)
    return row


def remove_programme(*, by: User, registration: Registration, kind: str, now: datetime) -> None:
    """Take a kind (by key) off a draft; one that is gone already changes nothing."""
    with transaction.atomic():
        held = editable(registration)
        row = held.programmes.select_related("kind").filter(kind__key=kind).first()
        if row:
            detail = _programme_detail(row)
            tell(by, held.institution, Verb.PROGRAMME_REMOVED, now, version=held.version, detail=detail)
            row.delete()


def add_trainer(
    *,
    by: User,
    registration: Registration,
    name: str,
    occupation: Occupation | None,
    certificate: str,
    certificate_number: str,
    valid_until: date,
    now: datetime,
    login: User | None = None,
) -> RegisteredTrainer:
    """`login` says whose certificate it is; without one it is on file, and lets nobody teach a class.

    Refused with InstitutionRefused where that account teaches for somebody else.
    """
    with transaction.atomic():
        held = editable(registration)
        if login is not None and not _teaches_for(login, held.institution_id, now):
            raise InstitutionRefused(InstitutionRefusal.NO_TRAINER_LOGIN)
        row = RegisteredTrainer.objects.create(
            registration=held,
            name=name.strip(),
            login=login,
            occupation=occupation,
            certificate=certificate.strip(),
            certificate_number=certificate_number.strip(),
            valid_until=valid_until,
        )
        tell(by, held.institution, Verb.TRAINER_ADDED, now, version=held.version)
    return row


def _teaches_for(login: User, institution: int, now: datetime) -> bool:
    return login.posts.filter(Post.in_force(now), role=Post.Role.TRAINER, institution=institution).exists()


def remove_trainer(*, by: User, registration: Registration, trainer: int, now: datetime) -> None:
    """Take a trainer (by id) off a draft; one that is gone already, or stands on another file, changes nothing."""
    with transaction.atomic():
        held = editable(registration)
        removed, _rows = held.trainers.filter(pk=trainer).delete()
        if removed:
            tell(by, held.institution, Verb.TRAINER_REMOVED, now, version=held.version)


def _trade_detail(row: RegisteredTrade) -> dict[str, Any]:
    return {"occupation": row.occupation.key, "level": row.level.key, "until": row.valid_until.isoformat()}


def _programme_detail(row: RegisteredProgramme) -> dict[str, Any]:
    return {"programme": row.kind.key, "until": row.valid_until.isoformat()}
