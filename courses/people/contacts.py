"""How somebody who works here is reached away from the screen: a phone and an e-mail address, kept with their login.

They open nothing. The phone is no key of the login as a learner's is, so that no code sent to it signs anybody in.
"""

from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import access, audit
from courses.models import Learner, Post, User
from courses.people.phones import normalise_mobile
from courses.refusals import Refused

EMAIL_LENGTH = 254


class ContactRefusal(StrEnum):
    EMAIL_FORM = "email_form"
    SIGNS_IN = "signs_in"
    NOT_MANAGED = "not_managed"


class ContactRefused(Refused):
    sentences = {
        ContactRefusal.EMAIL_FORM: _("邮箱地址不对，未保存。请核对后再填，例如 name@example.cn。"),
        ContactRefusal.SIGNS_IN: _("这个手机号是本人登录用的，不能在这里改，未保存。请本人登录后更换。"),
        ContactRefusal.NOT_MANAGED: _("此人还有不归您管的岗位，联系方式请本人自己改，未保存。"),
    }


def tidy_email(raw: str) -> str:
    """As it is kept, nothing for nothing. Refused with ContactRefused where it can be no address."""
    address = raw.strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        raise ContactRefused(ContactRefusal.EMAIL_FORM) from None
    if len(address) > EMAIL_LENGTH:
        raise ContactRefused(ContactRefusal.EMAIL_FORM)
    name, _at, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def tidy_phone(raw: str) -> str:
    """Nothing for nothing. Refused with PhoneRefused."""
    return normalise_mobile(raw) if raw.strip() else ""


def change_contact(
    *, by: User, login: User, phone: str | None = None, email: str | None = None, now: datetime
) -> list[str]:
    """Keep another phone or address, or none (empty); what is None stays. Gives the names of what changed.

    Refused with PhoneRefused and ContactRefused: what can be no phone or address; the phone that its owner signs in
    with; somebody else's login with a post that is not `by`'s to end.
    """
    if by.pk != login.pk and not access.manages(user=by, login=login, now=now):
        raise ContactRefused(ContactRefusal.NOT_MANAGED)
    wanted = {}
    if phone is not None:
        wanted["phone"] = tidy_phone(phone)
    if email is not None:
        wanted["email"] = tidy_email(email)
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=login.pk)
        changed = [name for name, value in wanted.items() if getattr(held, name) != value]
        if "phone" in changed and held.phone_digest:
            raise ContactRefused(ContactRefusal.SIGNS_IN)
        for name in changed:
            setattr(held, name, wanted[name])
        if changed:
            held.save(update_fields=changed)
            audit.record(by=by, verb="contact_changed", target=held, now=now, detail={"fields": changed})
    return changed


def forget_contact(login: User) -> bool:
    """Who works here no more is called no more; a learner keeps the phone that they sign in with. Says whether there
    was anything."""
    gone = [name for name in ("phone", "email") if getattr(login, name)]
    if "phone" in gone and Learner.objects.filter(user=login).exists():
        gone.remove("phone")
    for name in gone:
        setattr(login, name, "")
    login.save(update_fields=gone)
    return bool(gone)


def sweep(*, now: datetime) -> int:
    """Forget how those were reached whose last post has run out by its date; gives how many.

    Where somebody ends the last post it goes at once (`posts.end`); a post that ends by itself has nobody who presses.
    """
    lasts = Post.objects.filter(Q(until__isnull=True) | Q(until__gt=now))
    over = User.objects.filter(posts__until__lte=now).exclude(pk__in=lasts.values("user"))
    forgotten = 0
    for pk in [login.pk for login in over.distinct().order_by("pk") if login.phone or login.email]:
        with transaction.atomic():
            # Whoever is given another post at this moment keeps what they are reached by.
            held = User.objects.select_for_update().get(pk=pk)
            if not lasts.filter(user=held).exists() and forget_contact(held):
                audit.record(by=None, verb="contact_forgotten", target=held, now=now)
                forgotten += 1
    return forgotten
