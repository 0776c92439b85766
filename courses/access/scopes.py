"""What each may see: a row is fetched only through a `visible_*` scope, so a stranger's row cannot be held."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from courses.access.conditions import EVERYTHING
from courses.access.roles import ROLES, WHOLE_CITY, Permission, Role, held, may
from courses.models import (
    ApiClient,
    ApprovalBatch,
    CallBack,
    Certificate,
    CertificateWithdrawal,
    Completion,
    Correction,
    CountEntry,
    Dispute,
    Enrolment,
    ErasureRequest,
    Export,
    ExportSchedule,
    ExternalCertificate,
    FollowUp,
    GroupBooking,
    Institution,
    Learner,
    LeaveRequest,
    Lesson,
    MakeUp,
    MergeProposal,
    OutboxMessage,
    OwnForm,
    PaperEntry,
    PaperSheet,
    Post,
    Project,
    Revocation,
    RosterImport,
    RuleProposal,
    Sample,
    SavedView,
    Signal,
    SuppliedGlyph,
    TrainingClass,
    Undercut,
    User,
)

# Files with full numbers that wait for a second person.
FULL_ASKED = Export.objects.filter(full=True, status=Export.Status.ASKED)


def visible_classes(*, user: User, now: datetime, permission: Permission | None = None) -> QuerySet[TrainingClass]:
    """City, inspectors and auditors see every class; districts, institutions and trainers their own."""
    return TrainingClass.objects.filter(class_scope(user=user, now=now, permission=permission))


def class_scope(*, user: User, now: datetime, permission: Permission | None = None) -> Q:
    """The same as a condition, which no class meets twice."""
    return _scope(user, now, prefix="", permission=permission)


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


def visible_external_certificates(
    *, user: User, now: datetime, permission: Permission
) -> QuerySet[ExternalCertificate]:
    return ExternalCertificate.objects.filter(
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


def visible_undercuts(*, user: User, now: datetime) -> QuerySet[Undercut]:
    """Of the completions that this person may decide on."""
    scope = _scope(user, now, prefix="completion__enrolment__training_class__", permission=Permission.REVIEW)
    return Undercut.objects.filter(scope).distinct()


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


def visible_glyphs(*, user: User, now: datetime) -> QuerySet[SuppliedGlyph]:
    if may(user=user, permission=Permission.SET_RULES, now=now):
        return SuppliedGlyph.objects.all()
    return SuppliedGlyph.objects.none()


def visible_corrections(*, user: User, now: datetime) -> QuerySet[Correction]:
    """All of them for who decides on them; one's own for who asked."""
    if may(user=user, permission=Permission.CORRECT_PEOPLE, now=now):
        return Correction.objects.all()
    return Correction.objects.filter(asked_by=user)


def visible_rules(*, user: User, now: datetime) -> QuerySet[RuleProposal]:
    if may(user=user, permission=Permission.SET_RULES, now=now):
        return RuleProposal.objects.all()
    return RuleProposal.objects.none()


def visible_erasures(*, user: User, now: datetime) -> QuerySet[ErasureRequest]:
    if may(user=user, permission=Permission.ERASE_PEOPLE, now=now):
        return ErasureRequest.objects.all()
    return ErasureRequest.objects.none()


def visible_rosters(*, user: User, now: datetime, permission: Permission) -> QuerySet[RosterImport]:
    return RosterImport.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_bookings(*, user: User, now: datetime, permission: Permission) -> QuerySet[GroupBooking]:
    return GroupBooking.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_learners(*, user: User, now: datetime, permission: Permission | None = None) -> QuerySet[Learner]:
    """By a class of their own, and a record that was kept by a class of one that was merged into it."""
    own = _scope(user, now, prefix="enrolments__training_class__", permission=permission)
    merged = _scope(user, now, prefix="merges_kept__merged__enrolments__training_class__", permission=permission)
    return Learner.objects.filter(own | merged).distinct()


def visible_signals(*, user: User, now: datetime, permission: Permission) -> QuerySet[Signal]:
    """No trainer's post opens them here, so that none comes twice. What learners said on the phone is shown to those
    alone who may see the call-backs."""
    of_class = "lesson__training_class__"
    heard = _scope(user, now, prefix=of_class, permission=Permission.SEE_CALL_BACKS)
    rows = Signal.objects.filter(_scope(user, now, prefix=of_class, permission=permission))
    return rows.filter(~Q(kind=Signal.Kind.CALL_BACK) | heard)


def own_signals(*, lessons: Collection[Lesson]) -> QuerySet[Signal]:
    """What the trainers of lessons are shown of them: never what learners said of them on the phone."""
    return Signal.objects.filter(lesson__in=lessons).exclude(kind=Signal.Kind.CALL_BACK)


def visible_call_backs(*, user: User, now: datetime, permission: Permission) -> QuerySet[CallBack]:
    """Never to the institution or its trainers: who was drawn, and what they said of it, is not theirs to know."""
    return CallBack.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_follow_ups(*, user: User, now: datetime, permission: Permission) -> QuerySet[FollowUp]:
    scope = _scope(user, now, prefix="completion__enrolment__training_class__", permission=permission)
    return FollowUp.objects.filter(scope).distinct()


def visible_messages(*, user: User, now: datetime) -> QuerySet[OutboxMessage]:
    """All of them for the city, which answers for the gateway; none for anybody else."""
    may_run = may(user=user, permission=Permission.RUN_MESSAGES, now=now)
    return OutboxMessage.objects.all() if may_run else OutboxMessage.objects.none()


def visible_exports(*, user: User, now: datetime) -> QuerySet[Export]:
    """One's own; those with full numbers for who may agree to them; all of them for who reads the records."""
    if may(user=user, permission=Permission.SEE_AUDIT, now=now):
        return Export.objects.all()
    own = Q(asked_by=user)
    return Export.objects.filter(own | Q(full=True) if _may_full(user, now) else own)


def own_exports(*, user: User) -> QuerySet[Export]:
    return Export.objects.filter(asked_by=user)


def exports_to_decide(*, user: User, now: datetime) -> QuerySet[Export]:
    """Files with full numbers that somebody else asked for."""
    if not _may_full(user, now):
        return Export.objects.none()
    return FULL_ASKED.exclude(asked_by=user)


def own_schedules(*, user: User) -> QuerySet[ExportSchedule]:
    return ExportSchedule.objects.filter(owner=user, stopped_at__isnull=True)


def visible_own_forms(*, user: User, now: datetime) -> QuerySet[OwnForm]:
    """They hold figures of the whole city: for who may fill them, and none for anybody else."""
    may_fill = may(user=user, permission=Permission.FILL_FORMS, now=now)
    return OwnForm.objects.all() if may_fill else OwnForm.objects.none()


def _may_full(user: User, now: datetime) -> bool:
    return may(user=user, permission=Permission.EXPORT_FULL, now=now)


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


def visible_sheets(*, user: User, now: datetime, permission: Permission) -> QuerySet[PaperSheet]:
    return PaperSheet.objects.filter(_scope(user, now, prefix="training_class__", permission=permission)).distinct()


def visible_paper_entries(*, user: User, now: datetime, permission: Permission) -> QuerySet[PaperEntry]:
    scope = _scope(user, now, prefix="sheet__training_class__", permission=permission)
    return PaperEntry.objects.filter(scope).distinct()


def visible_make_ups(*, user: User, now: datetime, permission: Permission) -> QuerySet[MakeUp]:
    """Of the class that is visited as well as of the learner's own."""
    visited = _scope(user, now, prefix="heard__training_class__", permission=permission)
    own = _scope(user, now, prefix="enrolment__training_class__", permission=permission)
    return MakeUp.objects.filter(visited | own).distinct()


def own_saved_views(*, user: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=user)


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
        # No join, which would give a class once for each of its trainers.
        taught = TrainingClass.trainers.through.objects.filter(user=post.user_id).values("trainingclass")
        return Q(**{f"{prefix}pk__in": taught})
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


def still_reaches(*, user: User, since: datetime, until: datetime, now: datetime) -> bool:
    """Whether all that the posts opened between two moments, to export and to read figures, they open still.

    Read anew: who moved to another post keeps no file of the old one.
    """
    posts = list(user.posts.all())
    then = [post for post in posts if post.since <= until and (post.until is None or post.until > since)]
    for permission in (Permission.EXPORT, Permission.SEE_TALLY):
        opened = {_place(post) for post in then if permission in ROLES[post.role].permissions}
        opens = {_place(post) for post in posts if post.is_held(now) and permission in ROLES[post.role].permissions}
        if (None, None) not in opens and not opened <= opens:
            return False
    return True


def _place(post: Post) -> tuple[int | None, int | None]:
    """What a post is for: a district, an institution, or neither, which is the whole city."""
    return post.district_id, post.institution_id


def tally_districts(*, user: User, now: datetime) -> tuple[str, ...]:
    """The districts to which posts confine the tally, in order; none is the whole city."""
    posts: Iterable[Post] = held(user=user, now=now)
    districts = {post.district.key for post in posts if post.role == Role.DISTRICT and post.district}
    return () if any(post.role in WHOLE_CITY for post in posts) else tuple(sorted(districts))
