"""What can be taught, by whom, where: reference lists, institutions, venues, projects and courses."""

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Line(models.TextChoices):
    """The target that a completion counts toward; exactly one, or the kind's own line beside the targets."""

    SKILLS = "skills", _("职业技能培训")
    ENTREPRENEURSHIP = "entrepreneurship", _("创业培训")
    OWN = "own", _("单列")


class Named(models.Model):
    """An entry of an editable list: stable key, Chinese name, English twin."""

    key = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120)
    order = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if (get_language() or "zh").startswith("en") else self.name


class District(Named):
    """区市: the unit that is compared, praised and named. Codes are attributes, never keys (they change)."""

    code = models.CharField(_("行政区划代码"), max_length=6, blank=True)
    kind = models.CharField(_("类别"), max_length=20)

    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("区市")


class Brand(Named):
    """品牌/专项 of 「一区市一品牌」."""

    slogan = models.CharField(_("一句话"), max_length=60, blank=True)
    slogan_en = models.CharField(_("英文一句话"), max_length=120, blank=True)
    motif = models.CharField(_("图案"), max_length=20)
    districts = models.ManyToManyField(District, verbose_name=_("区市"), blank=True, related_name="brands")

    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("品牌")


class ProgrammeKind(Named):
    """培训类型; says which target line its completions feed."""

    line = models.CharField(_("目标线"), max_length=20, choices=Line)
    module = models.SlugField(
        _("模块"), max_length=40, blank=True, help_text=_("同一模块一人只计一次；空则按职业和等级")
    )
    default_hours = models.PositiveSmallIntegerField(_("默认学时"), null=True, blank=True)
    min_hours = models.PositiveSmallIntegerField(_("最低学时"), null=True, blank=True)
    max_size = models.PositiveSmallIntegerField(_("最大班额"))
    is_online = models.BooleanField(_("线上"), default=False)
    letter = models.CharField(_("班号字母"), max_length=2)

    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("培训类型")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(line__in=Line.values), name="programmekind_line_known"),
            models.CheckConstraint(condition=models.Q(max_size__gt=0), name="programmekind_size_positive"),
        ]


class Occupation(Named):
    """职业（工种）of a dated edition of the classification; codes change between editions, keys do not."""

    edition = models.CharField(_("版本"), max_length=10)
    code = models.CharField(_("职业编码"), max_length=12, blank=True)
    job = models.CharField(_("工种"), max_length=60, blank=True)

    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("职业")


class SkillLevel(Named):
    """技能等级; a higher rank blocks a lower one of the same occupation."""

    rank = models.SmallIntegerField(_("高低"), unique=True)

    class Meta:
        ordering = ("rank",)
        verbose_name = verbose_name_plural = _("技能等级")


class InstitutionKind(Named):
    class Meta:
        ordering = ("order", "key")
        verbose_name = verbose_name_plural = _("机构类别")


class Institution(models.Model):
    """培训机构, known by its unified social credit code."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("正常")
        SUSPENDED = "suspended", _("暂停")
        REMOVED = "removed", _("移出名录")

    number = models.CharField(_("机构编号"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    kind = models.ForeignKey(InstitutionKind, verbose_name=_("类别"), on_delete=models.PROTECT)
    district = models.ForeignKey(District, verbose_name=_("区市"), on_delete=models.PROTECT)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    contact_phone = models.CharField(_("对外电话"), max_length=20, blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=Status, default=Status.ACTIVE)

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = _("培训机构")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "suspended", "removed"]), name="institution_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and (get_language() or "zh").startswith("en") else self.name


class Venue(models.Model):
    """A place with a street address; the room is named on class and lesson."""

    number = models.CharField(_("场地编号"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    district = models.ForeignKey(District, verbose_name=_("区市"), on_delete=models.PROTECT)
    address = models.CharField(_("地址"), max_length=120)
    capacity = models.PositiveSmallIntegerField(_("容纳人数"))
    base = models.ForeignKey(
        "TrainingBase",
        verbose_name=_("所属实训基地"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="venues",
    )

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = _("场地")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(capacity__gt=0), name="venue_capacity_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """项目制: a funded package with a planned head-count and a period."""

    number = models.CharField(_("项目编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    sponsor = models.CharField(_("主办部门"), max_length=60)
    brand = models.ForeignKey(Brand, verbose_name=_("品牌"), on_delete=models.PROTECT, null=True, blank=True)
    district = models.ForeignKey(District, verbose_name=_("区市"), on_delete=models.PROTECT, null=True, blank=True)
    planned = models.PositiveIntegerField(_("计划人次"))
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = _("项目")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="project_period"),
        ]

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """课程: what is taught. A page may publish it; a class runs it; neither is needed for the other."""

    number = models.SlugField(_("课程编号"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120)
    kind = models.ForeignKey(ProgrammeKind, verbose_name=_("培训类型"), on_delete=models.PROTECT)
    brand = models.ForeignKey(Brand, verbose_name=_("品牌"), on_delete=models.PROTECT, null=True, blank=True)
    occupation = models.ForeignKey(Occupation, verbose_name=_("职业"), on_delete=models.PROTECT, null=True, blank=True)
    level = models.ForeignKey(SkillLevel, verbose_name=_("等级"), on_delete=models.PROTECT, null=True, blank=True)
    hours_theory = models.PositiveSmallIntegerField(_("理论学时"), default=0)
    hours_practice = models.PositiveSmallIntegerField(_("实操学时"), default=0)
    hours_online = models.PositiveSmallIntegerField(_("线上学时"), default=0)
    audience = models.CharField(_("适合谁"), max_length=200, blank=True)
    certificate = models.CharField(_("证书"), max_length=60, blank=True)
    search_text = models.TextField(_("检索文本"), blank=True, editable=False)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = _("课程")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(hours_theory__gt=0) | models.Q(hours_practice__gt=0) | models.Q(hours_online__gt=0),
                name="course_has_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name_en if (get_language() or "zh").startswith("en") else self.name

    @property
    def hours(self) -> int:
        """学时 of 45 minutes in all."""
        return self.hours_theory + self.hours_practice + self.hours_online

    @property
    def claim_key(self) -> str:
        """What one person can be counted for only once: the module, or the occupation with its level."""
        if self.kind.module:
            return f"module:{self.kind.module}"
        if self.occupation_id and self.level_id:
            return f"occupation:{self.occupation.key}:{self.level.key}"  # type: ignore[union-attr]
        return f"course:{self.number}"
