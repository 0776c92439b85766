"""Who gives which post to whom, whose posts and logins each may end or open anew, and when that takes two people."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from courses.access.roles import Permission, Role, held, may
from courses.models import District, Institution, Post, StaffRequest, User

APPOINTS: dict[str, frozenset[Role]] = {
    Role.CITY: frozenset(
        {
            *(Role.CITY, Role.DISTRICT, Role.INSTITUTION, Role.INSPECTOR, Role.AUDITOR, Role.EDITOR, Role.REVIEWER),
            Role.EXPERT,
        }
    ),
    Role.DISTRICT: frozenset({Role.DISTRICT, Role.INSTITUTION}),
    Role.INSTITUTION: frozenset({Role.INSTITUTION, Role.TRAINER}),
}
# Each has its part in what counts. An officer who approves and could also open such a login alone would be two people.
COUNTING = frozenset({Role.TRAINER, Role.INSTITUTION, Role.DISTRICT, Role.CITY, Role.INSPECTOR, Role.EXPERT})


def appointable(*, user: User, now: datetime) -> list[Role]:
    """The posts that this person may give, somewhere."""
    given = {role for post in held(user=user, now=now) for role in APPOINTS.get(post.role, ())}
    return [role for role in Role if role in given]


def appointing_districts(*, user: User, now: datetime) -> QuerySet[District]:
    """Where this person may give the post of a district's officer."""
    posts = held(user=user, now=now)
    if any(post.role == Role.CITY for post in posts):
        return District.objects.all()
    return District.objects.filter(pk__in={post.district_id for post in posts if post.role == Role.DISTRICT})


def appointing_institutions(*, user: User, now: datetime) -> QuerySet[Institution]:
    """For which institutions this person may give a post."""
    posts = held(user=user, now=now)
    if any(post.role == Role.CITY for post in posts):
        return Institution.objects.all()
    districts = {post.district_id for post in posts if post.role == Role.DISTRICT}
    own = {post.institution_id for post in posts if post.role == Role.INSTITUTION}
    return Institution.objects.filter(Q(district__in=districts) | Q(pk__in=own))


def may_appoint(
    *, user: User, role: str, district: District | None, institution: Institution | None, now: datetime
) -> bool:
    return any(
        role in APPOINTS.get(post.role, ())
        and (
            post.role == Role.CITY
            or (post.role == Role.INSTITUTION and institution is not None and institution.pk == post.institution_id)
            or (post.role == Role.DISTRICT and _district_of(district, institution) == post.district_id)
        )
        for post in held(user=user, now=now)
    )


def _district_of(district: District | None, institution: Institution | None) -> int | None:
    if institution is not None:
        return institution.district_id
    return district.pk if district else None


def visible_posts(*, user: User, now: datetime) -> QuerySet[Post]:
    """The city's officers see every post; a district's those of its officers and of the institutions seated there; an
    institution its own."""
    scope = Q(pk__in=[])
    for post in held(user=user, now=now):
        if post.role == Role.CITY:
            return Post.objects.all()
        if post.role == Role.DISTRICT:
            scope |= Q(district=post.district_id) | Q(institution__district=post.district_id)
        elif post.role == Role.INSTITUTION:
            scope |= Q(institution=post.institution_id)
    return Post.objects.filter(scope)


def manages(*, user: User, login: User, now: datetime) -> bool:
    """Whether all the posts that a login holds are this person's to end: who opens it anew can do all that it can."""
    posts = login.posts.filter(Post.in_force(now))
    return posts.exists() and not posts.exclude(pk__in=visible_posts(user=user, now=now)).exists()


def takes_two(*, user: User, roles: Iterable[str], now: datetime) -> bool:
    """Whether this person needs a second one to give these posts, or to open a login that holds them."""
    return bool(COUNTING & set(roles)) and may(user=user, permission=Permission.REVIEW, now=now)


def visible_staff_requests(*, user: User, now: datetime) -> QuerySet[StaffRequest]:
    """All of them for who confirms them, one's own for who may ask."""
    if may(user=user, permission=Permission.CONFIRM_STAFF, now=now):
        return StaffRequest.objects.all()
    return StaffRequest.objects.filter(asked_by=user)
