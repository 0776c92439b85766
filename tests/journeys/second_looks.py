"""What waits for another person's word: planted in the demo city, so that its pages can be looked at."""

import json

from tests.journeys.city import City

PLANTED = """
import json
from datetime import timedelta
from django.utils import timezone
from courses import attendance, erasure, merging, rulebook, tally
from courses.attendance import kiosks, leave, lesson_name
from courses.completion import revoking, sampling
from courses.scores import examiners
from courses.models import *
from tests.factories import people
from courses.people import posts
from courses.people.posts import Appointment
now = timezone.now()
office, bureau = User.objects.get(username="bureau-01"), User.objects.get(username="demo-city")
asked = Revocation.objects.values("completion")
counted = CountEntry.objects.filter(completion__status="approved").exclude(completion__in=asked).order_by("id")
shaky, month = counted[0].completion, counted.last().counted_on
revocation = revoking.propose_revocation(
    by=office, completion=shaky, reason="两次课的签到表字迹相同，回访时本人说没有去。", now=now)
sample = sampling.draw(by=bureau, year=month.year, month=month.month, district=None, now=now)
whole = Learner.objects.filter(erased_at=None, verified_at__isnull=False)
idle = whole.exclude(enrolments__status__in=Enrolment.LIVE).order_by("id")
kept, merged = idle[0], idle[1]
merge = merging.propose_merge(
    by=office, kept=kept, merged=merged, reason="护照换成身份证，两份材料的照片和手机号一致。", now=now)
leaves = erasure.ask_at_counter(learner=idle[2], by=office, note="本人持身份证到窗口申请。", now=now)
silent = people.learner(now=now, name="林桂香", with_login=False)
silent.phone = ""
silent.save()
untold = erasure.ask_at_counter(learner=silent, by=office, note="亲属持委托书到窗口申请。", now=now)
erasure.refuse(request=untold, by=bureau, reason="没有本人签名的委托书，不能确认是本人的意思。", now=now)
rule = rulebook.propose_policy(by=office, effective_on=timezone.localdate() + timedelta(days=30),
    values={"completion_ratio": 85, "count_date": "approval"}, reason="市局会议定，明年起从严。",
    source="烟人社发〔2026〕12号", now=now)
newcomer = Appointment("song-hai", "宋海", "district", district=office.posts.get().district)
staff = posts.appoint(by=office, wanted=newcomer, now=now).request
called = CallBack.objects.latest("id").training_class
school = Post.objects.get(user__username="demo-institution").institution
followed = FollowUp.objects.filter(completion__enrolment__training_class__institution=school)
learner = Learner.objects.get(user__username="demo-learner")
seats = learner.enrolments.filter(status="admitted").select_related("training_class", "learner")
mine = [(own, line) for own in seats
        for line in attendance.account(enrolment=own, now=now).lessons if line.dispute or line.contest_until]
mine.sort(key=lambda one: one[1].row.minutes)
DeviceAllowance.objects.create(by=bureau, learner=learner, reason="每种样式换一个浏览器", at=now + timedelta(hours=12))
soon = now + timedelta(hours=6)
ahead = Lesson.objects.filter(trainer__username="demo-trainer", status="planned", starts_at__gt=soon)
known = Enrolment.objects.filter(status="admitted", learner__user__isnull=False)
asks = known.filter(training_class__lessons__in=ahead).first()
leave.ask(enrolment=asks, lessons=[ahead.filter(training_class=asks.training_class)[0]], kind="leave",
    reason="家里老人住院，那天要去陪护。", content=None, by=asks.learner.user, now=now)
away = LeaveRequest.objects.filter(enrolment__learner=learner).latest("id").enrolment
contested = Dispute.objects.latest("id").enrolment.training_class
demo = TrainingClass.objects.filter(policy__number="今日演示", status="enrolling").latest("id").lessons.get()
started = kiosks.start(by=demo.trainer, lesson=demo, whole_room=False, now=now)
first = CountEntry.objects.order_by("counted_on")[0].counted_on.replace(day=1)
following = (first + timedelta(days=31)).replace(day=1)
for one in (first, following):
    if tally.standing_close(year=one.year, month=one.month) is None:
        tally.propose_close(by=people.user(), year=one.year, month=one.month, now=now)
expert = User.objects.get(username="demo-expert")
for examined in TrainingClass.objects.filter(status__in=("running", "assessing")).order_by("-id"):
    try:
        examiners.name(by=bureau, training_class=examined, examiner=expert, now=now)
        break
    except examiners.ExaminerRefused:
        pass
waiting, objected = Card.objects.filter(status="proposed").latest("id"), Card.objects.filter(Card.UNANSWERED)[0]
print(json.dumps({
    "card": waiting.number, "objected": objected.number, "check": waiting.room_check.number,
    "checked_lesson": lesson_name(waiting.room_check.room_count.lesson),
    "erasure": leaves.number, "untold": untold.number, "rule": rule.number, "called": called.number,
    "followed": followed.latest("id").completion.enrolment.training_class.number,
    "staff": staff.number,
    "completion": shaky.number, "examined": examined.number, "examinee": examined.enrolments.first().number,
    "revocation": revocation.number, "sample": sample.number, "merge": merge.number, "away": away.number,
    "dispute": f"{mine[0][0].number}/lessons/{mine[0][1].row.lesson.number}",
    "asked_class": asks.training_class.number, "contested_class": contested.number, "lesson": lesson_name(demo),
    "close": f"{month.year}/{month.month}", "close_asked": f"{following.year}/{following.month}",
    "kiosk": kiosks.open_up(code=started.code, address="127.0.0.1", now=now),
}))
"""


def planted(city: City) -> dict[str, str]:
    told: dict[str, str] = json.loads(city.manage("shell", "-v0", "-c", PLANTED).strip().splitlines()[-1])
    return told
