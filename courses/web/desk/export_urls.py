"""/desk/exports/: what can be taken away, what was taken, and what a sheet was exported as."""

from django.urls import path

from courses.web.desk import export_check, export_forms, exports, own_forms

urlpatterns = [
    path("exports/check/", export_check.desk_export_check, name="desk_export_check"),
    path("exports/check/<str:number>/<str:code>/", export_check.desk_export_check, name="desk_export_checked"),
    path("exports/", exports.desk_exports, name="desk_exports"),
    path("exports/log/", exports.desk_export_log, name="desk_export_log"),
    path("exports/own/", own_forms.desk_own_forms, name="desk_own_forms"),
    path("exports/own/<str:number>/", own_forms.desk_own_form, name="desk_own_form"),
    path("exports/own/<str:number>/map/", own_forms.desk_own_form_map, name="desk_own_form_map"),
    path("exports/own/<str:number>/put/", own_forms.desk_own_form_put, name="desk_own_form_put"),
    path("exports/own/<str:number>/fill/", own_forms.desk_own_form_fill, name="desk_own_form_fill"),
    path("exports/own/<str:number>/plan/", own_forms.desk_own_form_plan, name="desk_own_form_plan"),
    path("exports/form/<slug:key>/", export_forms.desk_export_form, name="desk_export_form"),
    path("exports/form/<slug:key>/plan/", export_forms.desk_export_plan, name="desk_export_plan"),
    path("exports/plan/<str:number>/stop/", export_forms.desk_export_stop, name="desk_export_stop"),
    path("export/<str:number>/", export_forms.desk_export, name="desk_export"),
    path("export/<str:number>/agree/", export_forms.desk_export_agree, name="desk_export_agree"),
    path("export/<str:number>/drop/", export_forms.desk_export_drop, name="desk_export_drop"),
    path("export/<str:number>/file/", export_forms.desk_export_file, name="desk_export_file"),
    path("exports/tally.xlsx", exports.desk_export_tally, name="desk_export_tally"),
    path("exports/classes.xlsx", exports.desk_export_classes, name="desk_export_classes"),
    path("exports/queue.xlsx", exports.desk_export_queue, name="desk_export_queue"),
    path("exports/institutions.xlsx", exports.desk_export_institutions, name="desk_export_institutions"),
    path("exports/entries.xlsx", exports.desk_export_entries, name="desk_export_entries"),
]
