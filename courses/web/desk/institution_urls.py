"""/desk/institutions/ and what is done with the file of one."""

from django.urls import path

from courses.web.desk import institution_entries, institution_file, institutions

urlpatterns = [
    path("institutions/", institutions.desk_institutions, name="desk_institutions"),
    path("institutions/new/", institutions.desk_institution_new, name="desk_institution_new"),
    path("institution/<str:number>/", institution_file.desk_institution, name="desk_institution"),
    path("institution/<str:number>/open/", institution_file.desk_institution_open, name="desk_institution_open"),
    path("institution/<str:number>/facts/", institution_file.desk_institution_facts, name="desk_institution_facts"),
    path("institution/<str:number>/trade/", institution_entries.desk_institution_trade, name="desk_institution_trade"),
    path(
        "institution/<str:number>/trade/remove/",
        institution_entries.desk_institution_trade_remove,
        name="desk_institution_trade_remove",
    ),
    path(
        "institution/<str:number>/programme/",
        institution_entries.desk_institution_programme,
        name="desk_institution_programme",
    ),
    path(
        "institution/<str:number>/programme/remove/",
        institution_entries.desk_institution_programme_remove,
        name="desk_institution_programme_remove",
    ),
    path(
        "institution/<str:number>/trainer/",
        institution_entries.desk_institution_trainer,
        name="desk_institution_trainer",
    ),
    path(
        "institution/<str:number>/trainer/remove/",
        institution_entries.desk_institution_trainer_remove,
        name="desk_institution_trainer_remove",
    ),
    path("institution/<str:number>/submit/", institution_file.desk_institution_submit, name="desk_institution_submit"),
    path("institution/<str:number>/decide/", institution_file.desk_institution_decide, name="desk_institution_decide"),
    path("institution/<str:number>/status/", institution_file.desk_institution_status, name="desk_institution_status"),
]
