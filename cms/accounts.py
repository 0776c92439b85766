"""Wagtail's user screens over staff alone. No group holds the permission."""

from typing import Any

from django.db.models import QuerySet
from wagtail.users.views.users import DeleteView, EditView, IndexView, UserViewSet

from courses.models import User


def staff() -> QuerySet[User]:
    return User.objects.filter(is_staff=True)


class StaffIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[User]:
        users: QuerySet[User] = super().get_base_queryset()
        return users.filter(is_staff=True)


class StaffEditView(EditView):
    def get_queryset(self) -> QuerySet[User]:
        return staff()

    def get_object(self, queryset: Any = None) -> Any:
        return super().get_object(queryset or staff())


class StaffDeleteView(DeleteView):
    def get_object(self, queryset: Any = None) -> Any:
        return super().get_object(queryset or staff())


class StaffViewSet(UserViewSet):
    index_view_class = StaffIndexView
    edit_view_class = StaffEditView
    delete_view_class = StaffDeleteView
