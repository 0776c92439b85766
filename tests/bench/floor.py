"""The floor: the least that Django can do for a check-in and for a page of cards. A project of one file.

Django's own seven middleware, session, user, one HMAC, one INSERT … ON CONFLICT; and a page of 20 cards with one
query and
a template. Same engine, same connection settings, same server as the service itself.

    python -m tests.bench.floor LEARNERS    make the tables and sign LEARNERS in; their session keys as JSON
"""

import hashlib
import hmac
import json
import sys
from typing import Any

import django
import environ
from django.conf import settings

CARDS = 20
KEY = b"the floor's key, of no worth"
PAGE = """<!doctype html><html lang="zh-hans"><head><meta charset="utf-8"><title>课程</title></head><body><ul>
{% for card in cards %}<li><h2>{{ card.title }}</h2><p>{{ card.text }}</p><p>{{ card.place }} · {{ card.starts }}</p>
<a href="/course/{{ card.number }}/">报名</a></li>{% endfor %}</ul></body></html>"""

LOADER = ("django.template.loaders.locmem.Loader", {"page.html": PAGE})


def configure() -> None:
    database = environ.Env().db("DATABASE_URL")
    database |= {"CONN_MAX_AGE": None, "ATOMIC_REQUESTS": False}
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;",
        }
    else:
        database["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 5, **database.get("OPTIONS", {})}
    settings.configure(
        SECRET_KEY=KEY.decode(),
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [LOADER])]},
            }
        ],
        MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage",
        USE_TZ=True,
    )
    django.setup()


def check_in(request: Any) -> Any:
    from django.db import connection
    from django.http import HttpResponse, HttpResponseForbidden

    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    lesson = request.POST["lesson"]
    if not hmac.compare_digest(mac(lesson), request.POST["mac"]):
        return HttpResponseForbidden()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor_checkin (lesson, learner) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [int(lesson), request.user.pk],
        )
    return HttpResponse(status=303, headers={"Location": "/done/"})


def cards(request: Any) -> Any:
    from django.db import connection
    from django.shortcuts import render

    with connection.cursor() as cursor:
        cursor.execute("SELECT number, title, text, place, starts FROM floor_card ORDER BY number LIMIT %s", [CARDS])
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return render(request, "page.html", {"cards": rows})


def healthz(_request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse("ok\n")


def mac(lesson: str) -> str:
    return hmac.new(KEY, lesson.encode(), hashlib.sha256).hexdigest()[:10]


def prepare(learners: int) -> list[str]:
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0, interactive=False)
    keys = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_checkin (lesson integer, learner integer, UNIQUE (lesson, learner))")
        cursor.execute(
            "CREATE TABLE floor_card (number integer, title varchar(80), text varchar(200), place varchar(80), "
            "starts varchar(20))"
        )
        for number in range(CARDS):
            card: list[Any] = [
                number,
                f"中式烹调师（四级）{number}",
                "从刀工到热菜，四周学完一门手艺。",
                "芝罘区海港路 1 号",
                "10 月 8 日",
            ]
            cursor.execute("INSERT INTO floor_card VALUES (%s, %s, %s, %s, %s)", card)
        for number in range(learners):
            user = User.objects.create(username=f"learner{number}", password="!")
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.create()
            keys.append(str(session.session_key))
    return keys


if __name__ == "__main__":
    # One module object only: the URL configuration names it.
    sys.modules["tests.bench.floor"] = sys.modules["__main__"]

configure()
if __name__ == "__main__":
    print(json.dumps(prepare(int(sys.argv[1]))))
else:
    from django.core.wsgi import get_wsgi_application
    from django.urls import path

    urlpatterns = [path("checkin/", check_in), path("cards/", cards), path("healthz", healthz)]
    application = get_wsgi_application()
