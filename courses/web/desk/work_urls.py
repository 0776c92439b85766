"""/desk/: works of a class, and those that a reviewer from outside was given."""

from django.urls import path

from courses.web.desk import reviews, works

urlpatterns = [
    path("reviews/", reviews.desk_reviews, name="desk_reviews"),
    path("review/<str:code>/open/", reviews.desk_review_open, name="desk_review_open"),
    path("review/<str:code>/judge/", reviews.desk_review_judge, name="desk_review_judge"),
    path("class/<str:number>/works/", works.desk_works, name="desk_works"),
    path("class/<str:number>/works/open/<str:code>/", works.desk_work_open, name="desk_work_open"),
    path("class/<str:number>/works/regrade/<str:code>/", works.desk_work_regrade, name="desk_work_regrade"),
    path(
        "class/<str:number>/works/regrade/<str:code>/decide/",
        works.desk_work_regrade_decide,
        name="desk_work_regrade_decide",
    ),
    path("class/<str:number>/works/judge/<str:code>/", works.desk_work_judge, name="desk_work_judge"),
    path("class/<str:number>/works/assign/", works.desk_works_assign, name="desk_works_assign"),
    path("class/<str:number>/works/<str:enrolment_number>/", works.desk_work_hand_in, name="desk_work_hand_in"),
]
