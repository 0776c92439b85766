"""What the institutions of the demo city have registered, its public training bases, and how the needs have changed."""

from datetime import date, datetime, timedelta

from cms.demo.catalogue import Places
from cms.demo.files import table
from cms.demo.timetable import last_office_hours, office_hours
from courses import institutions
from courses.models import (
    Course,
    Institution,
    Occupation,
    Post,
    ProgrammeKind,
    Registration,
    Room,
    SkillLevel,
    TrainingBase,
    TrainingNeed,
    User,
    Venue,
)
from courses.policy import local_date

REGISTERED_DAYS = 880
VALID_YEARS = 4
# Whose change waits for the district's decision, and whose came back to its office.
WAITING, SENT_BACK = "J002", "J001"
# What an institution runs beside its offers: the course of each day's walk (`today`) is of this kind.
WALKS = {"J001": "newform"}


def build_files(*, places: Places, courses: dict[str, Course], teachers: dict[str, set[User]], now: datetime) -> None:
    """Each institution has registered what it offers and who teaches for it (`teachers`, by its number, beside its
    own); one asks for a change, one was asked to correct its own."""
    posts = Post.objects.select_related("user").order_by("pk")
    offices = {row.institution_id: row.user for row in posts.filter(role=Post.Role.INSTITUTION)}
    bureaus = {row.district_id: row.user for row in posts.filter(role=Post.Role.DISTRICT)}
    extra = Occupation.objects.get(key="domestic-worker")
    level = SkillLevel.objects.get(key="5")
    since = now - timedelta(days=REGISTERED_DAYS)
    for serial, institution in enumerate(places.institutions.values()):
        office, bureau = offices[institution.pk], bureaus[institution.district_id]
        at = last_office_hours(since + timedelta(days=serial % 5, hours=serial))
        offered = [courses[row["course"]] for row in table("offers") if row["institution"] == institution.number]
        _register(institution, offered, teachers.get(institution.number, set()), (office, bureau), at)
        if institution.number in (WAITING, SENT_BACK):
            asked = last_office_hours(now - timedelta(days=2, hours=serial))
            file = institutions.open_file(by=office, institution=institution, now=asked)
            _add(file, extra, level, office, asked)
            institutions.submit(by=office, registration=file, now=asked)
            if institution.number == SENT_BACK:
                reason = "家政服务员的场地证明看不清，请重新拍照后送区市核对，再提交。"
                institutions.send_back(
                    by=bureau, registration=file, reason=reason, now=office_hours(asked + timedelta(hours=5))
                )


def _register(
    institution: Institution,
    offered: list[Course],
    borrowed: set[User],
    hands: tuple[User, User],
    at: datetime,
) -> None:
    office, bureau = hands
    file = institutions.open_file(by=office, institution=institution, now=at)
    trades = {(one.occupation, one.level): None for one in offered if one.occupation and one.level}
    for occupation, level in trades:
        _add(file, occupation, level, office, at)
    kinds = {one.kind: None for one in offered if not (one.occupation and one.level)}
    kinds.update(dict.fromkeys(ProgrammeKind.objects.filter(key=WALKS.get(institution.number, ""))))
    for kind in kinds:
        institutions.add_programme(by=office, registration=file, kind=kind, now=at, **_valid(at))
    own = set(User.objects.filter(posts__institution=institution, posts__role=Post.Role.TRAINER))
    for teacher in sorted(borrowed - own, key=lambda one: one.pk):
        Post.objects.create(user=teacher, role=Post.Role.TRAINER, institution=institution, since=at, given_by=office)
    for serial, teacher in enumerate(sorted(own | borrowed, key=lambda one: one.pk), start=1):
        institutions.add_trainer(
            by=office,
            registration=file,
            name=teacher.name,
            occupation=None,
            certificate="职业培训教师证",
            certificate_number=f"JS-{institution.number}-{serial:03d}",
            valid_until=local_date(at) + timedelta(days=365 * VALID_YEARS),
            now=at,
            login=teacher,
        )
    institutions.submit(by=office, registration=file, now=at + timedelta(hours=1))
    institutions.approve(by=bureau, registration=file, now=at + timedelta(days=2))


def _add(file: Registration, occupation: Occupation, level: SkillLevel, office: User, at: datetime) -> None:
    institutions.add_trade(by=office, registration=file, occupation=occupation, level=level, now=at, **_valid(at))


def _valid(at: datetime) -> dict[str, date]:
    start = local_date(at)
    return {"valid_from": start, "valid_until": start + timedelta(days=365 * VALID_YEARS)}


def build_bases(*, places: Places) -> None:
    for row in table("bases"):
        base = TrainingBase.objects.create(
            number=row["number"],
            name=row["name"],
            district=places.districts[row["district"]],
            operator=places.institutions[row["operator"]],
        )
        Venue.objects.filter(number__in=row["venues"].split()).update(base=base)
    Room.objects.bulk_create(
        Room(venue=places.venues[row["venue"]], name=row["name"], capacity=int(row["capacity"]))
        for row in table("rooms")
    )


def change_needs(*, now: datetime) -> None:
    """Later versions of some entries of the list of training needs, so that its history has something to tell."""
    first = {row.key: row for row in TrainingNeed.objects.filter(version=1).order_by("key")}
    for row in table("needs"):
        need = first[row["key"]]
        need.pk = None
        need._state.adding = True
        need.version = int(row["version"])
        need.effective_on = local_date(now) - timedelta(days=30 * int(row["months_ago"]))
        need.planned = int(row["planned"]) if row["planned"] else need.planned
        need.withdrawn = bool(row["withdrawn"])
        need.save()
