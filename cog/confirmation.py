"""The password again, before what cannot be undone: one gesture for transmitting and for changing rights.

A code of the second factor is as good. The tries are counted with those of the login, by account and by address.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from django import forms

from cog.models import User


class ConfirmationForm(forms.Form):
    """The last gesture: who asks proves again who they are. `refusal`: what the page says was not done."""

    refusal = "Ce mot de passe n'est pas celui de votre compte : rien n'a été fait."

    password = forms.CharField(
        label="Votre mot de passe",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Demandé à nouveau avant ce geste. Un code de votre second facteur convient aussi.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """Refused when it is neither the password of the account nor a code of its second factor."""
        typed: str = self.cleaned_data["password"]
        if not _is_theirs(self._user, typed):
            raise forms.ValidationError(self.refusal)
        return typed


def _is_theirs(user: User, typed: str) -> bool:
    """Raises ValidationError after too many tries."""
    code = typed.replace(" ", "")
    totp = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first() if code.isdigit() else None
    if totp is None or len(code) != 6:
        return bool(get_adapter().reauthenticate(user, typed))
    clear = check_rate_limit(user)
    right = bool(totp.wrap().validate_code(code))
    if right:
        clear()
    return right
