"""Every page of the product, who opens it, and at what address in the demo city."""

from dataclasses import dataclass

from tests.journeys.city import City

DOORS = ("public", "my", "teach", "desk", "cms")
FACTS = """
import json
from django.utils import timezone
from courses import attendance, supervision
from courses.attendance import lesson_name
from courses.models import *
demo = TrainingClass.objects.filter(policy__number="demo").latest("id")
taught = Lesson.objects.filter(training_class__trainers__username="demo-trainer", training_class__policy__isnull=False)
full = taught.exclude(training_class=demo).filter(attendance__isnull=False).latest("starts_at")
own = Enrolment.objects.filter(learner__user__username="demo-learner", status="admitted").first()
from cms.models import CoursePage
page = CoursePage.objects.live().filter(course__classes__status="enrolling").first()
entry = CountEntry.objects.filter(completion__isnull=False).latest("id")
district = Post.objects.get(user__username="demo-district").district
waiting = Completion.objects.filter(status="submitted", enrolment__training_class__district=district).first()
attendance.pause_wall(by=full.trainer, lesson=full, paused=True, now=timezone.now())
supervision.compute_due(now=timezone.now())
signal = Signal.objects.order_by("id").last()
camp = TrainingClass.objects.filter(kind_key="camp", status="enrolling").latest("id")
project = camp.enrolments.filter(status="candidate", pitches__isnull=False).first()
print(json.dumps({
    "lesson": lesson_name(full), "demo_lesson": lesson_name(demo.lessons.get()), "class": full.training_class.number,
    "own": own.number if own else "", "course": page.url, "page": page.pk,
    "enrol": page.course.classes.filter(status="enrolling")[0].number,
    "enrols_own": Post.objects.get(user__username="demo-institution").institution.classes.filter(
        status="enrolling").first().number,
    "signal": signal.code if signal else "", "camp": camp.number, "project": project.number,
    "entry": entry.code, "certificate": Certificate.objects.first().number,
    "certified": Certificate.objects.first().completion.enrolment.training_class.number,
    "waiting": waiting.enrolment.training_class.number,
    "review": TrainingClass.objects.filter(status="submitted", district=district).first().number,
    "returned": TrainingClass.objects.filter(status__in=("returned", "submitted")).latest("id").number,
}))
"""


@dataclass(frozen=True)
class Visit:
    """`picture` names the designer's picture that the page is held against, where there is one."""

    name: str
    user: str
    path: str
    picture: str = ""
    wide: bool = False

    @property
    def door(self) -> str:
        first = self.path.split("/")[1]
        return first if first in DOORS else "public"


def visits(city: City) -> list[Visit]:
    import json

    facts = json.loads(city.manage("shell", "-v0", "-c", FACTS).strip().splitlines()[-1])
    public = [
        Visit("home", "", "/", "01-home"),
        Visit("courses", "", "/courses/"),
        Visit("course", "", facts["course"], "02-course"),
        Visit("notices", "", "/notices/"),
        Visit("selection-list", "", "/selection/"),
        Visit("guide", "", "/guide/"),
        Visit("sign-in", "", "/account/"),
        Visit("staff-door", "", "/account/staff/"),
        Visit("institutions", "", "/directory/institutions/"),
        Visit("institution-entry", "", "/directory/institutions/J001/"),
        Visit("needs", "", "/directory/needs/"),
        Visit("board", "", "/board/"),
        Visit("verify", "", f"/verify/{facts['certificate']}", "09-verify"),
        Visit("verify-list", "", "/verify/list/"),
        Visit("scan-help", "", "/C/help/"),
        Visit("scan-refused", "", "/C/0000000000000000", "03-scan-refused"),
        Visit("not-found", "", "/nothing/here/"),
        Visit("styleguide", "", "/styleguide/", "10-components"),
    ]
    learner = [
        Visit("my", "demo-learner", "/my/", "04-my"),
        Visit("enrol", "demo-learner-2", f"/my/enrol/{facts['enrol']}/"),
        Visit("enrol-contact", "demo-learner-2", f"/my/enrol/{facts['enrol']}/contact/"),
        Visit("enrol-category", "demo-learner-2", f"/my/enrol/{facts['enrol']}/category/"),
        Visit("enrol-graduation", "demo-learner-2", f"/my/enrol/{facts['enrol']}/graduation/"),
        Visit("enrol-proof", "demo-learner-2", f"/my/enrol/{facts['enrol']}/proof/"),
        Visit("enrol-criteria", "demo-learner-2", f"/my/enrol/{facts['camp']}/criteria/"),
        Visit("enrolment-proof", "demo-learner", f"/my/enrolment/{facts['own']}/proof/"),
        Visit("enrolment", "demo-learner", f"/my/enrolment/{facts['own']}/"),
        Visit("identity", "demo-newcomer", "/my/identity/"),
        Visit("devices", "demo-learner", "/my/devices/"),
        Visit("messages", "demo-learner", "/my/messages/"),
        Visit("my-certificates", "demo-learner", "/my/certificates/"),
        Visit("my-data", "demo-learner", "/my/data/"),
        Visit("forbidden", "demo-learner", "/desk/"),
    ]
    trainer = [
        Visit("teach", "demo-trainer", "/teach/"),
        Visit("roster", "demo-trainer", f"/teach/lesson/{facts['lesson']}/", "06-roster"),
        Visit("wall", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/wall/", "05-wall", wide=True),
        Visit("wall-paused", "demo-trainer", f"/teach/lesson/{facts['lesson']}/wall/", wide=True),
        Visit("sign-in-sheet", "demo-trainer", f"/teach/lesson/{facts['lesson']}/sheet/"),
        Visit("roll-call", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/rollcall/"),
        Visit("head-count", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/count/"),
        Visit("lesson-signals", "demo-trainer", f"/teach/lesson/{facts['lesson']}/signals/"),
        Visit("completion", "demo-trainer", f"/teach/class/{facts['class']}/completion/"),
    ]
    desk = [
        Visit("queue", "demo-district", "/desk/", "08-queue"),
        Visit("handled", "demo-institution", "/desk/handled/"),
        Visit("elsewhere", "demo-institution", "/desk/elsewhere/"),
        Visit("approve", "demo-district", f"/desk/approve/?class={facts['waiting']}"),
        Visit("classes", "demo-district", "/desk/classes/"),
        Visit("class-new", "demo-institution", "/desk/classes/new/"),
        Visit("class", "demo-district", f"/desk/class/{facts['class']}/"),
        Visit("class-certificates", "demo-city", f"/desk/class/{facts['certified']}/certificates/"),
        Visit("class-review", "demo-district", f"/desk/class/{facts['review']}/"),
        Visit("class-approve", "demo-district", f"/desk/class/{facts['waiting']}/"),
        Visit("opening", "demo-city", f"/desk/class/{facts['returned']}/opening/"),
        Visit("opening-sheet", "demo-city", f"/desk/class/{facts['returned']}/opening/form/"),
        Visit("changes", "demo-city", f"/desk/class/{facts['class']}/changes/"),
        Visit("roster-send", "demo-institution", f"/desk/class/{facts['enrols_own']}/roster/"),
        Visit("group-new", "demo-institution", f"/desk/class/{facts['enrols_own']}/group/"),
        Visit("counter", "demo-institution", f"/desk/class/{facts['enrols_own']}/counter/"),
        Visit("completions", "demo-district", "/desk/completions/"),
        Visit("signals", "demo-district", "/desk/signals/?state=all"),
        *([Visit("signal", "demo-city", f"/desk/signal/{facts['signal']}/")] if facts["signal"] else []),
        Visit("selections", "demo-city", "/desk/selection/"),
        Visit("selection", "demo-city", f"/desk/selection/{facts['camp']}/"),
        Visit("score", "demo-city", f"/desk/selection/{facts['camp']}/{facts['project']}/"),
        Visit("institution-files", "demo-district", "/desk/institutions/"),
        Visit("institution-new", "demo-district", "/desk/institutions/new/"),
        Visit("institution-own", "demo-institution", "/desk/institution/J001/"),
        Visit("institution-review", "demo-district", "/desk/institution/J002/"),
        Visit("bases", "demo-district", "/desk/bases/"),
        Visit("base", "demo-city", "/desk/base/SX01/"),
        Visit("projects", "demo-city", "/desk/projects/"),
        Visit("project", "demo-city", "/desk/project/XM-LC-01/"),
        Visit("tally", "demo-city", "/desk/tally/", "07-tally"),
        Visit("entries", "demo-city", "/desk/tally/entries/?line=skills"),
        Visit("breakdown", "demo-city", "/desk/tally/breakdown/?by=age_band"),
        Visit("chain", "demo-city", f"/desk/entry/{facts['entry']}/"),
        Visit("report", "demo-city", "/desk/tally/report/", "07-report"),
        Visit("targets", "demo-city", "/desk/targets/"),
        Visit("exports", "demo-city", "/desk/exports/"),
        Visit("learners", "demo-city", "/desk/learners/"),
        Visit("outbox", "demo-city", "/desk/messages/"),
    ]
    editor = [
        Visit("cms-home", "demo-editor", "/cms/"),
        Visit("cms-page", "demo-editor", f"/cms/pages/{facts['page']}/edit/"),
    ]
    return [*public, *learner, *trainer, *desk, *editor]
