"""Reference data in the admin: lists, courses, institutions, places, the calendar. No model here is about a person."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from cms.wording import PublicWords
from courses.models import (
    Brand,
    Course,
    District,
    EducationLevel,
    Holiday,
    InstitutionKind,
    LearnerCategory,
    Occupation,
    ProgrammeKind,
    Project,
    Room,
    SkillLevel,
    TrainingBase,
    Venue,
)

NAMED = ("key", "name", "name_en")


class ListViewSet(ModelViewSet):
    """Whatever list it is, its words are read by the gate before they are saved."""

    def get_form_class(self, for_update: bool = False) -> type[Any]:  # noqa: FBT001, FBT002 (Wagtail's own)
        form = super().get_form_class(for_update)
        return type(form.__name__, (PublicWords, form), {})


def listing(
    model: type[Model], icon: str, fields: tuple[str, ...], columns: tuple[str, ...], **more: Any
) -> ListViewSet:
    """A screen over one list: what is edited, what is shown; found by name, exported as a sheet."""
    options = {
        "model": model,
        "icon": icon,
        "form_fields": list(fields),
        "list_display": list(columns),
        "list_export": list(columns),
        "search_fields": [name for name in ("name", "name_en", "number", "key") if name in fields],
        "inspect_view_enabled": True,
        "copy_view_enabled": False,
        "list_per_page": 50,
        **more,
    }
    screen: ListViewSet = type(f"{model.__name__}ViewSet", (ListViewSet,), options)(
        f"reference_{model._meta.model_name}"
    )
    return screen


COURSE_FIELDS = (
    *("number", "name", "name_en", "kind", "brand", "occupation", "level"),
    *("hours_theory", "hours_practice", "hours_online", "audience", "certificate"),
)
KIND_FIELDS = (*NAMED, "line", "module", "default_hours", "min_hours", "max_size", "is_online", "letter", "order")
PROJECT_FIELDS = ("number", "name", "sponsor", "brand", "district", "planned", "starts_on", "ends_on")
HOLIDAY_FIELDS = ("date", "kind", "name", "name_en", "provisional")


class TeachingGroup(ViewSetGroup):
    menu_label = _("课程资料")
    menu_icon = "clipboard-list"
    menu_order = 200
    items = (
        listing(
            Course, "clipboard-list", COURSE_FIELDS, ("number", "name", "kind", "brand"), list_filter=["kind", "brand"]
        ),
        listing(ProgrammeKind, "tag", KIND_FIELDS, ("name", "line", "max_size")),
        listing(
            Brand, "pick", (*NAMED, "slogan", "slogan_en", "motif", "districts", "order"), ("name", "slogan", "motif")
        ),
        listing(Occupation, "cogs", (*NAMED, "edition", "code", "job", "order"), ("name", "job", "code", "edition")),
        listing(SkillLevel, "order", (*NAMED, "rank", "order"), ("name", "rank")),
        listing(Project, "folder-open-1", PROJECT_FIELDS, ("number", "name", "planned", "starts_on", "ends_on")),
    )


class PlacesGroup(ViewSetGroup):
    menu_label = _("地区与机构")
    menu_icon = "site"
    menu_order = 210
    items = (
        listing(District, "globe", (*NAMED, "code", "kind", "order"), ("name", "code", "kind")),
        listing(InstitutionKind, "tag", (*NAMED, "order"), NAMED),
        listing(
            Venue, "map", ("number", "name", "district", "address", "capacity", "base"), ("number", "name", "district")
        ),
        listing(TrainingBase, "site", ("number", "name", "district", "operator"), ("number", "name", "district")),
        listing(Room, "pick", ("venue", "name", "capacity"), ("venue", "name", "capacity")),
    )


class ListsGroup(ViewSetGroup):
    menu_label = _("其他名单")
    menu_icon = "list-ul"
    menu_order = 220
    items = (
        listing(Holiday, "calendar", HOLIDAY_FIELDS, ("date", "kind", "name", "provisional"), search_fields=["name"]),
        listing(LearnerCategory, "tag", (*NAMED, "proof", "sensitive", "order"), ("name", "proof")),
        listing(EducationLevel, "tag", (*NAMED, "order"), NAMED),
    )
