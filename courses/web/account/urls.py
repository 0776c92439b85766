"""/account/: the two doors, the second factor under the names that the sign-in library asks for, the way out."""

from allauth.mfa.recovery_codes.views import generate_recovery_codes
from django.urls import path

from courses.web.account import contact, first, owner, staff, views
from courses.web.gate import public, signed_in

urlpatterns = [
    path("", views.door, name="account_login"),
    path("code/", views.code, name="account_code"),
    path("code/resend/", views.resend, name="account_code_resend"),
    path("owner/", owner.owner, name="account_owner"),
    path("owner/new/", owner.let_go, name="account_owner_new"),
    path("logout/", views.sign_out, name="account_logout"),
    path("staff/", staff.door, name="account_staff_login"),
    path("first/", first.first, name="account_first"),
    path("staff/again/", signed_in(staff.PasswordAgain.as_view()), name="account_reauthenticate"),
    path("contact/", contact.contact, name="account_contact"),
    path("second/", signed_in(staff.Overview.as_view()), name="mfa_index"),
    path("second/authenticate/", public(staff.Authenticate.as_view()), name="mfa_authenticate"),
    path("second/again/", signed_in(staff.AuthenticateAgain.as_view()), name="mfa_reauthenticate"),
    path("second/activate/", signed_in(staff.Activate.as_view()), name="mfa_activate_totp"),
    path("second/replace/", signed_in(staff.Deactivate.as_view()), name="mfa_deactivate_totp"),
    path("second/codes/", signed_in(staff.RecoveryCodes.as_view()), name="mfa_view_recovery_codes"),
    path("second/codes/new/", signed_in(generate_recovery_codes), name="mfa_generate_recovery_codes"),
]
