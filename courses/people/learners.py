"""Learners: opening a login, proving who one is, finding and revealing a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, policy, privacy
from courses.models import (
    Consent,
    ConsentNotice,
    District,
    DocumentKind,
    EducationLevel,
    IdentityDocument,
    Learner,
    LearnerCategory,
    PersonMerge,
    Reveal,
    User,
)
from courses.models.catalogue import Named
from courses.people import takeover
from courses.people.documents import CheckedDocument, DocumentRefused, age_on, check
from courses.people.names import same_name
from courses.people.numbers import fresh
from courses.refusals import Refused

REGISTRATION_NOTICE = "registration"
# What a person agrees to when proving who they are: the handling as a whole, and the document number by itself.
DOCUMENT_NOTICE = "document-number"
NOTICES = (REGISTRATION_NOTICE, DOCUMENT_NOTICE)


class IdentityRefusal(StrEnum):
    DOCUMENT_INVALID = "document_invalid"
    NAME_MISSING = "name_missing"
    CONSENT_MISSING = "consent_missing"
    DOCUMENT_CONSENT_MISSING = "document_consent_missing"
    UNDER_AGE = "under_age"
    DUPLICATE_PERSON = "duplicate_person"
    ALREADY_VERIFIED = "already_verified"
    NAME_DIFFERS = "name_differs"
    NAME_NOT_ON_RECORD = "name_not_on_record"
    PHONE_NOT_ON_RECORD = "phone_not_on_record"
    TWO_RECORDS = "two_records"
    UNKNOWN_CHOICE = "unknown_choice"
    ERASED = "erased"


class IdentityRefused(Refused):
    sentences = {
        IdentityRefusal.DOCUMENT_INVALID: "%(sentence)s",
        IdentityRefusal.NAME_MISSING: _("还没有填姓名，未保存。请按证件上的姓名填写。"),
        IdentityRefusal.CONSENT_MISSING: _("还没有勾选同意，未保存。请先阅读说明，再勾选。"),
        IdentityRefusal.DOCUMENT_CONSENT_MISSING: _(
            "还没有单独同意使用证件号码，未保存。同意的请勾选；不同意就不能实名和报名，仍可查看课程，有疑问请致电咨询电话。"
        ),
        IdentityRefusal.UNDER_AGE: _("未满 %(age)s 周岁，暂不能参加培训，信息未保存。如有疑问请致电咨询电话。"),
        IdentityRefusal.DUPLICATE_PERSON: _(
            "这个证件号码已经登记在另一个手机号下，未办理成功。请用原手机号登录；号码已停用的，请带证件到窗口办理。"
        ),
        IdentityRefusal.ALREADY_VERIFIED: _("您已完成实名，无需再次提交。信息有误请到窗口更正。"),
        IdentityRefusal.UNKNOWN_CHOICE: _("没有「%(value)s」这个选项，未保存。请按代码表填写。"),
        IdentityRefusal.ERASED: _(
            "这个证件号码的个人信息已按本人申请注销，培训档案还在保存期内，未保存。要再参加培训，请本人带证件到窗口重新登记。"
        ),
        IdentityRefusal.NAME_DIFFERS: _(
            "这个证件号码已登记，姓名与登记的不同，未保存。请与本人核对证件；登记有误的，请在「查学员」里更正，"
            "查不到的请市级管理更正。"
        ),
        IdentityRefusal.NAME_NOT_ON_RECORD: _(
            "这个证件号码已由培训机构登记，登记的姓名与您填写的不同，实名未办理成功。请按证件核对姓名；仍不一致的，请带证件到窗口办理。"
        ),
        IdentityRefusal.PHONE_NOT_ON_RECORD: _(
            "这个证件号码已由培训机构登记，登记的手机号与您现在登录的不同，实名未办理成功。"
            "请用登记时的手机号登录；号码已停用的，请带证件到窗口办理。"
        ),
        IdentityRefusal.TWO_RECORDS: _(
            "这个证件号码已有培训记录，您现在的账号下也有培训记录，实名未办理成功。请带证件到窗口，办理两份记录的合并。"
        ),
    }


class RevealRefusal(StrEnum):
    REASON_MISSING = "reason_missing"
    TOO_MANY = "too_many"


class RevealRefused(Refused):
    sentences = {
        RevealRefusal.REASON_MISSING: _("请先写明查看原因，本次未显示。"),
        RevealRefusal.TOO_MANY: _("今天已查看 %(count)s 人，达到上限，本次未显示。请联系市级管理。"),
    }


def open_login(*, phone: str, now: datetime, language: str = settings.LANGUAGE_CODE) -> User:
    """The login of a proved phone; opened at its first proof, with its learner, who is written to in the language of
    that page. The phone is unique per login."""
    digest = privacy.digest(phone, purpose="phone")
    found = User.objects.filter(phone_digest=digest).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            user = User(
                username=fresh(prefix="u", length=14).lower(),
                phone=phone,
                phone_digest=digest,
                phone_verified_at=now,
                date_joined=now,
            )
            user.set_unusable_password()
            user.save()
            Learner.objects.create(number=fresh(prefix="X"), user=user, phone=phone, language=language, created_at=now)
            audit.record(by=user, verb="login_opened", target=user, now=now)
            return user
    except IntegrityError:
        # Two proofs of one phone at the same moment: the first opened it.
        return User.objects.get(phone_digest=digest)


def verify_identity(
    *,
    learner: Learner,
    kind_key: str,
    number: str,
    name: str,
    education_id: int | None,
    category_id: int | None,
    district_id: int | None,
    consent: bool,
    by: User | None,
    now: datetime,
) -> Learner:
    """实名: fix name, sex and birth date from the document, once.

    Refused with IdentityRefused: no name, no consent, a document that cannot be, a citizen under the age of policy,
    a document already held by another login (by keyed digest), a second attempt. Nothing is kept of a refused form.
    A record that was registered for this person without a login is taken over: the answer is that record.
    """
    if learner.verified_at:
        raise IdentityRefused(IdentityRefusal.ALREADY_VERIFIED)
    if not name.strip():
        raise IdentityRefused(IdentityRefusal.NAME_MISSING)
    if not consent:
        raise IdentityRefused(IdentityRefusal.CONSENT_MISSING)
    checked = checked_document(kind_key=kind_key, number=number, now=now)
    with transaction.atomic():
        hold_unproved(learner)
        own = _record_of(learner=learner, checked=checked, name=name, by=by, now=now)
        own.name = name.strip()
        own.sex = checked.sex or own.sex
        own.born_on = checked.birth_date or own.born_on
        own.education_id = education_id or own.education_id
        own.category_id = category_id or own.category_id
        own.district_id = district_id or own.district_id
        own.verified_at = own.verified_at or now
        own.save()
        _record_consents(own, now)
        audit.record(by=by, verb="identity_verified", target=own, now=now, detail={"kind": kind_key})
    return own


def hold_unproved(learner: Learner) -> None:
    """Hold the record for this transaction: what is in hand may be older than its erasure, which would be written over,
    or than the last press in another window. Refused with IdentityRefused."""
    held = Learner.objects.select_for_update().filter(pk=learner.pk).values_list("erased_at", "verified_at").first()
    if held is not None and held[0] is not None:
        raise IdentityRefused(IdentityRefusal.ERASED)
    # A record that is gone was taken over: its owner has proved who they are.
    if held is None or held[1] is not None:
        raise IdentityRefused(IdentityRefusal.ALREADY_VERIFIED)


def _record_of(*, learner: Learner, checked: CheckedDocument, name: str, by: User | None, now: datetime) -> Learner:
    """The record that the document names: one registered without a login, now this login's, or the learner's own."""
    try:
        attach_document(learner=learner, checked=checked, now=now)
    except IdentityRefused as refused:
        if refused.code != IdentityRefusal.DUPLICATE_PERSON or learner.user_id is None:
            raise
        return _taken_over(learner=learner, checked=checked, name=name, by=by, now=now)
    return learner


def _taken_over(*, learner: Learner, checked: CheckedDocument, name: str, by: User | None, now: datetime) -> Learner:
    """The record that holds the document, with the login of `learner` from now on. Refused with IdentityRefused."""
    digest = document_digest(kind_key=checked.kind, number=checked.number)
    held = IdentityDocument.objects.select_related("learner").get(digest=digest).learner
    if held.user_id == learner.user_id:
        # The same form sent twice: the first one took the record over.
        raise IdentityRefused(IdentityRefusal.ALREADY_VERIFIED)
    if held.erased_at is not None:
        raise IdentityRefused(IdentityRefusal.ERASED)
    if held.user_id is not None:
        raise IdentityRefused(IdentityRefusal.DUPLICATE_PERSON)
    # A number and a name can be known to others; the phone that the record was registered with was proved at sign-in.
    # It comes before the name, so that nobody tries out names.
    if learner.user is None or not held.phone or held.phone != learner.user.phone:
        raise IdentityRefused(IdentityRefusal.PHONE_NOT_ON_RECORD)
    if not same_name(held.name, name):
        raise IdentityRefused(IdentityRefusal.NAME_NOT_ON_RECORD)
    if takeover.has_history(learner):
        raise IdentityRefused(IdentityRefusal.TWO_RECORDS)
    if not takeover.take_over(held=held, empty=learner, by=by, now=now):
        raise IdentityRefused(IdentityRefusal.DUPLICATE_PERSON)
    return held


def _record_consents(learner: Learner, now: datetime) -> None:
    """What was agreed to, each in its newest version; what an erasure withdrew is given anew."""
    for key in NOTICES:
        notice = ConsentNotice.objects.filter(key=key).order_by("-version").first()
        if notice is not None:
            held, _new = Consent.objects.get_or_create(learner=learner, notice=notice, defaults={"given_at": now})
            if held.withdrawn_at is not None:
                Consent.objects.filter(pk=held.pk).update(given_at=now, withdrawn_at=None, witnessed_by=None)


@dataclass(frozen=True)
class Applicant:
    """A person as another system or a counter describes them; choices by the keys of the reference lists."""

    document_kind: str
    document_number: str
    name: str
    phone: str
    education: str | None
    category: str | None
    district: str | None
    consent: bool


@dataclass(frozen=True)
class Recognised:
    """A document that can be, and the learner whom it names; None where nobody is registered under it."""

    document: CheckedDocument
    learner: Learner | None


def recognise(*, applicant: Applicant, now: datetime, in_person: bool = False) -> Recognised:
    """Who somebody is, by the keyed digest of the document; reads only.

    Refused with IdentityRefused: a document that cannot be, a citizen under the age of policy, a known document that
    comes with another name, or whose record was erased unless its owner stands there (`in_person`). Nothing of the
    record is told.
    """
    checked = checked_document(kind_key=applicant.document_kind, number=applicant.document_number, now=now)
    digest = document_digest(kind_key=checked.kind, number=checked.number)
    known = IdentityDocument.objects.select_related("learner").filter(digest=digest).first()
    if known is not None and not same_name(known.learner.name, applicant.name):
        raise IdentityRefused(IdentityRefusal.NAME_DIFFERS)
    if known is not None and known.learner.erased_at is not None and not in_person:
        raise IdentityRefused(IdentityRefusal.ERASED)
    return Recognised(checked, known.learner if known else None)


def find_or_register(*, applicant: Applicant, by: User | None, now: datetime, in_person: bool = False) -> Learner:
    """The learner of a document, registered on their behalf when not yet known; no login is opened.

    An erased record whose owner comes back in person is filled again. Refused with IdentityRefused as in
    `verify_identity`, for a choice that no list has, and as `recognise`.
    """
    seen = recognise(applicant=applicant, now=now, in_person=in_person)
    checked = seen.document
    if seen.learner is not None and seen.learner.erased_at is None:
        return seen.learner
    if seen.learner is not None:
        return _filled_again(seen.learner, checked, applicant, by, now)
    with transaction.atomic():
        return verify_identity(
            learner=Learner.objects.create(number=fresh(prefix="X"), phone=applicant.phone, created_at=now),
            kind_key=checked.kind,
            number=checked.number,
            name=applicant.name,
            education_id=choice(EducationLevel, applicant.education),
            category_id=choice(LearnerCategory, applicant.category),
            district_id=choice(District, applicant.district),
            consent=applicant.consent,
            by=by,
            now=now,
        )


def _filled_again(
    learner: Learner, checked: CheckedDocument, applicant: Applicant, by: User | None, now: datetime
) -> Learner:
    """The person is who they were: what counted for them still stands against a second time."""
    digest = document_digest(kind_key=checked.kind, number=checked.number)
    with transaction.atomic():
        own = Learner.objects.select_for_update().get(pk=learner.pk)
        own.name, own.phone = applicant.name.strip(), applicant.phone
        own.sex, own.born_on = checked.sex or own.sex, checked.birth_date
        own.education_id, own.category_id = (
            choice(EducationLevel, applicant.education), choice(LearnerCategory, applicant.category)
        )  # fmt: skip
        own.district_id = choice(District, applicant.district)
        own.erased_at, own.verified_at = None, now
        own.save()
        IdentityDocument.objects.filter(digest=digest).update(
            number=checked.number, last4_digest=last4_digest(last4=checked.number[-4:]), until=None
        )
        _record_consents(own, now)
        audit.record(by=by, verb="learner_registered_again", target=own, now=now)
    return own


def choice(model: type[Named], key: str | None) -> int | None:
    """Which row of a reference list a key names. Refused with IdentityRefused for one that the list does not have."""
    if not key:
        return None
    found = model._default_manager.filter(key=key).values_list("pk", flat=True).first()
    if found is None:
        raise IdentityRefused(IdentityRefusal.UNKNOWN_CHOICE, value=key)
    return int(found)


def checked_document(*, kind_key: str, number: str, now: datetime) -> CheckedDocument:
    """Refused with IdentityRefused: a document that cannot be, a citizen under the age of policy."""
    today = policy.local_date(now)
    try:
        checked = check(kind_key, number, today=today)
    except DocumentRefused as refusal:
        raise IdentityRefused(IdentityRefusal.DOCUMENT_INVALID, sentence=refusal.sentence) from refusal
    age_min = policy.current(on=today).age_min
    if checked.birth_date and age_on(birth_date=checked.birth_date, day=today) < age_min:
        raise IdentityRefused(IdentityRefusal.UNDER_AGE, age=age_min)
    return checked


def document_digest(*, kind_key: str, number: str) -> str:
    return privacy.digest(f"{kind_key}:{number}", purpose="document")


def last4_digest(*, last4: str) -> str:
    return privacy.digest(last4.upper(), purpose="last4")


def attach_document(*, learner: Learner, checked: CheckedDocument, now: datetime) -> None:
    """The current document of a learner who has none. Refused with IdentityRefused where the number is on record."""
    try:
        with transaction.atomic():
            IdentityDocument.objects.create(
                learner=learner,
                kind=DocumentKind.objects.get(key=checked.kind),
                number=checked.number,
                digest=document_digest(kind_key=checked.kind, number=checked.number),
                last4_digest=last4_digest(last4=checked.number[-4:]),
                since=now,
            )
    except IntegrityError as error:
        # The same form sent twice: the first one registered this very person.
        mine = learner.documents.filter(until__isnull=True).exists()
        code = IdentityRefusal.ALREADY_VERIFIED if mine else IdentityRefusal.DUPLICATE_PERSON
        raise IdentityRefused(code) from error


def reveal(*, by: User, learner: Learner, field: str, reason: str, now: datetime) -> str:
    """The full document number or phone of one learner, logged with its reason; at most `reveals_a_day` a day.

    Refused with RevealRefused without a reason and beyond the day's limit.
    """
    with transaction.atomic():
        keep_reveal(by=by, learner=learner, field=field, reason=reason, now=now)
        audit.record(by=by, verb="revealed", target=learner, now=now, detail={"field": field})
    if field == "phone":
        return learner.phone
    document = learner.documents.filter(until__isnull=True).first()
    return document.number if document else ""


def keep_reveal(*, by: User, learner: Learner, field: str, reason: str, now: datetime) -> None:
    """The row by which the learner sees who looked and why. Refused as `reveal` is."""
    if not reason.strip():
        raise RevealRefused(RevealRefusal.REASON_MISSING)
    limit = policy.current(on=policy.local_date(now)).reveals_a_day
    if Reveal.objects.filter(by=by, at__gt=now - timedelta(days=1)).count() >= limit:
        raise RevealRefused(RevealRefusal.TOO_MANY, count=limit)
    Reveal.objects.create(by=by, learner=learner, field=field, reason=reason.strip()[:200], at=now)


def current_documents(*, learners: Sequence[int]) -> dict[int, IdentityDocument]:
    """By the id of each learner, the current document: of a record that was merged, that of the one that was kept."""
    kept = dict(PersonMerge.objects.filter(merged__in=set(learners)).values_list("merged_id", "kept_id"))
    chosen = {pk: kept.get(pk, pk) for pk in learners}
    rows = IdentityDocument.objects.filter(learner__in=set(chosen.values()), until__isnull=True)
    held = {row.learner_id: row for row in rows.select_related("kind")}
    return {pk: held[owner] for pk, owner in chosen.items() if owner in held}
