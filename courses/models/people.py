"""People: logins, learners and their documents, posts of staff, consents, bound browsers."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import District, Named
from courses.privacy import DigestField, EncryptedTextField, mask_name


class EducationLevel(Named):
    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("文化程度")


class LearnerCategory(Named):
    """人员类别; frozen on the enrolment at admission, as it was at the time of training."""

    proof = models.CharField(_("一般需要的证明"), max_length=60, blank=True)
    proof_en = models.CharField(_("需要的证明（英文）"), max_length=120, blank=True)
    sensitive = models.BooleanField(_("敏感信息"), default=False)

    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("人员类别")


class DocumentKind(Named):
    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("证件类型")


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A login. Learners come by phone and code, staff by username, password and second factor."""

    username = models.CharField(_("账号"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    # Of staff alone: an address of work, by which the page editor's own list of logins is searched.
    email = models.EmailField(_("邮箱"), blank=True)
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_digest = DigestField(null=True, blank=True, unique=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    is_staff = models.BooleanField(_("工作人员"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    date_joined = models.DateTimeField(_("开户时间"))

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["date_joined"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = _("账号")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.username


class Learner(models.Model):
    """学员: the person trained; may have no login. `person` never derives from a document."""

    class Sex(models.TextChoices):
        MALE = "1", _("男")
        FEMALE = "2", _("女")
        UNKNOWN = "9", _("未说明")

    # What stands in the place of a name that was erased.
    ERASED = _("已注销")

    number = models.CharField(_("学员编号"), max_length=16, unique=True)
    person = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        User, verbose_name=_("账号"), on_delete=models.SET_NULL, null=True, blank=True, related_name="learner"
    )
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    education = models.ForeignKey(
        EducationLevel, verbose_name=_("文化程度"), on_delete=models.PROTECT, null=True, blank=True
    )
    category = models.ForeignKey(
        LearnerCategory, verbose_name=_("人员类别"), on_delete=models.PROTECT, null=True, blank=True
    )
    graduates_on = models.DateField(_("毕业日期"), null=True, blank=True)
    district = models.ForeignKey(District, verbose_name=_("常住区市"), on_delete=models.PROTECT, null=True, blank=True)
    phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    # Confirmed by a code that was sent there.
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    address = EncryptedTextField(_("住址"), blank=True, default="")
    # In which they are written to.
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    verified_at = models.DateTimeField(_("实名时间"), null=True, blank=True)
    erased_at = models.DateTimeField(_("注销时间"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = _("学员")
        indexes: ClassVar = [models.Index(fields=["name"], name="learner_name")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(sex__in=["1", "2", "9"]), name="learner_sex_known"),
            models.CheckConstraint(
                condition=models.Q(verified_at__isnull=True)
                | models.Q(name__gt="")
                | models.Q(erased_at__isnull=False),
                name="learner_verified_has_name",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shown_name(self) -> str:
        """The name on lists that show it whole; of an erased record that kept none, that it was erased."""
        return self.name or (str(self.ERASED) if self.erased_at else "")

    @property
    def masked_name(self) -> str:
        """王*强, where no more of a name is shown than that."""
        return mask_name(self.name) if self.name else self.shown_name

    @property
    def surviving(self) -> "Learner":
        """The record that is the citizen's now: of one that was merged, the other."""
        merge: PersonMerge | None = getattr(self, "merge", None)
        return merge.kept if merge is not None else self


class IdentityDocument(models.Model):
    """A dated document of a learner; a changed number adds a row, none is overwritten."""

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="documents")
    kind = models.ForeignKey(DocumentKind, verbose_name=_("证件类型"), on_delete=models.PROTECT)
    number = EncryptedTextField(_("证件号码"))
    digest = DigestField(unique=True)
    last4_digest = DigestField(db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("身份证件")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner"], condition=models.Q(until__isnull=True), name="identitydocument_one_current"
            ),
        ]


class PersonMerge(models.Model):
    """Two records found to be one citizen; the ledger reverses what became a duplicate."""

    kept = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="merges_kept")
    merged = models.OneToOneField(Learner, on_delete=models.PROTECT, related_name="merge")
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(kept=models.F("merged")), name="personmerge_two_people"),
        ]


class ConsentNotice(models.Model):
    """A text shown to learners, in versions; consents point at the version that was read."""

    key = models.SlugField(max_length=40)
    version = models.CharField(max_length=10)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)
    text = models.TextField()
    text_en = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="consentnotice_version"),
        ]


class Consent(models.Model):
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="consents")
    notice = models.ForeignKey(ConsentNotice, on_delete=models.PROTECT)
    given_at = models.DateTimeField()
    witnessed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="who saw it signed on paper"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "notice"], name="consent_once_per_version"),
        ]


class Device(models.Model):
    """A browser bound to a learner for 180 days; the cookie carries its signed code, never the person.

    `browser` is what the scan knows the same browser by, whoever is signed in; `renewed` says that it was the
    learner's own bound browser already.
    """

    code = models.CharField(max_length=26, unique=True)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="devices")
    label = models.CharField(max_length=60, blank=True)
    browser = models.CharField(max_length=26, blank=True)
    renewed = models.BooleanField(default=False)
    bound_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Reveal(models.Model):
    """Somebody looked at a full document number, a phone, a proof or a signed sheet: who, whose, which field, why."""

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="reveals")
    field = models.CharField(max_length=20)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(field__in=["document", "phone", "proof", "sheet"]), name="reveal_field_known"
            ),
            models.CheckConstraint(condition=models.Q(reason__gt=""), name="reveal_has_reason"),
        ]
