"""/desk/: works and scores of a class; what somebody from outside was given to judge, and named to examine."""

from django.urls import path

from courses.web.desk import examining, reviews, scores, works

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
    path("class/<str:number>/scores/", scores.desk_scores, name="desk_scores"),
    path("class/<str:number>/scores/sheet/", scores.desk_scores_sheet, name="desk_scores_sheet"),
    path("class/<str:number>/scores/send/", scores.desk_scores_send, name="desk_scores_send"),
    path("class/<str:number>/scores/examiner/", scores.desk_examiner_name, name="desk_examiner_name"),
    path("class/<str:number>/scores/examiner/end/", scores.desk_examiner_end, name="desk_examiner_end"),
    path("class/<str:number>/scores/<str:enrolment_number>/", scores.desk_score_record, name="desk_score_record"),
    path(
        "class/<str:number>/scores/<str:enrolment_number>/<str:part>/decide/",
        scores.desk_score_decide,
        name="desk_score_decide",
    ),
    path("examining/", examining.desk_examining, name="desk_examining"),
    path("examining/<str:number>/", examining.desk_examined, name="desk_examined"),
    path("examining/<str:number>/<str:enrolment_number>/", examining.desk_examined_record, name="desk_examined_record"),
]
