"""Mounted by demo settings only."""

from django.urls import path

from courses.web.account import demo

urlpatterns = [path("", demo.index, name="demo"), path("scan/<str:name>/", demo.scan, name="demo_scan")]
