"""Addresses of the accounts. The library finds its own pages by the names it knows; only those used here exist."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as codes_views
from allauth.mfa.totp import views as totp_views
from allauth.socialaccount import views as social_views
from django.contrib.auth import views as auth_views
from django.db import transaction
from django.urls import path, re_path

from cog import account_views as managed
from cog import own_account_views as own
from cog import provider
from cog.views import Login, signup_closed

_login = Login.as_view()

urlpatterns = [
    path("connexion/", _login, name="login"),
    path("connexion/", _login, name="account_login"),
    path("connexion/inscription/", signup_closed, name="account_signup"),
    path("connexion/compte-ferme/", account_views.account_inactive, name="account_inactive"),
    path("connexion/second-facteur/", mfa_views.authenticate, name="mfa_authenticate"),
    path("connexion/confirmer/", account_views.reauthenticate, name="account_reauthenticate"),
    path("connexion/confirmer/code/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("connexion/identite/", provider.start, name="identity-start"),
    path("connexion/identite/retour/", provider.callback, name="identity-callback"),
    path("connexion/identite/abandon/", social_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("deconnexion/", auth_views.LogoutView.as_view(), name="logout"),
    path("mot-de-passe/oublie/", account_views.password_reset, name="account_reset_password"),
    path("mot-de-passe/envoye/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/change/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("invitation/<str:token>/", own.answer_invitation, name="invitation"),
    path("mon-compte/", own.my_account, name="my-account"),
    path("mon-compte/", own.my_account, name="mfa_index"),
    path("mon-compte/", own.my_account, name="socialaccount_connections"),
    path(
        "mon-compte/mot-de-passe/",
        transaction.atomic(account_views.password_change),
        name="account_change_password",
    ),
    path(
        "mon-compte/mot-de-passe/choisir/", transaction.atomic(account_views.password_set), name="account_set_password"
    ),
    path("mon-compte/second-facteur/", totp_views.activate_totp, name="mfa_activate_totp"),
    path(
        "mon-compte/second-facteur/retirer/",
        transaction.atomic(totp_views.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path("mon-compte/codes/", codes_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("mon-compte/codes/nouveaux/", codes_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "mon-compte/codes/codes-de-secours.txt", codes_views.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("mon-compte/identite/relier/", own.tie_identity, name="tie-identity"),
    path("mon-compte/identites/<int:identity>/delier/", own.untie_identity, name="untie-identity"),
    path("mon-compte/sessions/<int:session>/arreter/", own.end_my_session, name="end-my-session"),
    path("mon-compte/sessions/arreter-les-autres/", own.end_my_other_sessions, name="end-my-other-sessions"),
    path("comptes/", managed.account_list, name="accounts"),
    path("comptes/tableau.<str:kind>", managed.account_list_file, name="accounts-file"),
    path("comptes/nouveau/", managed.invite, name="account-invite"),
    path("comptes/<int:key>/", managed.account_page, name="account"),
    path("comptes/<int:key>/habilitations/nouvelle/", managed.grant, name="account-grant"),
    path("comptes/<int:key>/habilitations/<int:membership>/", managed.grant, name="account-right"),
    path("comptes/<int:key>/habilitations/<int:membership>/retirer/", managed.withdraw, name="account-withdraw"),
    path("comptes/<int:key>/sessions/<int:session>/arreter/", managed.end_session, name="account-session-end"),
    path("comptes/<int:key>/<slug:name>/", managed.gesture, name="account-gesture"),
]
