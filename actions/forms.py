"""Forms of the actions: they clean what is typed and save nothing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from actions.compute.timeliness import Timeliness
from actions.enums import ActionStatus, Answer, Charge, CommitmentStatus, Plan, SharedKind
from actions.models import Action, ActionProgress, Direction
from actions.operations import ProgressEntry
from actions.queries.lists import NOBODY, Criteria
from cog.forms import DayField, FilterForm, NumberField
from cog.models import User
from cog.queries import DomainFiches


class ActionFilter(FilterForm):
    """Which actions to show in the list."""

    domaine = forms.ChoiceField(label="Domaine", required=False)
    fiche = forms.ChoiceField(label="Fiche", required=False)
    direction = forms.ChoiceField(label="Direction", required=False)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous les états"), *ActionStatus.choices])
    echeance = forms.ChoiceField(
        label="Échéance", required=False, choices=[("", "Toutes"), *((one.value, one.label) for one in Timeliness)]
    )
    annee = forms.ChoiceField(label="Année d'échéance", required=False)
    plan = forms.ChoiceField(label="Plan", required=False, choices=[("", "Tous"), *Plan.choices])
    mots = forms.CharField(label="Mots de l'action", required=False, max_length=80)

    def __init__(
        self,
        *args: Any,
        domains: Iterable[DomainFiches],
        years: Iterable[int],
        directions: Iterable[Direction],
        with_progress: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        groups = list(domains)
        known = [(str(one.domain.number), f"{one.domain.number} · {one.domain.title}") for one in groups]
        fiches = [(str(row.number), f"{row.number} · {row.title}") for one in groups for row in one.fiches]
        named = [(row.code, f"{row.code} · {row.name}") for row in directions]
        self.fields["domaine"].choices = [("", "Tous les domaines"), *known]
        self.fields["fiche"].choices = [("", "Toutes les fiches"), *fiches]
        self.fields["direction"].choices = [("", "Toutes"), (NOBODY, "personne n'est en charge"), *named]
        self.fields["annee"].choices = [("", "Toutes"), *((str(year), str(year)) for year in years)]
        if not with_progress:
            for name in ("direction", "etat", "echeance"):
                del self.fields[name]

    @property
    def criteria(self) -> Criteria:
        """What is asked; everything when the address cannot be read."""
        if not self.is_valid():
            return Criteria()
        told = self.cleaned_data.get
        return Criteria(
            plan=told("plan") or "",
            domain=told("domaine") or "",
            fiche=told("fiche") or "",
            direction=told("direction") or "",
            status=told("etat") or "",
            timeliness=told("echeance") or "",
            year=told("annee") or "",
            words=told("mots") or "",
        )


class ProgressForm(forms.Form):
    """One word on an action."""

    status = forms.ChoiceField(label="État", choices=ActionStatus.choices)
    as_of = DayField(label="Situation au", help_text="Le jour que ces mots décrivent.")
    percent = NumberField(label="Avancement (%)", decimals=0, required=False, help_text="De 0 à 100, si on le mesure.")
    done_on = DayField(label="Réalisée le", required=False)
    without_evidence = forms.CharField(
        label="Raison de l'absence de pièce",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Pour une action réalisée sans pièce jointe.",
    )
    decision = forms.CharField(
        label="Référence de la décision",
        required=False,
        max_length=250,
        help_text="Pour une action reportée ou abandonnée : la note, le relevé ou la lettre, et sa date.",
    )
    revised_end = DayField(
        label="Échéance révisée", required=False, help_text="La nouvelle dernière date, si elle change."
    )
    revision_reason = forms.CharField(
        label="Motif de la révision", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    revision_agreed_by = forms.CharField(
        label="Révision acceptée par", required=False, max_length=120, help_text="La direction, le comité, l'État."
    )
    comment = forms.CharField(
        label="Commentaire", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def entry(self, action: Action) -> ProgressEntry:
        """The word as typed, ready to be recorded."""
        told = dict(self.cleaned_data)
        seen = told.pop("seen") or 0
        return ProgressEntry(action_id=action.pk, seen=seen, **told)


class RowForm(forms.Form):
    """One action of the grid of a fiche: what changes most, one word for the reason its state asks for."""

    status = forms.ChoiceField(label="État", choices=ActionStatus.choices)
    percent = NumberField(label="Avancement (%)", decimals=0, required=False)
    done_on = DayField(label="Réalisée le", required=False)
    why = forms.CharField(label="Décision, ou raison sans pièce", required=False, max_length=250)
    comment = forms.CharField(label="Commentaire", required=False, max_length=4000)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for bound in self.visible_fields():
            select = isinstance(bound.field.widget, forms.Select)
            words = " words" if bound.name in ("why", "comment") else ""
            bound.field.widget.attrs["class"] = "form-select" if select else f"form-control{words}"

    def entry(self, action: Action, as_of: date) -> ProgressEntry:
        told = self.cleaned_data
        done = told["status"] == ActionStatus.DONE
        decided = told["status"] in (ActionStatus.POSTPONED, ActionStatus.ABANDONED)
        return ProgressEntry(
            action_id=action.pk,
            status=told["status"],
            as_of=as_of,
            percent=told["percent"],
            done_on=told["done_on"],
            without_evidence=told["why"] if done else "",
            decision=told["why"] if decided else "",
            comment=told["comment"],
            seen=told["seen"] or 0,
        )


class GridDate(forms.Form):
    """The day that the whole grid describes."""

    as_of = DayField(label="Situation au", help_text="Le jour que décrivent les lignes modifiées.")


class EvidenceForm(forms.Form):
    """A file that proves an action."""

    fichier = forms.FileField(label="Fichier", help_text="PDF, document, classeur ou image ; 10 Mo au plus.")
    title = forms.CharField(label="Intitulé", required=False, max_length=200)


class WithdrawForm(forms.Form):
    """Why a proof no longer counts."""

    reason = forms.CharField(label="Motif du retrait", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


def initial_of(word: ActionProgress | None, *, seen: int, today: date) -> dict[str, Any]:
    """What a form starts from: the last word, as if said today."""
    if word is None:
        return {"status": ActionStatus.TO_START, "as_of": today, "seen": seen}
    return {
        "status": word.status,
        "as_of": today,
        "percent": word.percent,
        "done_on": word.done_on,
        "without_evidence": word.without_evidence,
        "decision": word.decision,
        "why": word.without_evidence or word.decision,
        "seen": seen,
    }


class NamingForm(forms.Form):
    """A direction named for a fiche or an action: one there is, or a new one by its initials and name."""

    direction = forms.ModelChoiceField(
        label="Direction", queryset=Direction.objects.none(), required=False, empty_label="une nouvelle direction"
    )
    code = forms.CharField(label="Sigle de la nouvelle direction", required=False, max_length=20)
    name = forms.CharField(label="Son nom", required=False, max_length=160)
    charge = forms.ChoiceField(label="Rôle", choices=Charge.choices)
    person = forms.ModelChoiceField(
        label="Responsable", queryset=User.objects.none(), required=False, empty_label="personne pour l'instant"
    )
    substitute = forms.ModelChoiceField(
        label="Suppléant", queryset=User.objects.none(), required=False, empty_label="aucun"
    )

    def __init__(self, *args: Any, directions: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["direction"].queryset = directions
        self.fields["person"].queryset = people
        self.fields["substitute"].queryset = people

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if not told.get("direction") and not (told.get("code") and told.get("name")):
            self.add_error("direction", "Choisir une direction, ou donner le sigle et le nom d'une nouvelle.")
        if told.get("substitute") and told.get("substitute") == told.get("person"):
            self.add_error("substitute", "Un suppléant supplée quelqu'un d'autre que lui-même.")
        if told.get("substitute") and not told.get("person"):
            self.add_error("person", "Nommer le responsable que cette personne supplée.")
        return told


class CommitmentForm(forms.Form):
    """The State's word on one of its commitments."""

    status = forms.ChoiceField(label="État", choices=CommitmentStatus.choices)
    as_of = DayField(label="Situation au")
    comment = forms.CharField(
        label="Commentaire", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ValidationForm(forms.Form):
    """What the State is asked to agree to."""

    subject = forms.CharField(label="Objet de la demande", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    """The State's answer to what it was asked."""

    answer = forms.ChoiceField(label="Réponse", choices=Answer.choices)
    answered_on = DayField(label="Réponse du")
    text = forms.CharField(label="Texte", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class SharedDocumentForm(forms.Form):
    """What was made available to the State."""

    kind = forms.ChoiceField(label="Nature", choices=SharedKind.choices)
    reference = forms.CharField(label="Référence", max_length=80)
    title = forms.CharField(label="Objet", max_length=250)
    issued_on = DayField(label="Datée du")
    shared_on = DayField(label="Mise à disposition le")
    address = forms.URLField(label="Adresse où la lire", required=False, max_length=500, assume_scheme="https")


class SynthesisForm(forms.Form):
    """What a programme of the Sdsi brought in a year, and what it cost."""

    gains = forms.CharField(label="Apports métiers", required=False, widget=forms.Textarea(attrs={"rows": 4}))
    achievements = forms.CharField(
        label="Réalisations techniques", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    spending = NumberField(
        label="Dépenses, en k€",
        unit="k€",
        required=False,
        minimum=0,
        most=Decimal(10**11),
        decimals=1,
        help_text="Vide : non connue ; 0 : aucune dépense.",
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())
