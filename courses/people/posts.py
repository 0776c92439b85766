"""岗位: who works here is given a post and a login, by whom, until when; and how a lost login is opened anew.

A login is opened by a link that lasts a day and works once. Whoever has it sets the password; the second factor is set
up at the first visit. Where an officer who approves gives a post that has its part in what counts, or opens such a
login, a second officer confirms it first (design law 10).
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import access, audit, privacy
from courses.access import Role
from courses.models import AccessLink, District, Institution, Post, StaffRequest, User
from courses.people.contacts import forget_contact, tidy_email, tidy_phone
from courses.people.numbers import fresh
from courses.refusals import Refused

LINK_LIFE = timedelta(days=1)
# 100 bits: nobody finds one by trying.
CODE_LENGTH = 20
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
# An installation begins with as many officers of the city as are needed to confirm each other.
FOUNDERS = 2
OF_INSTITUTIONS = (Role.TRAINER, Role.INSTITUTION)


class StaffRefusal(StrEnum):
    NOT_YOURS = "not_yours"
    USERNAME_FORM = "username_form"
    NAME_MISSING = "name_missing"
    SCOPE_MISSING = "scope_missing"
    PERIOD = "period"
    TAKEN = "taken"
    ALREADY = "already"
    ASKED_ALREADY = "asked_already"
    OWN = "own"
    ENDED = "ended"
    NOT_MANAGED = "not_managed"
    SAME_PERSON = "same_person"
    DECIDED = "decided"
    FOUNDED = "founded"
    LINK = "link"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 (a code of refusal)


class StaffRefused(Refused):
    sentences = {
        StaffRefusal.NOT_YOURS: _("这个岗位不由您任命，未保存。请联系主管部门办理。"),
        StaffRefusal.USERNAME_FORM: _("账号要 2 到 40 位，只用小写字母、数字、点、横线和下划线，未保存。请改一下。"),
        StaffRefusal.NAME_MISSING: _("请填写姓名，未保存。"),
        StaffRefusal.SCOPE_MISSING: _("请选择这个岗位所在的区市或机构，未保存。"),
        StaffRefusal.PERIOD: _("任期已经过了，未保存。请填今天或以后的日期。"),
        StaffRefusal.TAKEN: _(
            "账号「%(username)s」已有人用，未保存。本人已有账号的，姓名要与原来一致；不是同一人的，请换一个账号。"
        ),
        StaffRefusal.ALREADY: _("这个账号已有这个岗位，未保存。请在人员列表里核对。"),
        StaffRefusal.ASKED_ALREADY: _("这个账号已有一份申请等人确认，未重复保存。"),
        StaffRefusal.OWN: _("自己的岗位和登录须由他人办理，未改动。"),
        StaffRefusal.ENDED: _("这个岗位已经停用，未改动。请刷新后再看。"),
        StaffRefusal.NOT_MANAGED: _("此人还有不归您管的岗位，不能由您重设，未改动。请联系主管部门办理。"),
        StaffRefusal.SAME_PERSON: _("您提出的须由另一人确认，未改动。"),
        StaffRefusal.DECIDED: _("这份申请已经办结，未改动。请刷新后再看。"),
        StaffRefusal.FOUNDED: _("市级管理已有两人，没有新开。请由他们在工作台的「人员」里办理。"),
        StaffRefusal.LINK: _("开通码不对、用过了，或已超过 24 小时，密码没有设置。请找给您链接的人重新开一个。"),
        StaffRefusal.WEAK_PASSWORD: _("密码没有设置。%(why)s请换一个再试。"),
    }


@dataclass(frozen=True)
class Appointment:
    """A post for an account, `until` a moment or without end. `phone` and `email` are kept with a login without any."""

    username: str
    name: str
    role: str
    district: District | None = None
    institution: Institution | None = None
    until: datetime | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Given:
    """What came of it. `code` opens the login once, and is shown this once; none where it has its password.

    `request` is what another person has to confirm first: then nothing else is there yet.
    """

    login: User | None = None
    post: Post | None = None
    code: str = ""
    request: StaffRequest | None = None


def appoint(*, by: User, wanted: Appointment, now: datetime) -> Given:
    """Give a post to a new login, or one more to a login of the staff whose name is the one given.

    Refused with PhoneRefused and ContactRefused where nobody can be reached so, and with StaffRefused: a post that is
    not `by`'s to give, or one's own; a wrong or taken account; a post that the account has.
    """
    wanted = _checked(wanted, now)
    if not access.may_appoint(
        user=by, role=wanted.role, district=wanted.district, institution=wanted.institution, now=now
    ):
        raise StaffRefused(StaffRefusal.NOT_YOURS)
    login = _login_of(wanted)
    _refuse_own(by, login)
    if login is not None:
        _refuse_twice(login, wanted, now)
    if access.takes_two(user=by, roles=[wanted.role], now=now):
        return Given(request=_ask(by, StaffRequest.Kind.POST, wanted, now=now))
    with transaction.atomic():
        return _give(by, wanted, now)


def found(*, username: str, name: str, now: datetime) -> Given:
    """The first officers of the city, for whom there is nobody yet who could appoint them; asked for at the machine.

    Refused with StaffRefused once there are two, who appoint everybody else.
    """
    wanted = _checked(Appointment(username, name, Role.CITY), now)
    with transaction.atomic():
        if Post.objects.filter(Post.in_force(now), role=Role.CITY).count() >= FOUNDERS:
            raise StaffRefused(StaffRefusal.FOUNDED)
        return _give(None, wanted, now)


def end(*, by: User, post: Post, now: datetime) -> None:
    """The post is over at once; with the last one of a login its password, sessions and second factor go, and how its
    owner was reached.

    Refused with StaffRefused: one's own post, or one that is over.
    """
    _refuse_own(by, post.user)
    with transaction.atomic():
        # One post of a login after the other: whoever ends the last one shuts it.
        User.objects.select_for_update().get(pk=post.user_id)
        held = Post.objects.select_for_update(of=("self",)).select_related("user").get(pk=post.pk)
        if not held.is_held(now):
            raise StaffRefused(StaffRefusal.ENDED)
        held.until = now
        held.save(update_fields=["until"])
        audit.record(by=by, verb="post_ended", target=held, now=now, detail=_detail(held))
        if not held.user.posts.filter(Post.in_force(now)).exists():
            _shut(held.user)
            forget_contact(held.user)


def reset_access(*, by: User | None, login: User, now: datetime) -> Given:
    """Password, sessions and second factor end, and a new link opens the login. `by` None: asked for at the machine.

    Refused with StaffRefused: one's own login, or one that holds a post which is not `by`'s to end.
    """
    if by is not None:
        _refuse_own(by, login)
        if not access.manages(user=by, login=login, now=now):
            raise StaffRefused(StaffRefusal.NOT_MANAGED)
        roles = login.posts.filter(Post.in_force(now)).values_list("role", flat=True)
        if access.takes_two(user=by, roles=roles, now=now):
            return Given(
                request=_ask(by, StaffRequest.Kind.RESET, Appointment(login.username, login.name, ""), login, now=now)
            )
    with transaction.atomic():
        return _reset(by, login, now)


def confirm(*, by: User, request: StaffRequest, now: datetime) -> Given:
    """Do what another person asked for. Refused with StaffRefused: asked for by oneself or for oneself, decided
    already, or not to be done as things stand now."""
    if by.pk == request.asked_by_id:
        raise StaffRefused(StaffRefusal.SAME_PERSON)
    wanted = Appointment(
        username=request.username,
        name=request.name,
        role=request.role,
        district=request.district,
        institution=request.institution,
        until=request.until,
        phone=request.phone,
        email=request.email,
    )
    with transaction.atomic():
        _decide(request, StaffRequest.Status.DONE, by, now)
        if request.user is not None:
            _refuse_own(by, request.user)
            if not request.user.posts.filter(Post.in_force(now)).exists():
                raise StaffRefused(StaffRefusal.ENDED)
            return _reset(by, request.user, now)
        wanted = _checked(wanted, now)
        _refuse_own(by, _login_of(wanted))
        given = _give(by, wanted, now)
        if given.code or given.login is None:
            return given
        # Who opened the login before may hold its password: with a post that counts, the second person opens it anew.
        return replace(_reset(by, given.login, now), post=given.post)


def drop(*, by: User, request: StaffRequest, now: datetime) -> None:
    """Leave it; also by who asked. Refused with StaffRefused when decided already."""
    with transaction.atomic():
        _decide(request, StaffRequest.Status.DROPPED, by, now)
        audit.record(by=by, verb="staff_request_dropped", target=request, now=now)


def set_password(*, code: str, password: str, now: datetime) -> User:
    """By the link, once. Refused with StaffRefused: no link that holds, or a password that is too easy."""
    link = AccessLink.objects.select_related("user").filter(digest=_digest(code), expires_at__gt=now).first()
    if link is None or not link.user.is_active:
        raise StaffRefused(StaffRefusal.LINK)
    login = link.user
    try:
        validate_password(password, login)
    except ValidationError as error:
        raise StaffRefused(StaffRefusal.WEAK_PASSWORD, why="".join(error.messages)) from None
    login.set_password(password)
    with transaction.atomic():
        # Of two who come with one link at the same moment, one finds it.
        if not AccessLink.objects.filter(pk=link.pk, digest=link.digest).delete()[0]:
            raise StaffRefused(StaffRefusal.LINK)
        login.save(update_fields=["password"])
        audit.record(by=login, verb="password_set", target=login, now=now)
    return login


def _checked(wanted: Appointment, now: datetime) -> Appointment:
    """As it is to be written, or refused."""
    username = unicodedata.normalize("NFKC", wanted.username).strip().lower()
    name = " ".join(unicodedata.normalize("NFKC", wanted.name).split())
    if not USERNAME.fullmatch(username):
        raise StaffRefused(StaffRefusal.USERNAME_FORM)
    if not name:
        raise StaffRefused(StaffRefusal.NAME_MISSING)
    if wanted.until is not None and wanted.until <= now:
        raise StaffRefused(StaffRefusal.PERIOD)
    district = wanted.district if wanted.role == Role.DISTRICT else None
    institution = wanted.institution if wanted.role in OF_INSTITUTIONS else None
    if (wanted.role == Role.DISTRICT and not district) or (wanted.role in OF_INSTITUTIONS and not institution):
        raise StaffRefused(StaffRefusal.SCOPE_MISSING)
    return replace(
        wanted,
        username=username,
        name=name,
        district=district,
        institution=institution,
        phone=tidy_phone(wanted.phone),
        email=tidy_email(wanted.email),
    )


def _login_of(wanted: Appointment) -> User | None:
    """The login that has the account, whatever its case; the name has to be its own, so that nobody else is meant."""
    login = User.objects.filter(username__iexact=wanted.username).first()
    if login and not (login.is_staff and login.is_active and login.name == wanted.name):
        raise StaffRefused(StaffRefusal.TAKEN, username=wanted.username)
    return login


def _refuse_own(by: User, login: User | None) -> None:
    if login is not None and login.pk == by.pk:
        raise StaffRefused(StaffRefusal.OWN)


def _refuse_twice(login: User, wanted: Appointment, now: datetime) -> None:
    same = login.posts.filter(Post.in_force(now), role=wanted.role)
    if wanted.role == Role.TRAINER:
        same = same.filter(institution=wanted.institution)
    if same.exists():
        raise StaffRefused(StaffRefusal.ALREADY)


def _give(by: User | None, wanted: Appointment, now: datetime) -> Given:
    try:
        with transaction.atomic():
            login = _login_of(wanted) or _new_login(wanted, now)
            _refuse_twice(login, wanted, now)
            _keep_contact(login, wanted)
            post = Post.objects.create(
                user=login,
                role=wanted.role,
                district=wanted.district,
                institution=wanted.institution,
                since=now,
                until=wanted.until,
                given_by=by,
            )
    except IntegrityError:
        raise StaffRefused(StaffRefusal.ALREADY) from None
    audit.record(by=by, verb="post_given", target=post, now=now, detail=_detail(post))
    # A link to a login that also works elsewhere would open what is not this person's to open.
    opens = not login.has_usable_password() and (by is None or access.manages(user=by, login=login, now=now))
    return Given(login, post, _open(by, login, now) if opens else "")


def _new_login(wanted: Appointment, now: datetime) -> User:
    login = User(username=wanted.username, name=wanted.name, is_staff=True, date_joined=now)
    login.set_unusable_password()
    login.save()
    return login


def _keep_contact(login: User, wanted: Appointment) -> None:
    """Nobody's own number is written over by who gives them one more post."""
    fresh = [name for name in ("phone", "email") if getattr(wanted, name) and not getattr(login, name)]
    for name in fresh:
        setattr(login, name, getattr(wanted, name))
    login.save(update_fields=fresh)


def _reset(by: User | None, login: User, now: datetime) -> Given:
    _shut(login)
    audit.record(by=by, verb="access_reset", target=login, now=now)
    return Given(login, None, _open(by, login, now))


def _shut(login: User) -> None:
    """Every session ends with the password that it was opened with."""
    login.set_unusable_password()
    login.save(update_fields=["password"])
    AccessLink.objects.filter(user=login).delete()
    # By name: the rules know no sign-in library.
    apps.get_model("mfa", "Authenticator")._default_manager.filter(user=login).delete()


def _open(by: User | None, login: User, now: datetime) -> str:
    code = fresh(prefix="", length=CODE_LENGTH)
    AccessLink.objects.update_or_create(
        user=login, defaults={"digest": _digest(code), "made_at": now, "expires_at": now + LINK_LIFE}
    )
    audit.record(by=by, verb="access_link_made", target=login, now=now)
    return code


def _ask(
    by: User, kind: StaffRequest.Kind, wanted: Appointment, login: User | None = None, *, now: datetime
) -> StaffRequest:
    try:
        with transaction.atomic():
            made = StaffRequest.objects.create(
                number=fresh(prefix="G"),
                kind=kind,
                user=login,
                username=wanted.username,
                name=wanted.name,
                role=wanted.role,
                district=wanted.district,
                institution=wanted.institution,
                until=wanted.until,
                phone=wanted.phone,
                email=wanted.email,
                asked_by=by,
                asked_at=now,
            )
            audit.record(by=by, verb="staff_request_asked", target=made, now=now, detail={"kind": kind.value})
    except IntegrityError:
        raise StaffRefused(StaffRefusal.ASKED_ALREADY) from None
    return made


def _decide(request: StaffRequest, status: StaffRequest.Status, by: User, now: datetime) -> None:
    changes = {"status": status, "decided_by": by, "decided_at": now, "phone": "", "email": ""}
    if not StaffRequest.objects.filter(pk=request.pk, status=StaffRequest.Status.ASKED).update(**changes):
        raise StaffRefused(StaffRefusal.DECIDED)
    for name, value in changes.items():
        setattr(request, name, value)


def _detail(post: Post) -> dict[str, str]:
    return {
        "role": post.role,
        "login": post.user.username,
        "district": post.district.key if post.district else "",
        "institution": post.institution.number if post.institution else "",
    }


def _digest(code: str) -> str:
    plain = "".join(code.upper().split()).replace("-", "")
    return privacy.digest(plain, purpose="access-link")
