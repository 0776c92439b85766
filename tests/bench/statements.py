"""SQL statements of one request, counted in-process under the settings of the measured service."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.models import Enrolment, Evidence
from tests.bench import plant

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def count() -> dict[str, list[str]]:
    """A check-in of a bound browser, an enrolment of somebody signed in, the course list for a stranger; each warm."""
    learners = plant.learners(count=2)
    rooms = plant.rooms(learner_ids=[learner["id"] for learner in learners], lessons=1)
    tickets = plant.tickets(class_ids=rooms, turn=1)
    number = plant.offer(seats=1, turn=100)
    posts = []
    for learner in learners:
        client = visitor()
        client.cookies["__Host-device"], client.cookies["ticket"] = learner["device"], tickets[learner["id"]]
        posts.append(statements(client, "post", "/C/"))
    enrolments = []
    for learner in learners:
        client = visitor()
        client.cookies["__Host-sessionid"] = learner["session"]
        enrolments.append(statements(client, "post", f"/my/enrol/{number}/", truth="1.0"))
    lists = [statements(visitor(), "get", "/courses/") for _ in range(2)]
    ids = [learner["id"] for learner in learners]
    if Evidence.objects.filter(learner__in=ids).count() != 2 or Enrolment.objects.filter(learner__in=ids).count() != 4:
        raise RuntimeError("what was counted did not take place")
    return {"checkin": posts[-1], "enrol": enrolments[-1], "catalogue": lists[-1]}


def visitor() -> Client:
    return Client(headers={"host": "127.0.0.1", "x-forwarded-proto": "https"})


def statements(client: Client, method: str, path: str, **data: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = getattr(client, method)(path, data, secure=True)
    if answer.status_code not in (200, 302, 303):
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return [query["sql"] for query in captured if not query["sql"].startswith(NOT_COUNTED)]
