"""The checks of an opening that look at who runs it, who teaches, how many come, and where."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import dates, institutions
from courses import policy as policies
from courses.classes.opening.subject import Opening
from courses.classes.planning import district_of
from courses.models import Institution, Line, TrainingClass, Venue
from courses.places import room_key
from courses.policy import Policy


def institution(opening: Opening) -> str | None:
    """A class that runs already goes on; what is asked here is asked of an opening alone."""
    status = Institution.Status(opening.institution.status)
    if status == Institution.Status.ACTIVE:
        return None
    return _("机构现在是「%(status)s」，不能开新班。请联系主管部门，恢复正常后再办。") % {"status": status.label}


def trade(opening: Opening) -> str | None:
    training_class = opening.training_class
    course, period = training_class.course, (training_class.starts_on, training_class.ends_on)
    if institutions.covers(file=opening.file, course=course, first=period[0], last=period[1]):
        return None
    if not (course.occupation_id and course.level_id):
        return _("机构备案里没有培训类型「%(kind)s」，或登记期没有覆盖整个班期。请先办备案变更，加上这个培训类型。") % {
            "kind": course.kind.label
        }
    return _("机构档案里没有「%(course)s」这一职业和等级，或登记期没有覆盖整个班期。请先办登记。") % {
        "course": course.label
    }


def cards(opening: Opening) -> str | None:
    block = opening.block
    if block is None:
        return None
    return _(
        "机构 %(year)s 年有红牌 %(red)s 张、黄牌 %(yellow)s 张，到 %(until)s 前不能开新班。有异议请联系主管部门。"
    ) % {
        "year": block.year,
        "red": block.red,
        "yellow": block.yellow,
        "until": f"{block.until:%Y-%m-%d}",
    }


def size_limit(*, training_class: TrainingClass, policy: Policy) -> int:
    """The kind's own limit, else that of its line."""
    kind = training_class.course.kind
    entrepreneurship = kind.line == Line.ENTREPRENEURSHIP
    return kind.max_size or (policy.size_entrepreneurship if entrepreneurship else policy.size_skills)


def size(opening: Opening) -> str | None:
    seats = opening.training_class.seats
    limit = size_limit(training_class=opening.training_class, policy=opening.policy)
    if seats <= max(limit, opening.allowed_seats):
        return None
    return _("计划 %(seats)s 人，超过上限 %(limit)s 人。请减少人数或分班，确需超额请区市写明理由后准许。") % {
        "seats": seats,
        "limit": limit,
    }


def size_min(opening: Opening) -> str | None:
    """A class that is planned for few; one that stays below for want of applications is its institution's to decide."""
    seats, least = opening.training_class.seats, opening.policy.size_min
    if seats >= least:
        return None
    return _("计划 %(seats)s 人，少于下限 %(least)s 人。请增加人数或并班，确需小班请在申请材料里说明。") % {
        "seats": seats,
        "least": least,
    }


def capacity(opening: Opening) -> str | None:
    """The seats against the smallest room of the timetable: a listed room holds what its list says, else the venue."""
    own = opening.training_class.venue_id
    named = {(lesson.venue_id or own, lesson.room) for lesson in opening.lessons} or {(own, "")}
    holds = [_holds(opening, opening.venues[pk], room) for pk, room in sorted(named, key=str) if pk]
    most, venue, room = min(holds, key=lambda one: one[0], default=(0, "", ""))
    seats = opening.training_class.seats
    if not holds or seats <= most:
        return None
    words = {"venue": venue, "room": room, "most": most, "seats": seats}
    return _("计划 %(seats)s 人，%(venue)s%(room)s只容纳 %(most)s 人。请减少人数或换教室。") % words


def project(opening: Opening) -> str | None:
    """What all classes of the project draw from it, this one with the seats that it has or asks for."""
    if opening.project is None:
        return None
    seats = opening.drawn_by_others + opening.training_class.seats
    if seats <= opening.project.planned:
        return None
    words = {"project": opening.project.name, "planned": opening.project.planned, "seats": seats}
    return (
        _("项目「%(project)s」计划 %(planned)s 人次，连同这个班共安排 %(seats)s 人。请减少人数，或换一个项目。") % words
    )


def _holds(opening: Opening, venue: Venue, room: str) -> tuple[int, str, str]:
    return opening.rooms.get(venue.pk, {}).get(room_key(room), venue.capacity), venue.name, room


def district(opening: Opening) -> str | None:
    """A class counts for the district in which it is held."""
    held = district_of(course=opening.training_class.course, venue=opening.venue, institution=opening.institution)
    if held in (None, opening.training_class.district_id):
        return None
    return _("班次登记在%(district)s，与上课地点所在区市不符。请在「修改班次」里保存一次，系统会改过来。") % {
        "district": opening.training_class.district.label
    }


def teaching(opening: Opening) -> set[int]:
    """Trainers of the class who give at least one of its lessons, by id."""
    return {lesson.trainer_id for lesson in opening.lessons if lesson.trainer_id in opening.trainers}


def trainers(opening: Opening) -> str | None:
    """Who is named and teaches nothing does not count."""
    entrepreneurship = opening.training_class.course.kind.line == Line.ENTREPRENEURSHIP
    least = opening.policy.trainers_entrepreneurship if entrepreneurship else 1
    many = len(teaching(opening))
    if many >= least:
        return None
    words = ngettext(
        "至少要 %(least)s 名教师上课，课程表里有 %(many)s 名。",
        "至少要 %(least)s 名教师上课，课程表里有 %(many)s 名。",
        least,
    )
    return words % {"least": least, "many": many}


def certificates(opening: Opening) -> str | None:
    """Each who teaches stands on the institution's file by their account, with a certificate for what the class teaches
    that is valid on their last lesson."""
    course = opening.training_class.course
    last = {lesson.trainer: lesson for lesson in opening.lessons if lesson.trainer}
    for trainer, lesson in last.items():
        name = trainer.name or trainer.username
        held = institutions.certificates_of(trainers=opening.file.trainers, trainer=trainer)
        until = institutions.certified_until(certificates=held, occupation=course.occupation_id)
        if not held:
            return _("教师%(name)s的账号不在机构备案里。请先办备案变更，添加证书时选上这个账号，或换一位教师。") % {
                "name": name
            }
        if until is None:
            taught = course.occupation.label if course.occupation else ""
            return _("教师%(name)s备案的证书不是「%(occupation)s」的。请先办备案变更，或换一位教师。") % {
                "name": name,
                "occupation": taught,
            }
        if until < policies.local_date(lesson.starts_at):
            return _("教师%(name)s的证书 %(until)s 到期，%(day)s 还有课。请先更新备案里的证书，或换一位教师。") % {
                "name": name,
                "until": f"{until:%Y-%m-%d}",
                "day": dates.day(policies.local_date(lesson.starts_at)),
            }
    return None
