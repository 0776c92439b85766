"""/desk/staff/: posts and logins of those who work here."""

from django.urls import path

from courses.web.desk import staff, staff_contact, staff_requests

urlpatterns = [
    path("", staff.desk_staff, name="desk_staff"),
    path("new/", staff.desk_staff_new, name="desk_staff_new"),
    path("request/<str:number>/", staff_requests.desk_staff_request, name="desk_staff_request"),
    path("request/<str:number>/confirm/", staff_requests.desk_staff_request_confirm, name="desk_staff_request_confirm"),
    path("request/<str:number>/drop/", staff_requests.desk_staff_request_drop, name="desk_staff_request_drop"),
    path("<uuid:key>/", staff.desk_staff_post, name="desk_staff_post"),
    path("<uuid:key>/contact/", staff_contact.desk_staff_contact, name="desk_staff_contact"),
    path("<uuid:key>/end/", staff.desk_staff_end, name="desk_staff_end"),
    path("<uuid:key>/reset/", staff.desk_staff_reset, name="desk_staff_reset"),
]
