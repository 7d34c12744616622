"""Forms of the accounts: they clean what is typed and save nothing."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from cog.confirmation import ConfirmationForm
from cog.enums import AccountState, Role
from cog.forms import DayField, FilterForm
from cog.models import Convention, Fiche, Membership, Organisation
from cog.operations import AccountRequest, Grant


class AccountFilter(FilterForm):
    """Which accounts to show."""

    mots = forms.CharField(label="Nom ou adresse", required=False, max_length=80)
    role = forms.ChoiceField(label="Rôle", required=False, choices=[("", "Tous les rôles"), *Role.choices])
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous les états"), *AccountState.choices])


class _OrganisationChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Organisation) -> str:
        return f"{obj.code} · {obj.name}"


class _FicheChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Fiche) -> str:
        return f"n° {obj.number} · {obj.title}"


class GrantForm(ConfirmationForm):
    """A role, what it is limited to, its days; and the password again."""

    field_order = ("role", "caisse", "fiches", "depuis", "jusqu_au", "password")

    role = forms.ChoiceField(label="Rôle", choices=[("", "Choisir un rôle"), *Role.choices])
    caisse = _OrganisationChoice(
        label="Caisse",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="Aucune",
        help_text="Pour le rôle « caisse » seulement : celle dont la personne voit et envoie les données.",
    )
    fiches = _FicheChoice(
        label="Fiches",
        queryset=Fiche.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Pour une direction contributrice : celles dont elle rend compte (Ctrl pour plusieurs).",
    )
    depuis = DayField(
        label="Depuis le",
        required=False,
        help_text="Vide : tout de suite.",
    )
    jusqu_au = DayField(
        label="Jusqu'au",
        required=False,
        help_text="Vide : sans fin. Un corps de contrôle a la fin de sa mission.",
    )

    def __init__(
        self, *args: Any, convention: Convention | None, membership: Membership | None = None, **kwargs: Any
    ) -> None:
        if membership is not None:
            kwargs["initial"] = {
                "role": membership.role,
                "caisse": membership.organisation_id,
                "fiches": list(membership.fiches.values_list("pk", flat=True)),
                "depuis": membership.valid_from,
                "jusqu_au": membership.valid_to,
            }
        super().__init__(*args, **kwargs)
        if membership is not None:  # another role is another membership
            self.fields["role"].choices = [(membership.role, membership.get_role_display())]
        caisses = Organisation.objects.filter(convention=convention).caisses().order_by("code")
        self.fields["caisse"].queryset = caisses
        self.fields["fiches"].queryset = Fiche.objects.filter(convention=convention).order_by("number")

    def clean(self) -> dict[str, Any]:
        """A scope for the roles that have one, none for the others; days in order."""
        cleaned = super().clean() or {}
        role, days = cleaned.get("role"), (cleaned.get("depuis"), cleaned.get("jusqu_au"))
        if role == Role.CAISSE and not cleaned.get("caisse"):
            self.add_error("caisse", "Le rôle « caisse » désigne sa caisse.")
        if role and role != Role.CAISSE and cleaned.get("caisse"):
            self.add_error("caisse", "Ce rôle ne se limite pas à une caisse : choisir « Aucune ».")
        if role == Role.CONTRIBUTOR and not cleaned.get("fiches"):
            self.add_error("fiches", "Choisir au moins une fiche : sans elle, cette direction ne saisit rien.")
        if role and role != Role.CONTRIBUTOR and cleaned.get("fiches"):
            self.add_error("fiches", "Ce rôle ne se limite pas à des fiches : n'en choisir aucune.")
        if role == Role.CONTROL and not days[1] and "jusqu_au" not in self.errors:
            self.add_error("jusqu_au", "Une mission de contrôle a une fin : la donner.")
        if days[0] and days[1] and days[1] < days[0]:
            self.add_error("jusqu_au", "La fin vient avant le début.")
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "role": Role(data["role"]),
            "organisation": data["caisse"],
            "fiches": tuple(data["fiches"]),
            "valid_from": data["depuis"],
            "valid_to": data["jusqu_au"],
        }

    def grant(self) -> Grant:
        return Grant(**self.asked)


class InvitationForm(GrantForm):
    """Whom to invite, and their first role."""

    field_order = ("nom", "adresse", *GrantForm.field_order)

    nom = forms.CharField(label="Nom", max_length=120, help_text="Prénom et nom, comme les autres les liront.")
    adresse = forms.EmailField(
        label="Adresse électronique", help_text="L'invitation y part, et c'est par elle que la personne se connecte."
    )

    def request(self) -> AccountRequest:
        return AccountRequest(email=self.cleaned_data["adresse"], name=self.cleaned_data["nom"], **self.asked)


class ChosenPasswordForm(SetPasswordForm):
    """The password of someone who was invited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = "Mot de passe", "Le même mot de passe"
        first.help_text = "15 caractères au moins : quelques mots au hasard valent mieux que des signes."
        second.help_text = ""
