"""What an amendment may change here: the targets of an indicator, and its definition."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import yaml
from django.db.models import Max

from cog.amendments.registry import ChangeRefused, Line
from cog.enums import ChangeKind
from cog.figures import NumberError, parse_french_decimal
from cog.models import Amendment, AmendmentChange, Convention, User
from indicators.compute.methods_file import DefinitionError, definition_from
from indicators.compute.verdict import in_force
from indicators.enums import Operator, TargetMode, TargetOrigin, TargetRole
from indicators.models import Indicator, IndicatorVersion, Target
from indicators.models.fields import LARGEST
from indicators.operations.definitions import Adoption, adopt_version, faults_of
from indicators.operations.results import mark_stale_sheet, request_recompute
from indicators.queries.engine import definition_of
from indicators.queries.shown import NATIONAL, target_in_words

FIRST_AMENDED = 1001
"""Rank of the first target of an amendment: those of the convention's files never reach it."""

Changes = Sequence[AmendmentChange]


def _indicators(convention: Convention) -> list[tuple[str, str]]:
    rows = Indicator.objects.filter(convention=convention).order_by("position")
    return [(row.code, f"{row.code} · {row.title}") for row in rows]


def _indicator(convention: Convention, code: str) -> Indicator | None:
    rows = Indicator.objects.filter(convention=convention, code=code).select_related("convention", "fiche")
    return rows.prefetch_related("targets", "versions").first()


def _version_on(indicator: Indicator, on: date) -> IndicatorVersion | None:
    begun = [row for row in indicator.versions.all() if row.valid_from <= on]
    return max(begun, key=lambda row: row.number, default=None)


class TargetPart:
    """« cible »: a target in force takes another value, or a year without any is given one."""

    kind = ChangeKind.TARGET

    def subjects(self, *, convention: Convention) -> list[tuple[str, str]]:
        return _indicators(convention)

    def lines(self, *, convention: Convention, subject: str, on: date) -> list[Line]:
        indicator = _indicator(convention, subject)
        if indicator is None:
            return []
        unit = self._unit(indicator, on)
        hint = f"nouvelle valeur, en {unit or 'unité de l’indicateur'}"
        held = [row for row in in_force(indicator.targets.all(), on) if row.scope == NATIONAL and row.holds_to >= on]
        lines = [
            Line(str(row.place), f"{subject}, {row.get_role_display()}", target_in_words(row), hint)
            for row in sorted(held, key=lambda row: row.place)
        ]
        aimed = [row for row in held if row.role == TargetRole.TARGET]
        years = range(on.year, convention.end.year + 1)
        free = [number for number in years if not any(_names(row, number) for row in aimed)]
        return lines + [Line(f"+{number}", f"{subject}, cible {number}", "aucune", hint) for number in free]

    def after(self, *, convention: Convention, subject: str, key: str, entry: str, on: date) -> str:
        indicator = _indicator(convention, subject)
        assert indicator is not None  # noqa: S101 - its lines were just read
        return target_in_words(self._target(indicator, key, _number(entry), on))

    def faults(self, *, amendment: Amendment, changes: Changes, at: datetime) -> list[str]:
        return []

    def apply(self, *, amendment: Amendment, changes: Changes, by: User, at: datetime) -> None:
        for change in changes:
            indicator = _indicator(amendment.convention, change.subject)
            assert indicator is not None  # noqa: S101 - checked just before
            row = self._target(indicator, change.key, _number(change.entry), amendment.effective_on)
            known = Target.objects.filter(indicator=indicator).aggregate(last=Max("position"))["last"] or 0
            row.position, row.amendment = max(known + 1, FIRST_AMENDED), amendment
            row.note = change.source
            row.save()
            mark_stale_sheet(indicator=indicator)
        request_recompute(convention=amendment.convention, by=by, at=at)

    def _target(self, indicator: Indicator, key: str, value: Decimal, on: date) -> Target:
        """The target of the amendment, not saved: the one it replaces with another value, or that of a new year."""
        told = {
            "indicator": indicator,
            "origin": TargetOrigin.AMENDMENT,
            "effective_on": on,
            "mode": TargetMode.ABSOLUTE,
            "value": value,
            "threshold": value,
            "unit": self._unit(indicator, on),
            "seed_line": indicator.seed_line,
        }
        if key.startswith("+"):
            number = int(key[1:])
            span = {"holds_from": date(number, 1, 1), "holds_to": date(number, 12, 31), "year": number}
            return Target(role=TargetRole.TARGET, operator=self._side(indicator, on), **span, **told)
        former = next(row for row in in_force(indicator.targets.all(), on) if str(row.place) == key)
        names = ("scope", "year", "holds_from", "holds_to", "cumulative", "role", "operator", "intermediate")
        kept = {name: getattr(former, name) for name in names}
        return Target(replaces=former.place, **kept, **told)

    def _unit(self, indicator: Indicator, on: date) -> str:
        version = _version_on(indicator, on) or max(indicator.versions.all(), key=lambda row: row.number, default=None)
        if version is None:
            return ""
        version.indicator = indicator
        return definition_of(version).unit

    def _side(self, indicator: Indicator, on: date) -> str:
        version = _version_on(indicator, on)
        lower = version is not None and version.method.get("better") == "lower"
        return Operator.AT_MOST if lower else Operator.AT_LEAST


def _names(target: Target, number: int) -> bool:
    return target.holds_from <= date(number, 1, 1) and date(number, 12, 31) <= target.holds_to


def _number(text: str) -> Decimal:
    try:
        value = parse_french_decimal(text, refuse_ambiguous_dot=True)
    except NumberError as wrong:
        raise ChangeRefused(f"trouvé « {text} », attendu {wrong.expected}.") from None
    if not -LARGEST < value < LARGEST:
        raise ChangeRefused(f"trouvé « {text} », attendu un nombre à quinze chiffres au plus.")
    return value


class DefinitionPart:
    """« définition »: the method of an indicator, in the words of the methods file."""

    kind = ChangeKind.DEFINITION

    def subjects(self, *, convention: Convention) -> list[tuple[str, str]]:
        return _indicators(convention)

    def lines(self, *, convention: Convention, subject: str, on: date) -> list[Line]:
        indicator = _indicator(convention, subject)
        if indicator is None:
            return []
        version = _version_on(indicator, on)
        before = _method_in_words(version.method) if version else "à construire"
        hint = "la méthode entière, dans les mots du fichier des méthodes ; ce qui n'est pas changé se garde tel quel"
        return [Line("", f"{subject}, méthode", before, hint, initial=before if version else "", long=True)]

    def after(self, *, convention: Convention, subject: str, key: str, entry: str, on: date) -> str:
        method = _method(entry)
        try:
            definition_from(subject, method)
        except DefinitionError as error:
            raise ChangeRefused(" ".join(error.problems)) from None
        return _method_in_words(method)

    def faults(self, *, amendment: Amendment, changes: Changes, at: datetime) -> list[str]:
        found = []
        for change in changes:
            indicator = _indicator(amendment.convention, change.subject)
            if indicator is not None:
                wrong = faults_of(indicator=indicator, adoption=_adoption(amendment, change), at=at)
                found += [f"{change.label} : {fault.words}" for fault in wrong]
        return found

    def apply(self, *, amendment: Amendment, changes: Changes, by: User, at: datetime) -> None:
        for change in changes:
            indicator = _indicator(amendment.convention, change.subject)
            assert indicator is not None  # noqa: S101 - checked just before
            adopt_version(indicator=indicator, adoption=_adoption(amendment, change), by=by, at=at)


def _adoption(amendment: Amendment, change: AmendmentChange) -> Adoption:
    return Adoption(
        method=_method(change.entry),
        valid_from=amendment.effective_on,
        agreed_by=str(amendment),
        agreed_on=amendment.signed_on or amendment.effective_on,
        reason=amendment.title,
        note=change.source,
    )


def _method(text: str) -> dict[str, object]:
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ChangeRefused("la méthode n'est pas lisible : attendu « clé: valeur », une par ligne.") from None
    if not isinstance(read, dict) or not all(isinstance(key, str) for key in read):
        raise ChangeRefused("la méthode n'est pas lisible : attendu « clé: valeur », une par ligne.")
    return read


def _method_in_words(method: dict[str, object]) -> str:
    return yaml.safe_dump(dict(method), allow_unicode=True, sort_keys=True, default_flow_style=False).strip()
