"""For trainers: my classes, the wall, the roster, completion."""

from django.urls import path

from courses.web.teach import classes, completion, door, marks, requests, roster, scan, wall

urlpatterns = [
    path("", classes.class_list, name="teach"),
    path("lesson/<str:name>/", roster.roster, name="roster"),
    path("lesson/<str:name>/state", roster.roster_state, name="roster_state"),
    path("lesson/<str:name>/sheet/", roster.roster_sheet, name="roster_sheet"),
    path("lesson/<str:name>/scan/", scan.scan, name="scan_people"),
    path("lesson/<str:name>/kiosk/", scan.kiosk_list, name="kiosk_list"),
    path("lesson/<str:name>/kiosk/<str:number>/end/", scan.kiosk_end, name="kiosk_end"),
    path("lesson/<str:name>/mark/", marks.mark, name="mark"),
    path("lesson/<str:name>/confirm/<str:receipt>/", marks.confirm, name="confirm"),
    path("lesson/<str:name>/door/<slug:code>/", door.door, name="door"),
    path("lesson/<str:name>/wall/", wall.wall, name="wall"),
    path("lesson/<str:name>/wall/state", wall.wall_state, name="wall_state"),
    path("lesson/<str:name>/wall/pause/", wall.wall_pause, name="wall_pause"),
    path("class/<str:number>/requests/", requests.class_requests, name="class_requests"),
    path("class/<str:number>/requests/leave/<slug:code>/", requests.leave_decide, name="leave_decide"),
    path("class/<str:number>/requests/dispute/<slug:code>/", requests.dispute_answer, name="dispute_answer"),
    path("class/<str:number>/requests/file/<slug:code>/", requests.claim_file, name="claim_file"),
    path("class/<str:number>/completion/", completion.class_completion, name="class_completion"),
    path("class/<str:number>/completion/propose/", completion.propose, name="completion_propose"),
]
