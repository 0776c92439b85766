"""A small cast. Numbers are of valid form from ranges that are not assigned."""

from datetime import UTC, date, datetime
from itertools import count

from courses import privacy
from courses.models import District, DocumentKind, IdentityDocument, Institution, Learner, Post, User
from courses.people.documents import check_character
from courses.people.learners import document_digest, last4_digest

_serial = count(1)


def resident_number(*, born_on: date = date(1990, 1, 1), serial: int | None = None) -> str:
    sequence = (serial if serial is not None else next(_serial)) % 1000
    seventeen = f"370699{born_on:%Y%m%d}{sequence:03d}"
    return seventeen + check_character(seventeen)


def phone_number() -> str:
    return f"199{next(_serial):08d}"


def user(*, username: str = "", name: str = "", phone: str = "") -> User:
    number = next(_serial)
    made = User(username=username or f"user{number}", name=name, date_joined=datetime.now(UTC))
    if phone:
        made.phone = phone
        made.phone_digest = privacy.digest(phone, purpose="phone")
    made.set_unusable_password()
    made.save()
    return made


def learner(
    *,
    name: str = "王小强",
    born_on: date = date(1990, 1, 1),
    now: datetime,
    verified: bool = True,
    with_login: bool = True,
    document: str = "",
    phone: str = "",
    sex: str = "1",
) -> Learner:
    """A verified learner with a login and a resident document, unless told otherwise."""
    phone = phone or phone_number()
    login = user(name=name, phone=phone) if with_login else None
    made = Learner.objects.create(
        number=f"X{next(_serial):010d}",
        user=login,
        name=name if verified else "",
        born_on=born_on if verified else None,
        sex=sex,
        phone=phone,
        verified_at=now if verified else None,
        created_at=now,
    )
    if verified:
        attach_document(made, document or resident_number(born_on=born_on), now=now)
    return made


def unreachable(*, now: datetime) -> Learner:
    """Somebody without a phone and without a login."""
    made = learner(now=now, with_login=False)
    made.phone = ""
    made.save()
    return made


def attach_document(learner: Learner, number: str, *, now: datetime) -> IdentityDocument:
    kind, _created = DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    return IdentityDocument.objects.create(
        learner=learner,
        kind=kind,
        number=number,
        digest=document_digest(kind_key="resident", number=number),
        last4_digest=last4_digest(last4=number[-4:]),
        since=now,
    )


def staff(
    *,
    role: str,
    now: datetime,
    username: str = "",
    name: str = "",
    district: District | None = None,
    institution: Institution | None = None,
) -> User:
    made = user(username=username, name=name)
    made.is_staff = True
    made.save(update_fields=["is_staff"])
    Post.objects.create(user=made, role=role, district=district, institution=institution, since=now)
    return made
