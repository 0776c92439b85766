"""/desk/: completions, one with its steps, what is taken back, what is undercut."""

from django.urls import path

from courses.web.desk import class_revocations, completion_steps, completions, revocations, undercuts

urlpatterns = [
    path("completions/", completions.desk_completions, name="desk_completions"),
    path("class/<str:number>/completions/", completion_steps.desk_completions_submit, name="desk_completions_submit"),
    path("completion/<str:number>/", completion_steps.desk_completion, name="desk_completion"),
    path("completion/<str:number>/return/", completion_steps.desk_completion_return, name="desk_completion_return"),
    path("completion/<str:number>/revoke/", revocations.desk_revocation_propose, name="desk_revocation_propose"),
    path("completion/<str:number>/count/", revocations.desk_count_again, name="desk_count_again"),
    path("class/<str:number>/revocations/", class_revocations.desk_class_revocations, name="desk_class_revocations"),
    path(
        "class/<str:number>/revocations/confirm/",
        class_revocations.desk_class_revocations_confirm,
        name="desk_class_revocations_confirm",
    ),
    path("revocations/", revocations.desk_revocations, name="desk_revocations"),
    path("revocation/<str:number>/", revocations.desk_revocation, name="desk_revocation"),
    path("revocation/<str:number>/confirm/", revocations.desk_revocation_confirm, name="desk_revocation_confirm"),
    path("revocation/<str:number>/drop/", revocations.desk_revocation_drop, name="desk_revocation_drop"),
    path("undercuts/", undercuts.desk_undercuts, name="desk_undercuts"),
    path("undercut/<str:number>/", undercuts.desk_undercut, name="desk_undercut"),
    path("undercut/<str:number>/keep/", undercuts.desk_undercut_keep, name="desk_undercut_keep"),
    path("undercut/<str:number>/confirm/", undercuts.desk_undercut_confirm, name="desk_undercut_confirm"),
]
