"""What a phone is given before a lesson: whom it may meet, and how it recognises what they show."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, privacy
from courses import policy as policies
from courses.attendance import membership, personal
from courses.attendance.codes import to_base32
from courses.models import Attendance, Device, Enrolment, Kit, Lesson, PersonalCard, TrainingClass, User
from courses.people.numbers import fresh
from courses.policy import Policy
from courses.refusals import Refused

MEMBER_LENGTH = 12
SALT_BYTES = 16
SEEN_LENGTH = 16
LABEL_LENGTH = 60
# A phone is prepared for today's or tomorrow's lesson: what browsers its learners have is known until then.
AHEAD = timedelta(hours=36)


class KitRefusal(StrEnum):
    CANCELLED = "cancelled"
    TOO_EARLY = "too_early"
    OVER = "over"
    BAD_KEY = "bad_key"
    NOT_THIS_KIT = "not_this_kit"
    TOO_MANY = "too_many"


class KitRefused(Refused):
    sentences = {
        KitRefusal.CANCELLED: _("这次课已取消，没有准备。请另选课次。"),
        KitRefusal.TOO_EARLY: _("离上课还早，没有准备。请在上课前 36 小时内再来准备。"),
        KitRefusal.OVER: _("这次课已经结束，没有准备。请在点名册补签。"),
        KitRefusal.BAD_KEY: _("这部手机的密钥不能用，没有准备。请换一个较新的浏览器再试。"),
        KitRefusal.NOT_THIS_KIT: _("这部手机不是为这次课准备的，没有接收。请在原来那次课的页面上传。"),
        KitRefusal.TOO_MANY: _("一次送来的太多，没有接收。请分开上传，手机里的记录都还在。"),
    }


@dataclass(frozen=True)
class Prepared:
    """The phone's own row, and what it keeps: ready for JSON, without a name that is whole."""

    kit: Kit
    content: dict[str, Any]


def prepare(*, by: User, lesson: Lesson, public_key: str, label: str, device_ms: int, now: datetime) -> Prepared:
    """Make a phone known for one lesson and give it what it needs; the same key gets the same phone again.

    `device_ms` is the phone's clock when it asked, in milliseconds. In the audit book, since names leave the server.
    Refused with KitRefused: no key of the kind, a lesson that is cancelled, over, or more than a day away.
    """
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    _admit(lesson, policy, now)
    if read_public_key(public_key) is None:
        raise KitRefused(KitRefusal.BAD_KEY)
    with transaction.atomic():
        kit, made = Kit.objects.get_or_create(
            lesson=lesson,
            public_key=public_key,
            defaults={
                "number": fresh(prefix="L"),
                "label": label[:LABEL_LENGTH],
                "offset_ms": int(now.timestamp() * 1000) - device_ms,
                "by": by,
                "prepared_at": now,
            },
        )
        content = _content(kit, lesson, policy, now)
        detail = {"lesson": lesson.number, "members": len(content["members"]), "again": not made}
        audit.record(by=by, verb="kit_prepared", target=kit, now=now, detail=detail)
    return Prepared(kit, content)


def _admit(lesson: Lesson, policy: Policy, now: datetime) -> None:
    if lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED:
        raise KitRefused(KitRefusal.CANCELLED)
    if now < lesson.starts_at - AHEAD:
        raise KitRefused(KitRefusal.TOO_EARLY)
    if now > lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes):
        raise KitRefused(KitRefusal.OVER)


def read_public_key(text: str) -> ec.EllipticCurvePublicKey | None:
    """The key of a phone: base64 of an uncompressed point of P-256. None for anything else."""
    try:
        point = base64.b64decode(text, validate=True)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point) if len(point) == 65 else None
    except (binascii.Error, ValueError):
        return None


def member_name(*, lesson: Lesson, learner_number: str) -> str:
    """What a learner is called on the phones of one lesson; nobody can tell who it is, or that it is the same person
    at another lesson."""
    digest = privacy.sign(f"{lesson.code}:{learner_number}".encode(), purpose="kit-member", length=8)
    return to_base32(int.from_bytes(digest, "big") >> 4, MEMBER_LENGTH)


def _content(kit: Kit, lesson: Lesson, policy: Policy, now: datetime) -> dict[str, Any]:
    first = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    last = lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes)
    salt = privacy.sign(kit.number.encode(), purpose="kit-salt", length=SALT_BYTES).hex()
    return {
        "kit": kit.number,
        "now": _ms(now),
        "opens": _ms(first),
        "present": _ms(lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes)),
        "leaving": _ms(lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes)),
        "closes": _ms(last),
        # The phone forgets it all by itself then: nobody adds to the lesson any more.
        "until": _ms(lesson.ends_at + timedelta(hours=policy.late_addition_hours)),
        "step": personal.STEP_SECONDS,
        "first": personal.step_of(first),
        "fresh": policy.personal_fresh_seconds,
        "salt": salt,
        "members": _members(lesson, salt, first, last, now),
    }


def _members(lesson: Lesson, salt: str, first: datetime, last: datetime, now: datetime) -> list[dict[str, Any]]:
    states = {row.learner_id: row for row in Attendance.objects.filter(lesson=lesson)}
    ever_in = membership.ever_in(training_class_id=lesson.training_class_id)
    due = membership.members(enrolments=ever_in, lesson=lesson, states=states)
    ids = [row.learner_id for row in due]
    marks: dict[int, str] = dict(
        PersonalCard.objects.filter(learner__in=ids, voided_at__isnull=True).values_list("learner", "mark")
    )
    browsers: dict[int, list[str]] = {}
    bound = Device.objects.filter(learner__in=ids, revoked_at__isnull=True, expires_at__gt=now)
    for learner_id, code in bound.order_by("pk").values_list("learner", "code"):
        browsers.setdefault(learner_id, []).append(code)
    return [
        _member(row, lesson, salt, marks.get(row.learner_id, ""), browsers.get(row.learner_id, []), first, last)
        for row in due
    ]


def _member(
    row: Enrolment, lesson: Lesson, salt: str, mark: str, browsers: list[str], first: datetime, last: datetime
) -> dict[str, Any]:
    number = row.learner.number
    return {
        "id": member_name(lesson=lesson, learner_number=number),
        "no": row.arrival_no,
        "name": privacy.mask_given_name(row.learner.name),
        "code": _seen(salt, number.removeprefix(personal.PREFIX)),
        "card": _seen(salt, mark) if mark else "",
        "tails": [personal.tails(learner_number=number, device_code=code, first=first, last=last) for code in browsers],
    }


def _seen(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()[:SEEN_LENGTH]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
