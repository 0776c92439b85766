"""/my/: what belongs to the signed-in learner."""

from django.urls import path

from courses.web.my import (
    application,
    code,
    data,
    devices,
    enrolment,
    identity,
    learning,
    lessons,
    messages,
    offer,
    proofs,
    selection,
    transfer,
)

urlpatterns = [
    path("", learning.learning, name="my"),
    path("enrol/<slug:number>/", enrolment.start, name="enrol_start"),
    path("enrol/<slug:number>/proof/", proofs.enrol_proof, name="enrol_proof"),
    path("enrol/<slug:number>/<slug:name>/", application.step, name="enrol_step"),
    path("enrolment/<slug:number>/proof/", proofs.enrolment_proof, name="my_enrolment_proof"),
    path("proof/<slug:code>/", proofs.proof_open, name="my_proof"),
    path("proof/<slug:code>/delete/", proofs.proof_delete, name="my_proof_delete"),
    path("enrolment/<slug:number>/", enrolment.show, name="my_enrolment"),
    path("enrolment/<slug:number>/calendar.ics", enrolment.calendar, name="my_calendar"),
    path("enrolment/<slug:number>/project/", selection.pitch, name="my_pitch"),
    path("enrolment/<slug:number>/withdraw/", enrolment.withdraw, name="my_withdraw"),
    path("enrolment/<slug:number>/lessons/", lessons.lesson_list, name="my_lessons"),
    path("enrolment/<slug:number>/leave/", lessons.leave_ask, name="my_leave"),
    path("enrolment/<slug:number>/lessons/<int:lesson>/dispute/", lessons.dispute, name="my_dispute"),
    path("leave/<slug:code>/withdraw/", lessons.leave_withdraw, name="my_leave_withdraw"),
    path("dispute/<slug:code>/withdraw/", lessons.dispute_withdraw, name="my_dispute_withdraw"),
    path("enrolment/<slug:number>/transfer/", transfer.transfer_ask, name="my_transfer_ask"),
    path("enrolment/<slug:number>/transfer/back/", transfer.transfer_take_back, name="my_transfer_take_back"),
    path("enrolment/<slug:number>/offer/", offer.offer_answer, name="my_offer_answer"),
    path("offer/<slug:code>/", offer.offer, name="my_offer"),
    path("code/", code.code, name="my_code"),
    path("code/worker.js", code.worker, name="my_code_worker"),
    path("messages/", messages.message_list, name="my_messages"),
    path("data/", data.data, name="my_data"),
    path("identity/", identity.identity, name="my_identity"),
    path("devices/", devices.device_list, name="my_devices"),
    path("devices/<slug:code>/revoke/", devices.revoke, name="my_device_revoke"),
]
