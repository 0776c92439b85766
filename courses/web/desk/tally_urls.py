"""/desk/: the tally, the rows behind it, its closes and its targets."""

from django.urls import path

from courses.web.desk import breakdown, closes, entries, entry, report, settings, tally, targets, targets_held

urlpatterns = [
    path("tally/", tally.desk_tally, name="desk_tally"),
    path("tally/entries/", entries.tally_entries, name="tally_entries"),
    path("tally/breakdown/", breakdown.tally_breakdown, name="tally_breakdown"),
    path("tally/report/", report.desk_reports, name="desk_reports"),
    path("entry/<str:code>/", entry.count_entry, name="count_entry"),
    path("entry/<str:code>/sheet/<slug:photo_code>/", entry.count_entry_sheet, name="count_entry_sheet"),
    path("tally/settings/", settings.desk_count_settings, name="desk_count_settings"),
    path("closes/", closes.desk_closes, name="desk_closes"),
    path("closes/<int:year>/", closes.desk_close, name="desk_year_close"),
    path("closes/<int:year>/propose/", closes.desk_close_propose, name="desk_year_close_propose"),
    path("closes/<int:year>/confirm/", closes.desk_close_confirm, name="desk_year_close_confirm"),
    path("closes/<int:year>/back/", closes.desk_close_take_back, name="desk_year_close_take_back"),
    path("closes/<int:year>/file/<slug:kind>/", closes.desk_close_file, name="desk_year_close_file"),
    path("closes/<int:year>/<int:month>/", closes.desk_close, name="desk_close"),
    path("closes/<int:year>/<int:month>/propose/", closes.desk_close_propose, name="desk_close_propose"),
    path("closes/<int:year>/<int:month>/confirm/", closes.desk_close_confirm, name="desk_close_confirm"),
    path("closes/<int:year>/<int:month>/back/", closes.desk_close_take_back, name="desk_close_take_back"),
    path("closes/<int:year>/<int:month>/file/<slug:kind>/", closes.desk_close_file, name="desk_close_file"),
    path("targets/", targets.desk_targets, name="desk_targets"),
    path("targets/held/", targets_held.desk_targets_held, name="desk_targets_held"),
    path("targets/set/", targets.desk_target_set, name="desk_target_set"),
    path("targets/paste/", targets.desk_target_paste, name="desk_target_paste"),
]
