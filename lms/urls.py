"""Prefix → edge. One screen."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import URLPattern, URLResolver, include, path

from courses.web.appearance import set_appearance, set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("courses.web.public.urls")),
    path("account/", include("courses.web.account.urls")),
    path("my/", include("courses.web.my.urls")),
    path("teach/", include("courses.web.teach.urls")),
    path("desk/", include("courses.web.desk.urls")),
    path("api/v1/", include("courses.api.urls")),
    path("appearance/", set_appearance, name="set_appearance"),
    path("language/", set_language, name="set_language"),
    path("", include("cms.urls")),
]

if settings.DEMO:
    urlpatterns.insert(0, path("demo/", include("courses.web.account.demo_urls")))
if settings.DEBUG:
    urlpatterns = [
        path("styleguide/", include("courses.web.public.styleguide_urls")),
        *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
        *urlpatterns,
    ]

handler400 = "courses.web.errors.bad_request"
handler403 = "courses.web.errors.forbidden"
handler404 = "courses.web.errors.not_found"
# Called by the sign-in library when its own limits are reached.
handler429 = "courses.web.errors.too_many"
handler500 = "courses.web.errors.server_error"
