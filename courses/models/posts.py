"""Posts of the staff; how a login is opened: the one-time link, and what a second person has to confirm."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import District, Institution
from courses.models.people import User
from courses.privacy import DigestField, EncryptedTextField

ROLES = ["trainer", "institution", "district", "city", "inspector", "auditor", "editor", "reviewer", "expert"]


class Post(models.Model):
    """岗位: a role that a login holds for a district, an institution, or the city; dated, never deleted."""

    class Role(models.TextChoices):
        TRAINER = "trainer", _("教师")
        INSTITUTION = "institution", _("机构管理员")
        DISTRICT = "district", _("区市经办")
        CITY = "city", _("市级管理")
        INSPECTOR = "inspector", _("督导")
        AUDITOR = "auditor", _("审计")
        EDITOR = "editor", _("编辑")
        REVIEWER = "reviewer", _("审核")
        EXPERT = "expert", _("评审专家")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=12, choices=Role)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    models.Q(role__in=["trainer", "institution"], institution__isnull=False, district__isnull=True)
                    | models.Q(role="district", institution__isnull=True, district__isnull=False)
                    | models.Q(
                        role__in=["city", "inspector", "auditor", "editor", "reviewer", "expert"],
                        institution__isnull=True,
                        district__isnull=True,
                    )
                ),
                name="post_role_has_its_scope",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(until__isnull=True) & ~models.Q(role="trainer"),
                name="post_one_of_a_role",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "institution"],
                condition=models.Q(until__isnull=True),
                name="post_one_of_a_role_there",
            ),
            models.CheckConstraint(condition=models.Q(role__in=ROLES), name="post_role_known"),
        ]

    @staticmethod
    def in_force(now: datetime) -> models.Q:
        """The posts that `is_held` says yes of."""
        return models.Q(since__lte=now) & (models.Q(until__isnull=True) | models.Q(until__gt=now))

    def is_held(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


class AccessLink(models.Model):
    """The one-time link by which somebody sets their password. One a login; used, it is gone.

    Its code is in the link alone, the database keeps the keyed digest.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="access_link")
    digest = DigestField(unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class StaffRequest(models.Model):
    """岗位申请: a post, or a login opened anew, that one person asked for and another confirms.

    `user` is the login that is opened anew; a post names the account that it is for.
    """

    class Kind(models.TextChoices):
        POST = "post", _("任命")
        RESET = "reset", _("重设登录")

    class Status(models.TextChoices):
        ASKED = "asked", _("待确认")
        DONE = "done", _("已办理")
        DROPPED = "dropped", _("未同意")

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=6, choices=Kind)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    username = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=12, choices=Post.Role, blank=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateTimeField(null=True, blank=True)
    # How the newcomer is reached; gone from here once it is decided.
    phone = EncryptedTextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["username"], condition=Q(status="asked"), name="staffrequest_one_open"),
            models.CheckConstraint(
                condition=Q(kind="post", role__gt="") | Q(kind="reset", user__isnull=False),
                name="staffrequest_says_what",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "done", "dropped"]), name="staffrequest_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=["post", "reset"]), name="staffrequest_kind_known"),
            models.CheckConstraint(condition=Q(role__in=["", *ROLES]), name="staffrequest_role_known"),
            models.CheckConstraint(
                condition=~Q(status="done") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="staffrequest_two_people",
            ),
        ]
