"""Addresses of the desk about people: found, corrected, merged, erased."""

from django.urls import path

from courses.web.desk import corrections, erasures, learners, merges

urlpatterns = [
    path("learners/", learners.desk_learners, name="desk_learners"),
    path("erasures/", erasures.desk_erasures, name="desk_erasures"),
    path("erasure/<str:number>/", erasures.desk_erasure, name="desk_erasure"),
    path("erasure/<str:number>/receive/", erasures.desk_erasure_receive, name="desk_erasure_receive"),
    path("erasure/<str:number>/agree/", erasures.desk_erasure_agree, name="desk_erasure_agree"),
    path("erasure/<str:number>/refuse/", erasures.desk_erasure_refuse, name="desk_erasure_refuse"),
    path("erasure/<str:number>/told/", erasures.desk_erasure_told, name="desk_erasure_told"),
    path("merges/", merges.desk_merges, name="desk_merges"),
    path("merge/<str:number>/", merges.desk_merge, name="desk_merge"),
    path("merge/<str:number>/confirm/", merges.desk_merge_confirm, name="desk_merge_confirm"),
    path("merge/<str:number>/drop/", merges.desk_merge_drop, name="desk_merge_drop"),
    path("corrections/", corrections.desk_corrections, name="desk_corrections"),
    path("correction/<str:number>/", corrections.desk_correction, name="desk_correction"),
    path("correction/<str:number>/confirm/", corrections.desk_correction_confirm, name="desk_correction_confirm"),
    path("correction/<str:number>/drop/", corrections.desk_correction_drop, name="desk_correction_drop"),
    path("learners/<str:number>/correct/", corrections.desk_correct, name="desk_correct"),
    path("learners/<str:number>/correct/name/", corrections.desk_correct_name, name="desk_correct_name"),
    path("learners/<str:number>/correct/document/", corrections.desk_correct_document, name="desk_correct_document"),
    path("learners/<str:number>/correct/phone/", corrections.desk_correct_phone, name="desk_correct_phone"),
    path("learners/<str:number>/reveal/", learners.desk_learner_reveal, name="desk_learner_reveal"),
]
