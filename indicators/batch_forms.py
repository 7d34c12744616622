"""Forms of what is reported: they clean what is typed or sent, and save nothing."""

from collections.abc import Iterable

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from cog.figures import format_size
from cog.forms import FilterForm
from cog.models import Organisation
from cog.periods import Period, PeriodError, parse
from indicators.enums import BatchState

MAX_UPLOAD = 25 * 1024 * 1024  # bytes; docker/nginx.conf lets a little more through


class UploadForm(forms.Form):
    """Step 1: one file. `caisses`: those the sender may send for; `open_to_all`: whole files are admitted too."""

    fichier = forms.FileField(
        label="Fichier",
        help_text=f"Classeur XLSX ou fichier CSV, {format_size(MAX_UPLOAD)} au plus.",
        allow_empty_file=True,
        error_messages={"required": "choisir un fichier", "invalid": "choisir un fichier"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    caisse = forms.ModelChoiceField(
        label="Caisse",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        error_messages={"required": "choisir la caisse", "invalid_choice": "choisir une caisse de la liste"},
    )

    def __init__(self, *args: object, caisses: Iterable[Organisation], open_to_all: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["caisse"]
        field.queryset = caisses
        field.label_from_instance = lambda one: f"{one.code} · {one.name}"
        if open_to_all:
            field.required = False
            field.empty_label = "toutes celles du fichier"
            field.help_text = "Pour n'admettre que les lignes d'une caisse."
        elif len(field.queryset) == 1:
            field.initial = field.queryset[0]
            field.empty_label = None

    def clean_fichier(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["fichier"]
        if not file.size:
            raise forms.ValidationError("le fichier est vide : vérifier que c'est le bon, puis l'enregistrer")
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(
                f"trouvé un fichier de {format_size(file.size)}, attendu {format_size(MAX_UPLOAD)} au plus :"
                " l'envoyer en plusieurs fichiers"
            )
        return file


class TemplateForm(forms.Form):
    """Which workbook to fill."""

    periode = forms.ChoiceField(label="Transmission")
    caisse = forms.ModelChoiceField(
        label="Caisse", queryset=Organisation.objects.none(), to_field_name="code", empty_label=None
    )

    def __init__(
        self, *args: object, caisses: QuerySet[Organisation], quarters: Iterable[Period], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["periode"].choices = [(str(one), one.label) for one in quarters]
        field = self.fields["caisse"]
        field.queryset = caisses
        field.label_from_instance = lambda one: f"{one.code} · {one.name}"
        self.auto_id = "modele_%s"  # two forms on one page


class ConfirmForm(forms.Form):
    """Step 3: why, when the check gave warnings."""

    motif = forms.CharField(
        label="Motif",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "dire pourquoi le fichier est accepté malgré ses avertissements"},
    )

    def __init__(self, *args: object, warnings: int, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["motif"]
        field.required = warnings > 0
        field.help_text = (
            "Pourquoi ces valeurs sont justes malgré les avertissements ; gardé avec les valeurs."
            if warnings
            else "Facultatif ; gardé avec les valeurs."
        )


class BatchFilter(FilterForm):
    """Which batches to show."""

    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous les états"), *BatchState.choices])
    caisse = forms.CharField(label="Code de caisse", required=False, max_length=12)
    periode = forms.CharField(label="Période (2014-T1, 2014-03…)", required=False, max_length=10)

    def clean_caisse(self) -> str:
        return str(self.cleaned_data["caisse"]).strip()

    def clean_periode(self) -> Period | None:
        text = str(self.cleaned_data["periode"]).strip()
        if not text:
            return None
        try:
            return parse(text)
        except PeriodError:
            raise forms.ValidationError("trouvé une période illisible, attendu 2014-T1, 2014-03 ou 2014") from None
