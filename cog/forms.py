"""Forms of the ground floor: they clean what is typed and save nothing."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms

from cog.enums import AnomalyTopic
from cog.figures import NumberError, decimals_of, format_exact, parse_french_decimal
from cog.periods import PeriodError, read_day


class LoginForm(AllauthLoginForm):
    """E-mail and password; the answer is the same for an unknown account and a wrong password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = "Adresse électronique", "Mot de passe"
        login.widget.attrs |= {"autocomplete": "username", "autofocus": True}
        password.help_text = ""
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)

    def add_prefix(self, field_name: str) -> str:
        """Under the name that password managers know."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))

    def clean_login(self) -> str:
        return str(super().clean_login()).lower()


class DayField(forms.DateField):
    """A day typed as French people write it, « 31/03/2014 », « 31.03.14 », or pasted from one of our pages."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off", "placeholder": "jj/mm/aaaa", "class": "day"}
        super().__init__(widget=forms.DateInput(format="%d/%m/%Y", attrs=attributes), **options)

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        try:
            return read_day(value)
        except PeriodError as wrong:
            raise forms.ValidationError(
                f"Date illisible : trouvé « {wrong.found} », attendu {wrong.expected}."
            ) from None


class NumberField(forms.Field):
    """A number typed as French people write it, « 1 234,5 », « 85 % », or pasted from one of our pages; empty is None.

    « 1.234 » is two numbers: it is asked which.
    """

    widget = forms.TextInput

    def __init__(
        self,
        *,
        unit: str = "%",
        decimals: int | None = None,
        minimum: int | None = None,
        most: Decimal | None = None,
        **options: Any,
    ) -> None:
        """`decimals`: as many at most, and an int where there may be none; `minimum`, `most`: its bounds."""
        super().__init__(**options)
        self.unit, self.decimals, self.minimum, self.most = unit, decimals, minimum, most
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "maxlength": "40"}

    def prepare_value(self, value: Any) -> Any:
        return format_exact(Decimal(value)) if isinstance(value, Decimal | int) else value

    def to_python(self, value: Any) -> Decimal | int | None:
        if value is None or isinstance(value, Decimal | int):
            return value
        text = str(value).strip()
        if not text:
            return None
        try:
            number = parse_french_decimal(text, unit=self.unit, refuse_ambiguous_dot=True)
        except NumberError as wrong:
            raise forms.ValidationError(f"Trouvé « {wrong.found} », attendu {wrong.expected}.") from None
        self._bounded(number, text)
        return int(number) if self.decimals == 0 else number

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another number was typed: the same one written otherwise is no change."""
        return super().has_changed(self.to_python(initial), data)

    def _bounded(self, number: Decimal, text: str) -> None:
        if self.minimum is not None and number < self.minimum:
            raise forms.ValidationError(f"Trouvé « {text} », attendu {self.minimum} au moins.")
        if self.most is not None and number >= self.most:
            raise forms.ValidationError(f"Trouvé « {text} », attendu moins de {format_exact(self.most)}.")
        if self.decimals is not None and decimals_of(number) > self.decimals:
            told = f"{self.decimals} décimale au plus" if self.decimals else "un nombre sans décimales"
            raise forms.ValidationError(f"Trouvé « {text} », attendu {told}.")


class FilterForm(forms.Form):
    """A form in the address that keeps lines out of a list, and can say what it asks."""

    unsaid: ClassVar[set[str]] = set()
    """Fields that keep nothing out: they are not told as a filter."""

    def in_words(self) -> list[str]:
        """What is asked, « domaine : 2 · … », field by field; nothing when all is shown."""
        if not self.is_valid():
            return []
        words = []
        for name, value in self.cleaned_data.items():
            if value and name not in self.unsaid:
                choices = dict(getattr(self.fields[name], "choices", ()))
                label, _, _ = str(self.fields[name].label).partition(" (")  # what stands in brackets is an example
                words.append(f"{label.lower()} «\u00a0{choices.get(value, value)}\u00a0»")
        return words


class AnomalyFilter(FilterForm):
    """Which slips of the text to show."""

    sujet = forms.ChoiceField(label="Sujet", required=False, choices=[("", "Tous les sujets"), *AnomalyTopic.choices])
    mots = forms.CharField(label="Mots", required=False, max_length=80)


class AuditFilter(FilterForm):
    """Which traces to show."""

    qui = forms.CharField(label="Qui (nom ou adresse)", required=False, max_length=80)
    acte = forms.ChoiceField(label="Acte", required=False)
    objet = forms.CharField(label="Objet", required=False, max_length=80)
    du = DayField(label="Du", required=False)
    au = DayField(label="Au", required=False)

    def __init__(self, *args: Any, acts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acte"].choices = [("", "Tous les actes"), *acts]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if asked.get("du") and asked.get("au") and asked["du"] > asked["au"]:
            raise forms.ValidationError("Le premier jour est après le dernier : les échanger.")
        return asked


class AcronymFilter(FilterForm):
    """Which acronyms to show."""

    mots = forms.CharField(label="Mots", required=False, max_length=80)


class DateFilter(forms.Form):
    """The date a page is read at."""

    au = DayField(label="Situation au", required=False)

    def chosen(self, default: date) -> date:
        """The date asked for, or the default when none or a wrong one is."""
        if not self.is_valid():
            return default
        return self.cleaned_data["au"] or default
