"""What each may see: a row is fetched only through a `visible_*` scope, so a stranger's row cannot be held."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from courses.access.roles import ROLES, WHOLE_CITY, Permission, Role, held, may
from courses.models import (
    ApiClient,
    ApprovalBatch,
    Certificate,
    CertificateWithdrawal,
    Completion,
    CountEntry,
    Dispute,
    Enrolment,
    GroupBooking,
    Institution,
    Learner,
    LeaveRequest,
    Lesson,
    MergeProposal,
    OutboxMessage,
    Post,
    Project,
    Proof,
    Revocation,
    RosterImport,
    Sample,
    SavedView,
    Signal,
    TrainingClass,
    User,
)

# Not an empty Q, which vanishes from `Q() | other` and would leave the other alone.
EVERYTHING = ~Q(pk__in=[])


def visible_classes(*, user: User, now: datetime, permission: Permission | None = None) -> QuerySet[TrainingClass]:
    """City, inspectors and auditors see every class; districts, institutions and trainers their own."""
    return TrainingClass.objects.filter(_scope(user, now, prefix="", permission=permission)).distinct()


def visible_lessons(*, user: User, now: datetime, permission: Permission | None = None) -> QuerySet[Lesson]:
    return Lesson.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_enrolments(*, user: User, now: datetime) -> QuerySet[Enrolment]:
    """What a post shows, and always one's own."""
    scope = _scope(user, now, prefix="training_class__") | Q(learner__user=user)
    return Enrolment.objects.filter(scope).distinct()


def visible_completions(*, user: User, now: datetime, permission: Permission | None = None) -> QuerySet[Completion]:
    return Completion.objects.filter(
        _scope(user, now, prefix="enrolment__training_class__", permission=permission)
    ).distinct()


def visible_certificates(*, user: User, now: datetime, permission: Permission) -> QuerySet[Certificate]:
    return Certificate.objects.filter(
        _scope(user, now, prefix="completion__enrolment__training_class__", permission=permission)
    ).distinct()


def visible_withdrawals(*, user: User, now: datetime, permission: Permission) -> QuerySet[CertificateWithdrawal]:
    return CertificateWithdrawal.objects.filter(
        _scope(user, now, prefix="certificate__completion__enrolment__training_class__", permission=permission)
    ).distinct()


def visible_revocations(*, user: User, now: datetime) -> QuerySet[Revocation]:
    """Of the completions that this person may decide on."""
    scope = _scope(user, now, prefix="completion__enrolment__training_class__", permission=Permission.REVIEW)
    return Revocation.objects.filter(scope).distinct()


def visible_batches(*, user: User, now: datetime) -> QuerySet[ApprovalBatch]:
    """One's own, and those that hold a completion that this person may decide on."""
    scope = _scope(user, now, prefix="lines__completion__enrolment__training_class__", permission=Permission.REVIEW)
    return ApprovalBatch.objects.filter(scope | Q(by=user)).distinct()


def visible_samples(*, user: User, now: datetime) -> QuerySet[Sample]:
    """All of them for who draws them; none for anybody else."""
    return Sample.objects.all() if may(user=user, permission=Permission.SAMPLE, now=now) else Sample.objects.none()


def visible_merges(*, user: User, now: datetime) -> QuerySet[MergeProposal]:
    if may(user=user, permission=Permission.MERGE_PEOPLE, now=now):
        return MergeProposal.objects.all()
    return MergeProposal.objects.none()


def visible_rosters(*, user: User, now: datetime, permission: Permission) -> QuerySet[RosterImport]:
    return RosterImport.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_bookings(*, user: User, now: datetime, permission: Permission) -> QuerySet[GroupBooking]:
    return GroupBooking.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_learners(*, user: User, now: datetime, permission: Permission | None = None) -> QuerySet[Learner]:
    return Learner.objects.filter(
        _scope(user, now, prefix="enrolments__training_class__", permission=permission)
    ).distinct()


def visible_signals(*, user: User, now: datetime, permission: Permission) -> QuerySet[Signal]:
    """No trainer's post opens them here, so that none comes twice."""
    return Signal.objects.filter(_scope(user, now, prefix="lesson__training_class__", permission=permission))


def visible_failures(*, user: User, now: datetime) -> QuerySet[OutboxMessage]:
    """Messages that reached nobody: all of them for the city, which answers for the gateway; none for anybody else."""
    if not may(user=user, permission=Permission.RUN_MESSAGES, now=now):
        return OutboxMessage.objects.none()
    return OutboxMessage.objects.filter(status=OutboxMessage.Status.FAILED)


def visible_entries(*, user: User, now: datetime) -> QuerySet[CountEntry]:
    """Ledger lines by the keys frozen on them; a trainer sees none."""
    scope = Q(pk__in=[])
    for post in held(user=user, now=now):
        if post.role in WHOLE_CITY:
            return CountEntry.objects.all()
        if post.role == Role.DISTRICT and post.district:
            scope |= Q(district=post.district.key)
        elif post.role == Role.INSTITUTION and post.institution:
            scope |= Q(institution=post.institution.number)
    return CountEntry.objects.filter(scope)


def visible_institutions(*, user: User, now: datetime, permission: Permission) -> QuerySet[Institution]:
    """City, inspectors and auditors see every institution's file; districts those seated there; institutions their
    own."""
    scope = Q(pk__in=[])
    for post in _granting(user=user, now=now, permission=permission):
        if post.role in WHOLE_CITY:
            return Institution.objects.all()
        scope |= Q(district=post.district_id) if post.role == Role.DISTRICT else Q(pk=post.institution_id)
    return Institution.objects.filter(scope)


def visible_projects(*, user: User, now: datetime, permission: Permission) -> QuerySet[Project]:
    """Districts see their own projects and the whole city's; institutions those that their classes draw from."""
    scope = Q(pk__in=[])
    for post in _granting(user=user, now=now, permission=permission):
        if post.role in WHOLE_CITY:
            return Project.objects.all()
        if post.role == Role.DISTRICT:
            scope |= Q(district=post.district_id) | Q(district=None)
        else:
            own = TrainingClass.objects.filter(institution=post.institution_id, project__isnull=False)
            scope |= Q(pk__in=own.values("project"))
    return Project.objects.filter(scope)


def _granting(*, user: User, now: datetime, permission: Permission) -> list[Post]:
    return [post for post in held(user=user, now=now) if permission in ROLES[post.role].permissions]


def client_classes(*, client: ApiClient) -> QuerySet[TrainingClass]:
    """What another system may see: its institution's or its district's classes; every class where it has neither."""
    classes = TrainingClass.objects.exclude(status=TrainingClass.Status.DRAFT)
    if client.institution_id:
        classes = classes.filter(institution=client.institution_id)
    if client.district_id:
        classes = classes.filter(district=client.district_id)
    return classes


def visible_leave(*, user: User, now: datetime, permission: Permission) -> QuerySet[LeaveRequest]:
    scope = _scope(user, now, prefix="enrolment__training_class__", permission=permission)
    return LeaveRequest.objects.filter(scope).distinct()


def visible_disputes(*, user: User, now: datetime, permission: Permission) -> QuerySet[Dispute]:
    scope = _scope(user, now, prefix="enrolment__training_class__", permission=permission)
    return Dispute.objects.filter(scope).distinct()


def own_leave(*, learner: Learner) -> QuerySet[LeaveRequest]:
    return LeaveRequest.objects.filter(enrolment__in=own_enrolments(learner=learner))


def own_disputes(*, learner: Learner) -> QuerySet[Dispute]:
    return Dispute.objects.filter(enrolment__in=own_enrolments(learner=learner))


def own_proofs(*, learner: Learner) -> QuerySet[Proof]:
    return Proof.objects.filter(learner=learner, deleted_at__isnull=True)


def own_saved_views(*, user: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=user)


def own_certificates(*, learner: Learner) -> QuerySet[Certificate]:
    return Certificate.objects.filter(completion__enrolment__in=own_enrolments(learner=learner))


def own_enrolments(*, learner: Learner) -> QuerySet[Enrolment]:
    """Of the record and of those that were merged into it."""
    return Enrolment.objects.filter(Q(learner=learner) | Q(learner__merge__kept=learner))


def _scope(user: User, now: datetime, *, prefix: str, permission: Permission | None = None) -> Q:
    """With a permission, only the posts that grant it open anything: who teaches here may not review here."""
    scope = Q(pk__in=[])
    for post in held(user=user, now=now):
        if permission is not None and permission not in ROLES[post.role].permissions:
            continue
        if post.role in WHOLE_CITY:
            return EVERYTHING
        scope |= _post_scope(post, prefix=prefix)
    return scope


def _post_scope(post: Post, *, prefix: str) -> Q:
    if post.role == Role.DISTRICT:
        return Q(**{f"{prefix}district": post.district_id})
    if post.role == Role.INSTITUTION:
        return Q(**{f"{prefix}institution": post.institution_id})
    if post.role == Role.TRAINER:
        return Q(**{f"{prefix}trainers": post.user_id})
    return Q(pk__in=[])


def may_on(*, user: User, training_class: TrainingClass, permission: Permission, now: datetime) -> bool:
    """Whether one of the posts grants it for this class; the same answer as the scope gives, without a statement."""
    for post in held(user=user, now=now):
        if permission in ROLES[post.role].permissions and (
            post.role in WHOLE_CITY
            or (post.role == Role.DISTRICT and post.district_id == training_class.district_id)
            or (post.role == Role.INSTITUTION and post.institution_id == training_class.institution_id)
        ):
            return True
    return False


def entry_scope(*, user: User, now: datetime) -> str | None:
    """The district that `visible_entries` is confined to, "" for the whole city; None where it is neither."""
    posts = [post for post in held(user=user, now=now) if Permission.SEE_TALLY in ROLES[post.role].permissions]
    if any(post.role in WHOLE_CITY for post in posts):
        return ""
    districts = {post.district.key if post.role == Role.DISTRICT and post.district else None for post in posts}
    return districts.pop() if len(districts) == 1 else None


def tally_district(*, user: User, now: datetime) -> str | None:
    """The district to which a post confines the tally; None is the whole city."""
    posts: Iterable[Post] = held(user=user, now=now)
    districts = {post.district.key for post in posts if post.role == Role.DISTRICT and post.district}
    if districts and not any(post.role in WHOLE_CITY for post in posts):
        return min(districts)
    return None
