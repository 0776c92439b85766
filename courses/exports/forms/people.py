"""Forms of people: A the roster, F those who completed, G the hand-over to who pays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses import attendance, privacy, scores, works
from courses import policy as policies
from courses.certificates import external_by_completion
from courses.exports.asking import Ask, hours, in_pieces, share
from courses.exports.sheets import Book, Column, Words, meanings, sheet_of
from courses.ledger.post import age_band
from courses.models import (
    Certificate,
    CertificateWithdrawal,
    Completion,
    Enrolment,
    ExternalCertificate,
    IdentityDocument,
    Learner,
    TrainingClass,
    Work,
)
from courses.people.learners import current_documents
from courses.tally import refuse_when_drifted

NOT_ASKED: Words = _("系统不收集，办事也用不到")
NO_MONEY: Words = _("系统不办理补贴发放，也不收集银行信息")


@dataclass(frozen=True)
class Person:
    """One learner of a list; numbers are masked unless they were asked for in full and a second person agreed."""

    place: int
    enrolment: Enrolment
    document: IdentityDocument | None
    full: bool
    today: date

    @property
    def learner(self) -> Learner:
        return self.enrolment.learner

    @property
    def training_class(self) -> TrainingClass:
        return self.enrolment.training_class

    @property
    def number(self) -> str:
        if self.document is None:
            return ""
        return self.document.number if self.full else privacy.mask_id(self.document.number)

    @property
    def phone(self) -> str:
        return self.learner.phone if self.full else privacy.mask_phone(self.learner.phone)

    @property
    def born(self) -> str:
        """Beside a masked number nothing: the ends of the number and a birth date, or its year, would give it away."""
        day = self.learner.born_on
        return day.isoformat() if day is not None and self.full else ""

    @property
    def age(self) -> int | str:
        """Beside a masked number the band that the tally knows, for the year of birth is in the number."""
        born = self.learner.born_on
        if born is None:
            return ""
        if not self.full:
            return age_band(born_on=born, on=self.today)
        return self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))

    @property
    def occupation(self) -> str:
        """As pinned when the class was approved, until then the course's."""
        found = self.training_class.occupation or self.training_class.course.occupation
        return found.label if found else ""

    @property
    def level(self) -> str:
        found = self.training_class.level or self.training_class.course.level
        return found.label if found else ""


COLUMNS_A: tuple[Column[Person], ...] = (
    Column(_("序号"), lambda row: row.place),
    Column(_("班级编号"), lambda row: row.training_class.number, _("由系统编定，不重复使用")),
    Column(_("姓名"), lambda row: row.learner.shown_name),
    Column(_("性别"), lambda row: row.learner.get_sex_display()),
    Column(_("证件类型"), lambda row: row.document.kind.label if row.document else ""),
    Column(_("证件号码"), lambda row: row.number),
    Column(_("出生日期"), lambda row: row.born, _("证件号码遮挡时不写")),
    Column(_("年龄"), lambda row: row.age, _("导出当天的周岁；证件号码遮挡时只写年龄段")),
    Column(_("文化程度"), lambda row: row.learner.education.label if row.learner.education else ""),
    Column(
        _("人员类别"),
        lambda row: row.enrolment.category.label if row.enrolment.category else "",
        _("录取时的类别，之后不变"),
    ),
    Column(_("常住区市"), lambda row: row.learner.district.label if row.learner.district else ""),
    Column(_("联系电话"), lambda row: row.phone),
    Column(
        _("工作单位"),
        lambda row: row.enrolment.booking.employer if row.enrolment.booking else "",
        _("单位团报的填单位名称，其他报名不填"),
    ),
    Column(_("报名来源"), lambda row: row.enrolment.get_source_display()),
    Column(
        _("报名时间"),
        lambda row: row.enrolment.applied_at.astimezone(policies.CITY_TIME).strftime("%Y-%m-%d %H:%M"),
    ),
    Column(_("职业（工种）"), lambda row: row.occupation),
    Column(_("等级"), lambda row: row.level),
    Column(_("备注"), lambda _row: "", _("留空，手写用")),
    Column(_("学员签名"), lambda _row: "", _("留空，手写用")),
)
ABSENT_A: tuple[tuple[Words, Words], ...] = (
    (_("民族"), NOT_ASKED),
    (_("户籍所在地"), NOT_ASKED),
    (_("户口性质"), NOT_ASKED),
    (_("现居住地"), _("系统只要求常住区市，已单列")),
    (_("就业创业证号、社会保障卡号"), NOT_ASKED),
)


def roster(ask: Ask) -> Book:
    """A. 学员花名册: who is a member of the class now, in the order of arrival."""
    needed = ("learner__education", "learner__district", "category", "booking")
    rows = list(attendance.current_members(training_class=ask.training_class).select_related(*needed))
    documents = current_documents(learners=[row.learner_id for row in rows])
    today = policies.local_date(ask.now)
    people = []
    for place, row in enumerate(rows, start=1):
        row.training_class = ask.training_class
        people.append(Person(place, row, documents.get(row.learner_id), ask.full, today))
    definitions = [*meanings(COLUMNS_A), (_("证件号码"), _("完整号码") if ask.full else _("已遮挡"))]
    sheet = sheet_of(name=_("学员花名册"), columns=COLUMNS_A, rows=people)
    title = _("花名册-%(number)s") % {"number": ask.training_class.number}
    return Book(title, [sheet], definitions, ABSENT_A, total=len(people))


@dataclass(frozen=True)
class Completed(Person):
    """One approved completion, with what was decided then and the certificate that holds now."""

    completion: Completion
    points: dict[str, int]
    grades: dict[str, int]
    certificate: Certificate | None
    others: list[ExternalCertificate]

    @property
    def external(self) -> str:
        """What other issuers gave, as it was recorded."""
        return "；".join(
            " ".join(
                filter(
                    None,
                    [
                        str(row.get_kind_display()),
                        row.level.label if row.level else "",
                        row.number,
                        row.issued_on.isoformat(),
                        row.issuer,
                    ],
                )
            )
            for row in self.others
        )

    @property
    def rate(self) -> str:
        said = self.completion.approved_reasoning or {}
        return share(int(said.get("minutes_attended", 0)), int(said.get("minutes_scheduled", 0)))

    def score(self, part: str) -> float | str:
        return self.points[part] / 10 if part in self.points else ""

    @property
    def plan(self) -> Words:
        """What the newest judged version of the business plan is worth, in words."""
        worth = self.grades.get(Work.Part.PLAN, 0)
        return next((grade.label for grade in Work.Grade if works.GRADES[grade] == worth), "")

    @property
    def hours(self) -> int | float:
        minutes = int((self.completion.approved_reasoning or {}).get("minutes_scheduled", 0))
        return hours(minutes, of=self.completion.enrolment.training_class)

    @property
    def issued_on(self) -> str:
        return str(self.certificate.snapshot["issued_on"]) if self.certificate else ""


def completed(ask: Ask, rows: QuerySet[Completion]) -> Iterator[Completed]:
    """Each of these completions, in the order of class and arrival."""
    needed = ("learner__education", "category", "training_class__course__kind", "training_class__course__occupation")
    further = ("course__level", "occupation", "level", "institution", "project", "district")
    related = [f"enrolment__{name}" for name in (*needed, *(f"training_class__{name}" for name in further))]
    rows = rows.select_related(*related).order_by("enrolment__training_class__number", "enrolment__arrival_no")
    today, place = policies.local_date(ask.now), 0
    for piece in in_pieces(rows):
        documents = current_documents(learners=[row.enrolment.learner_id for row in piece])
        enrolments = [row.enrolment for row in piece]
        points, grades = scores.standing(enrolments=enrolments), works.standing(enrolments=enrolments)
        certificates, others = certificates_of(piece), external_by_completion(completions=piece)
        for row in piece:
            place += 1
            own = row.enrolment
            yield Completed(
                place, own, documents.get(own.learner_id), ask.full, today, row, points.get(own.pk, {}),
                grades.get(own.pk, {}), certificates.get(row.pk), others.get(row.pk, []),
            )  # fmt: skip


def certificates_of(completions: Iterable[Completion]) -> dict[int, Certificate]:
    """The newest version that nobody took back, by completion."""
    taken_back = CertificateWithdrawal.objects.filter(status=CertificateWithdrawal.Status.DONE)
    rows = Certificate.objects.filter(completion__in=[row.pk for row in completions])
    return {row.completion_id: row for row in rows.exclude(withdrawals__in=taken_back).order_by("version")}


COLUMNS_F: tuple[Column[Completed], ...] = (
    Column(_("序号"), lambda row: row.place),
    Column(_("姓名"), lambda row: row.learner.shown_name),
    Column(_("性别"), lambda row: row.learner.get_sex_display()),
    Column(_("证件号码"), lambda row: row.number),
    Column(_("班级编号"), lambda row: row.training_class.number),
    Column(_("职业（工种）"), lambda row: row.occupation),
    Column(_("等级"), lambda row: row.level),
    Column(_("出勤率"), lambda row: row.rate, _("批准时认定的出勤分钟 ÷ 应出勤分钟，向下保留一位")),
    Column(_("理论"), lambda row: row.score("theory"), _("百分制；不考的班留空")),
    Column(_("实操"), lambda row: row.score("practice")),
    Column(_("综合"), lambda row: row.score("total")),
    Column(_("创业计划书等级"), lambda row: row.plan, _("优秀、合格或不合格，由机构以外的人评定；不要求的班留空")),
    Column(
        _("结论"),
        lambda row: _("合格，不计数") if row.completion.not_counted else _("合格"),
        _("合格即区市已批准结业；不计数的原因见结业记录"),
    ),
    Column(_("证书种类"), lambda row: row.certificate.snapshot["title"] if row.certificate else ""),
    Column(
        _("证书编号"), lambda row: row.certificate.number if row.certificate else "", _("现在有效的一版；已撤销的不列")
    ),
    Column(_("发证日期"), lambda row: row.issued_on),
    Column(_("别处发的证书"), lambda row: row.external, _("种类、等级、编号、发证日期、发证机构；登记后撤下的不列")),
)


def finished(ask: Ask) -> Book:
    """F. 结业（合格）人员名单 of a class, or of all that ended in the period. Numbers are always masked.

    Refused with ReportLocked while the last check found a difference.
    """
    refuse_when_drifted()
    rows = ask.completions
    sheet = sheet_of(name=_("结业名单"), columns=COLUMNS_F, rows=completed(ask, rows))
    definitions = [*meanings(COLUMNS_F), (_("证件号码"), _("已遮挡"))]
    return Book(str(_("结业人员名单")), [sheet], definitions, total=rows.count())


COLUMNS_G: tuple[Column[Completed], ...] = (
    Column(_("序号"), lambda row: row.place),
    Column(_("姓名"), lambda row: row.learner.shown_name),
    Column(_("性别"), lambda row: row.learner.get_sex_display()),
    Column(_("证件号码"), lambda row: row.number),
    Column(_("人员类别"), lambda row: row.enrolment.category.label if row.enrolment.category else ""),
    Column(_("联系电话"), lambda row: row.phone),
    Column(_("培训机构"), lambda row: row.training_class.institution.label),
    Column(_("班级编号"), lambda row: row.training_class.number),
    Column(
        _("培训项目"),
        lambda row: row.training_class.project.name if row.training_class.project else row.training_class.course.label,
        _("项目制的填项目，其他填课程"),
    ),
    Column(_("职业（工种）"), lambda row: row.occupation),
    Column(_("等级"), lambda row: row.level),
    Column(_("开班日期"), lambda row: row.training_class.starts_on.isoformat()),
    Column(_("结束日期"), lambda row: row.training_class.ends_on.isoformat()),
    Column(_("课时"), lambda row: row.hours, _("应出勤学时，按本班批准时的规则折算")),
    Column(_("出勤率"), lambda row: row.rate, _("批准时认定的出勤分钟 ÷ 应出勤分钟，向下保留一位")),
    Column(_("证书种类"), lambda row: row.certificate.snapshot["title"] if row.certificate else ""),
    Column(_("证书编号"), lambda row: row.certificate.number if row.certificate else ""),
    Column(_("别处发的证书"), lambda row: row.external, _("种类、等级、编号、发证日期、发证机构；登记后撤下的不列")),
    Column(_("备注"), lambda _row: "", _("留空，手写用")),
)
ABSENT_G: tuple[tuple[Words, Words], ...] = (
    (_("补贴标准"), NO_MONEY),
    (_("申请金额"), NO_MONEY),
    (_("申领方式"), NO_MONEY),
    (_("社保卡开户行、账号"), NO_MONEY),
)


def payable(ask: Ask) -> Book:
    """G. 补贴申请花名册: those whose completion stands in the ledger, for who pays; by year and month of counting.

    Refused with ReportLocked while the last check found a difference.
    """
    refuse_when_drifted()
    rows = ask.counted
    sheet = sheet_of(name=_("补贴花名册"), columns=COLUMNS_G, rows=completed(ask, rows))
    definitions = [
        *meanings(COLUMNS_G),
        (_("范围"), _("已记入计数账、没有冲减的结业，年度、月份和区市以计数账为准")),
        (_("证件号码"), _("完整号码") if ask.full else _("已遮挡")),
    ]
    return Book(str(_("补贴申请花名册")), [sheet], definitions, ABSENT_G, total=rows.count())
