"""The checks of an opening that look at its timetable: hours, shares, lead, and who would be in two places at once."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import dates
from courses import policy as policies
from courses.classes.clashes import Clash, ClashKind
from courses.classes.opening.subject import Opening
from courses.models import Lesson, Line, TrainingClass
from courses.places import room_key

PARTS = ((Lesson.Part.THEORY, gettext_lazy("理论")), (Lesson.Part.PRACTICE, gettext_lazy("实操")))


def approved_hours(training_class: TrainingClass) -> tuple[int, int]:
    """学时 of theory and practice that the class has to meet for: frozen at approval, until then the course's."""
    source = training_class if training_class.policy_id else training_class.course
    return source.hours_theory, source.hours_practice


def hours(opening: Opening) -> str | None:
    """In the classroom, as a whole and for each part; online hours are the units of the course, not lessons."""
    approved = approved_hours(opening.training_class)
    if not sum(approved):
        return None
    if opening.minutes != sum(approved) * opening.policy.hour_minutes:
        return _("课程表共 %(planned)s 学时，批准的是 %(approved)s 学时。请调整课程表。") % {
            "planned": opening.hours(opening.minutes),
            "approved": sum(approved),
        }
    for (part, word), due in zip(PARTS, approved, strict=True):
        if opening.minutes_of(part) != due * opening.policy.hour_minutes:
            return _("课程表里%(part)s共 %(planned)s 学时，批准的是 %(approved)s 学时。请调整课程表。") % {
                "part": word,
                "planned": opening.hours(opening.minutes_of(part)),
                "approved": due,
            }
    return None


def min_hours(opening: Opening) -> str | None:
    course = opening.training_class.course
    least = course.kind.min_hours
    if least is None or course.hours >= least:
        return None
    return _("课程共 %(hours)s 学时，这类培训最低 %(least)s 学时。请核对课程。") % {
        "hours": course.hours,
        "least": least,
    }


def day_hours(opening: Opening) -> str | None:
    minutes: dict[date, int] = {}
    for lesson in opening.lessons:
        day = policies.local_date(lesson.starts_at)
        minutes[day] = minutes.get(day, 0) + lesson.minutes
    limit = opening.policy.day_hours_max
    for day, total in sorted(minutes.items()):
        if total > limit * opening.policy.hour_minutes:
            return _("%(day)s 排了 %(hours)s 学时，超过每天 %(limit)s 学时。请调整课程表。") % {
                "day": dates.day(day),
                "hours": opening.hours(total),
                "limit": limit,
            }
    return None


def shares(opening: Opening) -> str | None:
    """Of skills classes alone; in percent of the planned minutes."""
    if opening.training_class.course.kind.line != Line.SKILLS or not opening.minutes:
        return None
    theory = opening.minutes_of(Lesson.Part.THEORY)
    practice = opening.minutes - theory
    policy = opening.policy
    enough = theory * 100 >= policy.theory_share_min * opening.minutes
    if enough and practice * 100 >= policy.practice_share_min * opening.minutes:
        return None
    return _("理论占 %(theory)s%%，实操占 %(practice)s%%；要求理论不少于 %(t)s%%，实操不少于 %(p)s%%。") % {
        "theory": theory * 100 // opening.minutes,
        "practice": practice * 100 // opening.minutes,
        "t": policy.theory_share_min,
        "p": policy.practice_share_min,
    }


def lead(opening: Opening) -> str | None:
    lead = opening.policy.submit_lead_days
    starts_on = opening.training_class.starts_on
    early = policies.working_days_between(start=opening.handed_in_on, end=starts_on, calendar=opening.calendar)
    if early >= lead:
        return None
    return _("提交距开班 %(days)s 个工作日，少于 %(lead)s 个。请推迟开班日期。") % {"days": max(early, 0), "lead": lead}


def begun(opening: Opening) -> str | None:
    """Nobody could have enrolled for a lesson that was held before the approval, and its scans prove nothing."""
    first = opening.lessons[0] if opening.lessons else None
    if first is None or first.starts_at > opening.looked_at:
        return None
    return _("首次课 %(starts)s 已经开始。请改课程表的日期。") % {"starts": dates.moment(first.starts_at)}


CLASH_WORDS = {
    ClashKind.OVERLAP: gettext_lazy("第 %(number)s 次课与本班另一次课时间重叠。"),
    ClashKind.ROOM: gettext_lazy("第 %(number)s 次课的教室同一时间已有其他班。"),
    ClashKind.TRAINER: gettext_lazy("第 %(number)s 次课的教师同一时间在其他班上课。"),
    ClashKind.LEARNER: gettext_lazy("第 %(number)s 次课与 %(learners)s 名学员的其他课时间重叠。"),
}
ON_THE_WAY = {
    ClashKind.TRAINER: gettext_lazy("第 %(number)s 次课的教师来不及从另一场地赶到。"),
    ClashKind.LEARNER: gettext_lazy("第 %(number)s 次课有 %(learners)s 名学员来不及从另一场地赶到。"),
}
MOST_SENTENCES = 3


def clash_words(clash: Clash) -> str:
    """A clash in words that name no class of another institution."""
    words = ON_THE_WAY[clash.kind] if clash.on_the_way else CLASH_WORDS[clash.kind]
    return str(words) % {"number": clash.mine.number, "learners": clash.learners}


def clash(kind: ClashKind) -> Callable[[Opening], str | None]:
    def failure(opening: Opening) -> str | None:
        return _few(_clashes(opening, kind))

    return failure


def rooms(opening: Opening) -> str | None:
    """A room that another class has at the time, and one that the list of its venue does not know: under another name
    it may be taken, and nobody could tell."""
    own = opening.training_class.venue_id
    named = {(lesson.venue_id or own or 0, lesson.room): lesson.number for lesson in reversed(opening.lessons)}
    unknown = [
        _("第 %(number)s 次课的「%(room)s」不在%(venue)s的教室名单里，查不出是否已有其他班。请改成名单里的教室。")
        % {"number": number, "room": room, "venue": opening.venues[venue].name}
        for (venue, room), number in named.items()
        if room and opening.rooms.get(venue) and room_key(room) not in opening.rooms[venue]
    ]
    return _few([*_clashes(opening, ClashKind.ROOM), *unknown])


def _clashes(opening: Opening, kind: ClashKind) -> list[str]:
    return list(dict.fromkeys(clash_words(clash) for clash in opening.clashes if clash.kind == kind))


def _few(said: list[str]) -> str | None:
    if len(said) > MOST_SENTENCES:
        more = len(said) - MOST_SENTENCES
        rest = ngettext("另有 %(count)s 次课也是这样。", "另有 %(count)s 次课也是这样。", more) % {"count": more}
        return " ".join([*said[:MOST_SENTENCES], rest])
    return " ".join(said) or None
