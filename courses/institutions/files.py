"""机构备案 from draft to approval: who may change it, who decides, and what an approval puts into force."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.institutions.rules import in_force
from courses.models import (
    District,
    Institution,
    InstitutionEvent,
    InstitutionKind,
    RegisteredProgramme,
    RegisteredTrade,
    RegisteredTrainer,
    Registration,
    User,
)
from courses.people.credit_codes import normalise_credit_code
from courses.people.numbers import next_in_series
from courses.policy import local_date
from courses.refusals import Refused

Status = Registration.Status
FACTS = ("name", "district", "kind", "address", "contact_phone")
# What somebody who looks for the institution has to know under its former one.
MOVED = ("name", "district")


class InstitutionRefusal(StrEnum):
    ALREADY_KNOWN = "already_known"
    ALREADY_OPEN = "already_open"
    UNDER_REVIEW = "under_review"
    NOT_UNDER_REVIEW = "not_under_review"
    NOTHING_TO_RUN = "nothing_to_run"
    NO_TRAINER = "no_trainer"
    TRADE_EXPIRED = "trade_expired"
    PROGRAMME_EXPIRED = "programme_expired"
    TRAINER_EXPIRED = "trainer_expired"
    TRADE_TWICE = "trade_twice"
    PROGRAMME_TWICE = "programme_twice"
    NO_TRAINER_LOGIN = "no_trainer_login"
    PERIOD = "period"
    SAME_PERSON = "same_person"
    REASON_MISSING = "reason_missing"
    SAME_STATUS = "same_status"


class InstitutionRefused(Refused):
    sentences = {
        InstitutionRefusal.ALREADY_KNOWN: _("这个统一社会信用代码已经登记为「%(name)s」，未保存。请在机构列表里查找。"),
        InstitutionRefusal.ALREADY_OPEN: _("已有一份备案正在办理，未新建。请刷新后在那一份上继续。"),
        InstitutionRefusal.UNDER_REVIEW: _(
            "备案已提交或已通过，不能修改，未保存。待审的请等审核；已通过的请申请变更。"
        ),
        InstitutionRefusal.NOT_UNDER_REVIEW: _("备案现在是「%(status)s」，不能这样办理，未保存。请刷新后再看。"),
        InstitutionRefusal.NOTHING_TO_RUN: _("还没有填写职业和等级，也没有填写培训类型，未提交。请至少添加一项。"),
        InstitutionRefusal.NO_TRAINER: _("还没有填写教师，未提交。请至少添加一位。"),
        InstitutionRefusal.TRADE_EXPIRED: _("「%(name)s」的有效期已过，未提交。请先移除，或改填新的有效期。"),
        InstitutionRefusal.PROGRAMME_EXPIRED: _(
            "培训类型「%(name)s」的有效期已过，未提交。请先移除，或改填新的有效期。"
        ),
        InstitutionRefusal.TRAINER_EXPIRED: _("教师「%(name)s」的证书已过期，未提交。请先移除，或换成有效的证书。"),
        InstitutionRefusal.TRADE_TWICE: _("这个职业和等级已经填过，未保存。要改有效期，请先移除原来的一项。"),
        InstitutionRefusal.PROGRAMME_TWICE: _("这个培训类型已经填过，未保存。要改有效期，请先移除原来的一项。"),
        InstitutionRefusal.NO_TRAINER_LOGIN: _("这个账号不是本机构的教师，未保存。请先在「人员」里任命，再来添加。"),
        InstitutionRefusal.PERIOD: _("有效期的结束早于开始，未保存。请核对日期。"),
        InstitutionRefusal.SAME_PERSON: _("本人经手，须他人审核，未保存。"),
        InstitutionRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        InstitutionRefusal.SAME_STATUS: _("机构已经是「%(status)s」，未保存。请刷新后再看。"),
    }


class Verb(StrEnum):
    """Every deed that an institution's history can tell of."""

    REGISTERED = "registered"
    OPENED = "opened"
    FACTS_CHANGED = "facts_changed"
    TRADE_ADDED = "trade_added"
    TRADE_REMOVED = "trade_removed"
    PROGRAMME_ADDED = "programme_added"
    PROGRAMME_REMOVED = "programme_removed"
    TRAINER_ADDED = "trainer_added"
    TRAINER_REMOVED = "trainer_removed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    STATUS = "status"


@dataclass(frozen=True)
class Facts:
    """What an institution declares about itself beside its trades, programmes and trainers."""

    name: str
    district: District
    kind: InstitutionKind
    address: str
    contact_phone: str = ""


def register(*, by: User, credit_code: str, facts: Facts, now: datetime) -> Institution:
    """Enter a new institution with an empty draft of its file; it may teach nothing until that is approved.

    Refused with CreditCodeRefused when the code cannot be right, with InstitutionRefused when it is known already.
    """
    code = normalise_credit_code(credit_code)
    known = Institution.objects.filter(credit_code=code).first()
    if known:
        raise InstitutionRefused(InstitutionRefusal.ALREADY_KNOWN, name=known.name)
    with transaction.atomic():
        institution = Institution.objects.create(
            number=_next_number(),
            name=facts.name.strip(),
            credit_code=code,
            kind=facts.kind,
            district=facts.district,
            address=facts.address,
            contact_phone=facts.contact_phone,
        )
        tell(by, institution, Verb.REGISTERED, now)
        _open(by, institution, facts, version=1, now=now)
    return institution


def _next_number() -> str:
    """J001, J002 …; numbers are never used again, since institutions are never deleted."""
    taken = Institution.objects.filter(number__regex=r"^J\d+$").values_list("number", flat=True)
    highest = max((int(number[1:]) for number in taken), default=0)
    return f"J{next_in_series(key='J', above=highest):03d}"


def open_file(*, by: User, institution: Institution, now: datetime) -> Registration:
    """A draft to edit: the open one, or a new version that starts as a copy of the one that holds."""
    found = Registration.objects.filter(institution=institution).exclude(status=Status.APPROVED).first()
    if found:
        return found
    held = in_force(institution=institution)
    facts = Facts(
        institution.name, institution.district, institution.kind, institution.address, institution.contact_phone
    )
    try:
        with transaction.atomic():
            fresh = _open(by, institution, facts, version=held.version + 1 if held else 1, now=now)
            if held:
                _copy(held, fresh)
    except IntegrityError:
        raise InstitutionRefused(InstitutionRefusal.ALREADY_OPEN) from None
    return fresh


def _open(by: User, institution: Institution, facts: Facts, *, version: int, now: datetime) -> Registration:
    fresh = Registration.objects.create(
        institution=institution,
        version=version,
        name=facts.name.strip(),
        district=facts.district,
        kind=facts.kind,
        address=facts.address,
        contact_phone=facts.contact_phone,
    )
    tell(by, institution, Verb.OPENED, now, version=version)
    return fresh


def _copy(held: Registration, fresh: Registration) -> None:
    copied: list[RegisteredTrade | RegisteredProgramme | RegisteredTrainer] = [
        *held.trades.all(),
        *held.programmes.all(),
        *held.trainers.all(),
    ]
    for row in copied:
        row.pk = None
        row._state.adding = True
        row.registration = fresh
        row.save()


def save_facts(*, by: User, registration: Registration, facts: Facts, now: datetime) -> None:
    """Refused with InstitutionRefused while the file is under review or approved; so is every edit in `entries`."""
    with transaction.atomic():
        held = editable(registration)
        changed = [name for name, value in vars(facts).items() if getattr(held, name) != value]
        for name in changed:
            setattr(held, name, getattr(facts, name))
        if changed:
            held.save(update_fields=changed)
            tell(by, held.institution, Verb.FACTS_CHANGED, now, version=held.version, detail={"fields": changed})


def submit(*, by: User, registration: Registration, now: datetime) -> None:
    """Hand the file to its district. Refused: nothing that the institution would run, no trainer, or a trade, a
    programme or a certificate that has run out."""
    with transaction.atomic():
        held = editable(registration)
        _refuse_incomplete(held, local_date(now))
        _move(held, Status.SUBMITTED, submitted_by=by, submitted_at=now, decided_by=None, decided_at=None)
        tell(by, held.institution, Verb.SUBMITTED, now, version=held.version)


def _refuse_incomplete(held: Registration, today: date) -> None:
    trades = list(held.trades.select_related("occupation"))
    programmes = list(held.programmes.select_related("kind"))
    trainers = list(held.trainers.all())
    if not trades and not programmes:
        raise InstitutionRefused(InstitutionRefusal.NOTHING_TO_RUN)
    if not trainers:
        raise InstitutionRefused(InstitutionRefusal.NO_TRAINER)
    named = (
        *((InstitutionRefusal.TRADE_EXPIRED, row.occupation.label, row.valid_until) for row in trades),
        *((InstitutionRefusal.PROGRAMME_EXPIRED, row.kind.label, row.valid_until) for row in programmes),
        *((InstitutionRefusal.TRAINER_EXPIRED, row.name, row.valid_until) for row in trainers),
    )
    for code, name, until in named:
        if until < today:
            raise InstitutionRefused(code, name=name)


def send_back(*, by: User, registration: Registration, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise InstitutionRefused(InstitutionRefusal.REASON_MISSING)
    with transaction.atomic():
        held = _under_review(registration, by)
        _move(held, Status.RETURNED, decided_by=by, decided_at=now)
        tell(by, held.institution, Verb.RETURNED, now, version=held.version, reason=reason)


def approve(*, by: User, registration: Registration, now: datetime) -> None:
    """Put the version into force: its facts become the institution's, and what changed is kept for the directory.

    Refused: not under review, or approved by the one who submitted it.
    """
    with transaction.atomic():
        held = _under_review(registration, by)
        institution = held.institution
        detail = _difference(in_force(institution=institution), held)
        _move(held, Status.APPROVED, decided_by=by, decided_at=now)
        if institution.name != held.name:
            # Nobody has put the new name into English.
            institution.name_en = ""
        for name in FACTS:
            setattr(institution, name, getattr(held, name))
        institution.save(update_fields=[*FACTS, "name_en"])
        tell(by, institution, Verb.APPROVED, now, version=held.version, detail=detail)


def set_status(*, by: User, institution: Institution, to: Institution.Status, reason: str, now: datetime) -> None:
    """Suspend an institution, take it off the list, or put it back; each with its reason, which is not published."""
    if not reason.strip():
        raise InstitutionRefused(InstitutionRefusal.REASON_MISSING)
    with transaction.atomic():
        changed = Institution.objects.filter(pk=institution.pk).exclude(status=to).update(status=to)
        if not changed:
            raise InstitutionRefused(InstitutionRefusal.SAME_STATUS, status=to.label)
        detail = {"from": institution.status, "to": to.value}
        institution.status = to
        tell(by, institution, Verb.STATUS, now, reason=reason, detail=detail)


def editable(registration: Registration) -> Registration:
    """The file as it stands now, held until the edit is written."""
    held = Registration.objects.select_for_update(of=("self",)).select_related("institution").get(pk=registration.pk)
    if not held.is_editable:
        raise InstitutionRefused(InstitutionRefusal.UNDER_REVIEW)
    return held


def _under_review(registration: Registration, by: User) -> Registration:
    held = Registration.objects.select_for_update(of=("self",)).select_related("institution").get(pk=registration.pk)
    if held.status != Status.SUBMITTED:
        raise InstitutionRefused(InstitutionRefusal.NOT_UNDER_REVIEW, status=Status(held.status).label)
    if held.submitted_by_id == by.pk:
        raise InstitutionRefused(InstitutionRefusal.SAME_PERSON)
    return held


def _move(held: Registration, to: Status, **changes: object) -> None:
    for name, value in {"status": to, **changes}.items():
        setattr(held, name, value)
    held.save(update_fields=["status", *changes])


def _difference(before: Registration | None, after: Registration) -> dict[str, Any]:
    """What the public reads of an approval: trades and programmes by key with their last day, the names of changed
    facts, and of name and district what they were and are."""
    facts = [name for name in FACTS if before and getattr(before, name) != getattr(after, name)]
    return {
        "first": before is None,
        **_moved(_trades(before) if before else {}, _trades(after)),
        "programmes": _moved(_programmes(before) if before else {}, _programmes(after)),
        "facts": facts,
        "moved": {name: [_as_told(before, name), _as_told(after, name)] for name in MOVED if before and name in facts},
    }


def _moved(old: dict[tuple[str, ...], str], new: dict[tuple[str, ...], str]) -> dict[str, list[list[str]]]:
    return {
        "added": [[*key, until] for key, until in new.items() if key not in old],
        "removed": [[*key, until] for key, until in old.items() if key not in new],
        "changed": [[*key, until] for key, until in new.items() if key in old and old[key] != until],
    }


def _as_told(registration: Registration, name: str) -> str:
    return str(registration.district.key if name == "district" else registration.name)


def _trades(registration: Registration) -> dict[tuple[str, ...], str]:
    rows = registration.trades.values_list("occupation__key", "level__key", "valid_until")
    return {(occupation, level): until.isoformat() for occupation, level, until in rows}


def _programmes(registration: Registration) -> dict[tuple[str, ...], str]:
    rows = registration.programmes.values_list("kind__key", "valid_until")
    return {(kind,): until.isoformat() for kind, until in rows}


def tell(
    by: User,
    institution: Institution,
    verb: Verb,
    now: datetime,
    *,
    version: int = 0,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    InstitutionEvent.objects.create(
        institution=institution,
        version=version,
        verb=verb,
        by=by,
        at=now,
        reason=reason.strip()[:200],
        detail=detail or {},
    )
    audit.record(by=by, verb=f"institution_{verb}", target=institution, now=now, detail={"version": version})
