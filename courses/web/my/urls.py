"""/my/: what belongs to the signed-in learner."""

from django.urls import path

from courses.web.my import (
    application,
    certificates,
    data,
    devices,
    enrolment,
    identity,
    learning,
    messages,
    offer,
    proofs,
    selection,
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
    path("enrolment/<slug:number>/offer/", offer.offer_answer, name="my_offer_answer"),
    path("offer/<slug:code>/", offer.offer, name="my_offer"),
    path("messages/", messages.message_list, name="my_messages"),
    path("certificates/", certificates.certificate_list, name="my_certificates"),
    path("certificates/name/", certificates.name_switch, name="my_certificate_name"),
    path("certificate/<slug:number>/", certificates.certificate, name="my_certificate"),
    path("certificate/<slug:number>/paper/", certificates.certificate_paper, name="my_certificate_paper"),
    path("data/", data.data, name="my_data"),
    path("identity/", identity.identity, name="my_identity"),
    path("devices/", devices.device_list, name="my_devices"),
    path("devices/<slug:code>/revoke/", devices.revoke, name="my_device_revoke"),
]
