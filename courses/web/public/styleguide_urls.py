"""/styleguide/, only where DEBUG is on."""

from django.urls import path

from courses.web.gate import public
from courses.web.public.styleguide import styleguide

urlpatterns = [path("", public(styleguide), name="styleguide")]
