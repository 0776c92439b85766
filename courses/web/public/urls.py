"""For everybody: the scan, the certificate check, the service's health."""

from django.urls import path

from courses.web.public import checkin, directory, health, kiosk, selection, verify

urlpatterns = [
    path("C/", checkin.ticket, name="ticket"),
    path("c/", checkin.ticket, name="redeem"),
    path("C/help/", checkin.help_, name="scan_help"),
    path("C/ask/", checkin.ask, name="scan_ask"),
    path("C/ask/<slug:code>/", checkin.asked, name="scan_asked"),
    path("C/ask/<slug:code>/state/", checkin.asked_state, name="scan_asked_state"),
    path("C/receipt/<str:number>/", checkin.result, name="scan_result"),
    path("C/receipt/<str:number>/state/", checkin.result_state, name="scan_state"),
    path("C/receipt/<str:number>/undo/", checkin.undo, name="scan_undo"),
    path("C/<str:code>", checkin.scan, name="scan"),
    path("c/<str:code>", checkin.scan, name="scan_lower"),
    path("kiosk/", kiosk.kiosk, name="kiosk"),
    path("kiosk/open/", kiosk.kiosk_open, name="kiosk_open"),
    path("verify/", verify.verify, name="verify_start"),
    path("verify/<str:number>", verify.verify, name="verify"),
    path("directory/institutions/", directory.institution_directory, name="institution_directory"),
    path("directory/institutions/<str:number>/", directory.institution_entry, name="institution_entry"),
    path("directory/needs/", directory.needs_directory, name="needs_directory"),
    path("selection/", selection.selection_list, name="selection_list"),
    path("selection/<str:number>/", selection.selection_notice, name="selection_notice"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
