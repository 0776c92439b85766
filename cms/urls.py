"""Wagtail: its admin, its files, and last of all the page tree."""

from django.urls import include, path, re_path
from wagtail.admin import urls as admin_urls
from wagtail.documents.views.serve import serve as serve_document
from wagtail.urls import serve_pattern
from wagtail.views import serve as serve_page

from cms import views
from courses.web.gate import public

urlpatterns = [
    path("course/<slug:number>/", views.course, name="course"),
    path("courses/", views.course_list),
    path("cms/login/", views.staff_door),
    path("cms/password_reset/", views.staff_door),
    path("cms/review/<int:page_id>/", views.held, name="review_held"),
    path("cms/review/<int:page_id>/release/", views.release, name="review_release"),
    path("cms/", include(admin_urls)),
    re_path(r"^documents/(\d+)/(.*)$", public(serve_document), name="wagtaildocs_serve"),
    re_path(serve_pattern, public(serve_page), name="wagtail_serve"),
]
