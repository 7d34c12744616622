"""Forms of the amendments: they clean what is typed and save nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cog.amendments.operations import Act
from cog.amendments.registry import Line
from cog.attachments import ACCEPTED, MAX_BYTES, AcceptedFile, FileRefused, accept_file
from cog.forms import DayField
from cog.models import Amendment


class ActForm(forms.Form):
    """The act of an amendment; what is not known yet may wait until it is approved."""

    title = forms.CharField(label="Objet", max_length=250, help_text="Ce que l'avenant change, en une phrase.")
    effective_on = DayField(label="Prend effet le")
    reference = forms.CharField(label="Référence de l'acte", max_length=250, required=False)
    signed_on = DayField(label="Signé le", required=False)
    signatories = forms.CharField(label="Signataires", max_length=250, required=False)
    text = forms.CharField(label="Texte", required=False, widget=forms.Textarea(attrs={"rows": 5}), max_length=20000)
    fichier = forms.FileField(
        label="Acte signé",
        required=False,
        help_text="PDF, document ou image ; 10 Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ACCEPTED)}),
    )

    def clean_fichier(self) -> AcceptedFile | None:
        """The file, once its content is known to be of its type; None where none is joined."""
        sent = self.cleaned_data["fichier"]
        if not sent:
            return None
        try:
            return accept_file(sent.name, sent.read(MAX_BYTES + 1))
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from None

    @property
    def act(self) -> Act:
        told = {name: value for name, value in self.cleaned_data.items() if name != "fichier"}
        return Act(**told)

    @staticmethod
    def initial_of(row: Amendment) -> dict[str, Any]:
        names = ("title", "effective_on", "reference", "signed_on", "signatories", "text")
        return {name: getattr(row, name) for name in names}


class ValuesForm(forms.Form):
    """One box a value of the subject: what is left empty is not changed."""

    def __init__(self, data: Any = None, *, lines: Sequence[Line], typed: dict[str, str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._lines = lines
        for line in lines:
            box = forms.Textarea(attrs={"rows": 14}) if line.long else forms.TextInput()
            self.fields[f"valeur-{line.key}"] = forms.CharField(
                label=f"{line.label} : {line.before}" if not line.long else line.label,
                required=False,
                max_length=20000,
                widget=box,
                help_text=line.hint,
                initial=typed.get(line.key, line.initial),
            )
        self.fields["source"] = forms.CharField(
            label="Source", required=False, max_length=250, help_text="Article ou page de l'avenant."
        )

    @property
    def entries(self) -> dict[str, str]:
        """key of each value -> what was typed; a long text left as it was says nothing."""
        told = {line: self.cleaned_data[f"valeur-{line.key}"].replace("\r\n", "\n") for line in self._lines}
        return {
            line.key: "" if line.long and text.strip() == line.initial.strip() else text for line, text in told.items()
        }


class SubjectForm(forms.Form):
    """What the change is about."""

    objet = forms.ChoiceField(label="Porte sur")

    def __init__(self, *args: Any, subjects: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["objet"].choices = [("", "Choisir"), *subjects]  # type: ignore[attr-defined]  # a choice field: the stubs say any field


class TakeBackForm(forms.Form):
    """Why an amendment is taken back."""

    reason = forms.CharField(
        label="Motif",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dire pourquoi l'avenant est retiré."},
    )
