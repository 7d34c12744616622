"""Forms of the reports: they clean what is typed and save nothing."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from cog.attachments import ACCEPTED, MAX_BYTES, AcceptedFile, FileRefused, accept_file
from cog.confirmation import ConfirmationForm
from cog.enums import ObligationFamily
from cog.forms import DayField, FilterForm
from cog.models import Convention
from reports.enums import EditionState, NoteKind
from reports.owed_queries import ELSEWHERE, Criteria


class ReportRequest(forms.Form):
    """Which year's bilan to produce."""

    exercice = forms.TypedChoiceField(label="Exercice", coerce=int)

    def __init__(self, *args: Any, years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercice"].choices = [(year, str(year)) for year in years]


class LibraryFilter(FilterForm):
    """Which editions of the library to show."""

    exercice = forms.TypedChoiceField(label="Exercice", required=False, coerce=int, empty_value=None)
    etat = forms.ChoiceField(label="État", required=False)

    def __init__(self, *args: Any, years: range, states: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="liste_%s", **kwargs)  # another form of the page asks for an exercise too
        self.fields["exercice"].choices = [("", "Tous"), *((year, str(year)) for year in years)]
        self.fields["etat"].choices = [("", "Tous"), *((one.value, one.label) for one in EditionState if one in states)]

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are asked for; all of them when the address says nothing that is understood."""
        if not self.is_valid():
            return rows
        if year := self.cleaned_data["exercice"]:
            rows = rows.filter(year=year)
        return rows.filter(state=state) if (state := self.cleaned_data["etat"]) else rows


class SentenceForm(forms.Form):
    """The words put in place of one sentence of the synthesis."""

    key = forms.CharField(max_length=40)
    text = forms.CharField(required=False, max_length=2000)


class TransmitForm(ConfirmationForm):
    """The last gesture before a quarter leaves: the password again, and why when it rectifies."""

    refusal = "Ce mot de passe n'est pas celui de votre compte : rien n'a été transmis."
    field_order = ("reason", "password")

    reason = forms.CharField(
        label="Motif de la rectification",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par la tutelle, avec la différence : ce qui a été corrigé, et pourquoi.",
    )

    def __init__(self, *args: Any, rectifies: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not rectifies:
            del self.fields["reason"]


class FollowingForm(TransmitForm):
    """The gesture that takes an edition of the bilan further: what its next state asks for."""

    presented_on = DayField(
        label="Séance du conseil",
        help_text="Le jour où le document commun a été présenté.",
    )

    def __init__(self, *args: Any, state: EditionState, rectifies: bool, **kwargs: Any) -> None:
        leaves = state is EditionState.SENT
        super().__init__(*args, rectifies=rectifies and leaves, **kwargs)
        if not leaves:
            del self.fields["password"]
        if state is not EditionState.PUBLISHED:
            del self.fields["presented_on"]


class DocumentForm(TransmitForm):
    """The last gesture before a document owed leaves: its file, then as for a quarter."""

    field_order = ("fichier", "reason", "password")

    fichier = forms.FileField(
        label="Pièce",
        required=False,
        help_text="PDF, document, classeur ou image ; 10 Mo au plus. À choisir de nouveau si l'envoi est refusé.",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ACCEPTED)}),
    )

    def __init__(self, *args: Any, needs_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fichier"].required = needs_file

    def clean_fichier(self) -> AcceptedFile | None:
        """The file, once its content is known to be of its type; None where none is joined."""
        sent = self.cleaned_data["fichier"]
        if not sent:
            return None
        try:
            return accept_file(sent.name, sent.read(MAX_BYTES + 1))
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from None


class EventForm(forms.Form):
    """The day of an event that sets off an obligation."""

    le = DayField(label="Jour de l'événement")

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._term = convention.start, convention.end

    def clean_le(self) -> date:
        day: date = self.cleaned_data["le"]
        start, end = self._term
        if not start <= day <= end:
            raise forms.ValidationError(f"Attendu un jour de la convention, du {start:%d/%m/%Y} au {end:%d/%m/%Y}.")
        return day


OWED_STATES = [
    ("", "Tous"),
    ("en_retard", "en retard"),
    ("ouverte", "bientôt due"),
    ("a_venir", "à venir"),
    ("transmise", "remise"),
    ("transmise_en_retard", "remise en retard"),
    ("sans_date", "sans date"),
    ("a_l_evenement", "à l'événement"),
]


class OwedFilter(FilterForm):
    """Which documents owed to show."""

    annee = forms.ChoiceField(label="Année", required=False)
    famille = forms.ChoiceField(
        label="Famille",
        required=False,
        choices=[("", "Toutes"), *((one.value, one.label) for one in ObligationFamily if one not in ELSEWHERE)],
    )
    etat = forms.ChoiceField(label="État", required=False, choices=OWED_STATES)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(str(year), str(year)) for year in years]
        self.fields["annee"].choices = [("", "Toutes"), *listed, ("-", "sans année")]

    @property
    def criteria(self) -> Criteria:
        """What is asked; everything when the address cannot be read."""
        if not self.is_valid():
            return Criteria()
        told = self.cleaned_data
        return Criteria(told["annee"], told["famille"], told["etat"])


class NoteForm(forms.Form):
    """What is written on a transmission; `subjects`: what it may be about, where the page does not name it."""

    kind = forms.ChoiceField(
        label="Nature", choices=[(NoteKind.QUESTION, "Question"), (NoteKind.OBSERVATION, "Observation")]
    )
    text = forms.CharField(label="Texte", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    subject = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput())
    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, subjects: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if subjects:
            choices = [("", "L'ensemble du bilan"), *subjects]
            self.fields["subject"] = forms.ChoiceField(label="Sur", required=False, choices=choices)
        if data is not None:
            self.fields["kind"].choices = NoteKind.choices
            self.fields["text"].required = data.get("kind") != NoteKind.ACKNOWLEDGEMENT

    def told(self) -> list[str]:
        """What is wrong, field by field, in one line each."""
        return [f"{self.fields[name].label} : {' '.join(map(str, errors))}" for name, errors in self.errors.items()]
