"""固定扫码台: a screen in the room that scans cards and personal codes, with nobody signed in at it.

A trainer starts it and reads an opening code from their own phone; whoever stands at the machine types it once. What
stays there is the kiosk's own token, which scans and shows masked names and can do nothing else; it ends by itself and
can be ended at any moment.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit, privacy
from courses import policy as policies
from courses.attendance.personal import bare
from courses.attendance.rooms import Place
from courses.models import Kiosk, Lesson, TrainingClass, User
from courses.notices import limits
from courses.people.numbers import fresh
from courses.refusals import Refused

OPENING_LENGTH = 8
OPENING_LIFE = timedelta(minutes=10)
TRIES, TRIES_WINDOW = 10, timedelta(minutes=10)
OPENING, TOKEN = "kiosk-opening", "kiosk"  # what each digest is for


class KioskRefusal(StrEnum):
    NO_ROOM = "no_room"
    OVER = "over"
    NOT_KNOWN = "not_known"
    TOO_MANY = "too_many"
    ENDED = "ended"


class KioskRefused(Refused):
    sentences = {
        KioskRefusal.NO_ROOM: _("这次课没有登记教室，没有开启。请改为只给这次课开启。"),
        KioskRefusal.OVER: _("这次课已经结束，没有开启。请给下一次课开启。"),
        KioskRefusal.NOT_KNOWN: _("开机码不对或已过 10 分钟，没有开启。请老师重新生成一个。"),
        KioskRefusal.TOO_MANY: _("10 分钟内已试 10 次，这一次没有核对。请 %(minutes)s 分钟后再试。"),
        KioskRefusal.ENDED: _("这个扫码台已经停用，未改动。需要的话请重新开启一个。"),
    }


@dataclass(frozen=True)
class Started:
    """A new kiosk with the code that opens it; nobody can read the code again later."""

    kiosk: Kiosk
    code: str


def start(*, by: User, lesson: Lesson, whole_room: bool, now: datetime) -> Started:
    """A kiosk for one lesson, or for its room through the day (`kiosk_hours`); it opens within ten minutes.

    Refused with KioskRefused: a room that is not known, or a lesson whose windows are shut for good.
    """
    training_class = lesson.training_class
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    room = lesson.room or training_class.room
    if whole_room and not room:
        raise KioskRefused(KioskRefusal.NO_ROOM)
    closes = lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes)
    if not whole_room and now >= closes:
        raise KioskRefused(KioskRefusal.OVER)
    code = fresh(prefix="", length=OPENING_LENGTH)
    with transaction.atomic():
        kiosk = Kiosk.objects.create(
            number=fresh(prefix="T"),
            institution_id=training_class.institution_id,
            lesson=None if whole_room else lesson,
            venue_id=lesson.venue_id or training_class.venue_id,
            room=room,
            opening_digest=privacy.digest(code, purpose=OPENING),
            opens_until=now + OPENING_LIFE,
            started_by=by,
            started_at=now,
            expires_at=now + timedelta(hours=policy.kiosk_hours) if whole_room else closes,
        )
        audit.record(by=by, verb="kiosk_started", target=kiosk, now=now, detail={"lesson": lesson.number})
    return Started(kiosk, code)


def open_up(*, code: str, address: str, now: datetime) -> str:
    """The token that the machine keeps, for an opening code; a code opens one machine. Refused with KioskRefused."""
    taken = limits.take(what="kiosk", value=address, window=TRIES_WINDOW, now=now)
    if taken.count > TRIES:
        raise KioskRefused(KioskRefusal.TOO_MANY, minutes=taken.minutes)
    token = secrets.token_urlsafe(24)
    waiting = Kiosk.objects.filter(
        opening_digest=privacy.digest(bare(code), purpose=OPENING), opens_until__gt=now, ended_at__isnull=True
    )
    if not waiting.update(opening_digest=None, token_digest=privacy.digest(token, purpose=TOKEN)):
        raise KioskRefused(KioskRefusal.NOT_KNOWN)
    return token


def of_token(*, token: str, now: datetime) -> Kiosk | None:
    """The kiosk whose token a machine shows; None when it has ended or run out."""
    if not token:
        return None
    live_ones = Kiosk.objects.filter(ended_at__isnull=True, expires_at__gt=now)
    return (
        live_ones.filter(token_digest=privacy.digest(token, purpose=TOKEN))
        .select_related("institution", "venue", "lesson__training_class__course")
        .first()
    )


def place_of(kiosk: Kiosk) -> Lesson | Place:
    """Where it scans: at its lesson, or at whatever is on in its room."""
    return kiosk.lesson or Place(kiosk.institution_id, kiosk.venue_id, kiosk.room)


def end(*, by: User, kiosk: Kiosk, now: datetime) -> None:
    """From now on its token opens nothing. Refused with KioskRefused where it has ended."""
    with transaction.atomic():
        if not Kiosk.objects.filter(pk=kiosk.pk, ended_at__isnull=True).update(ended_at=now, ended_by=by):
            raise KioskRefused(KioskRefusal.ENDED)
        audit.record(by=by, verb="kiosk_ended", target=kiosk, now=now)


def live(*, lesson: Lesson, now: datetime) -> QuerySet[Kiosk]:
    """The kiosks that scan for a lesson, those of its room included, newest first."""
    training_class = lesson.training_class
    venue = lesson.venue_id or training_class.venue_id
    room = Q(lesson__isnull=True, institution=training_class.institution_id, venue=venue)
    here = Q(lesson=lesson) | (room & Q(room=lesson.room or training_class.room))
    return Kiosk.objects.filter(here, ended_at__isnull=True, expires_at__gt=now).order_by("-started_at")


def live_of_class(*, training_class: TrainingClass, now: datetime) -> QuerySet[Kiosk]:
    """The kiosks that scan for any lesson of a class, those of its rooms included, newest first."""
    rooms = training_class.lessons.exclude(room="").values("room")
    in_room = Q(room__in=rooms) | Q(room=training_class.room)
    elsewhere = training_class.lessons.filter(venue__isnull=False).values("venue")
    venues = Q(venue=training_class.venue_id) | Q(venue__in=elsewhere)
    place = Q(lesson__isnull=True, institution=training_class.institution_id) & venues & in_room
    here = Q(lesson__training_class=training_class) | place
    return Kiosk.objects.filter(here, ended_at__isnull=True, expires_at__gt=now).order_by("-started_at")


def lessons_to_scan(*, training_class: TrainingClass, now: datetime) -> QuerySet[Lesson]:
    """Lessons for which a kiosk may still be started, soonest first."""
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    closed = now - timedelta(minutes=policy.checkout_closes_minutes)
    planned = training_class.lessons.filter(status=Lesson.Status.PLANNED, ends_at__gt=closed)
    return planned.select_related("training_class").order_by("starts_at", "number")
