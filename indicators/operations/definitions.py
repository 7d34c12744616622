"""Adopting a definition, and taking it back while no result rests on it.

A version holds for the periods that end on or after its `valid_from`, until the next one: results computed with the
former keep it. Versions come in the order of their dates, so that the last number that had begun is the one in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cog import audit
from cog.models import User
from cog.periods import format_date
from indicators.compute.methods_file import DefinitionError, definition_from
from indicators.enums import VersionOrigin
from indicators.models import Indicator, IndicatorResult, IndicatorVersion, Measure
from indicators.operations.results import mark_stale_sheet, request_recompute


@dataclass(frozen=True)
class Adoption:
    """What is adopted: a method in the words of the methods file, from when, by whom, and why.

    `provisional`: a proposal that the parties have not settled; it is computed, and no verdict is given.
    """

    method: Mapping[str, Any]
    valid_from: date
    agreed_by: str
    agreed_on: date
    reason: str
    note: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong in an adoption, in French, and the field of `Adoption` it lies in (empty: the whole)."""

    field: str
    words: str


class AdoptionRefused(Exception):
    """The definition cannot be adopted, or taken back; `faults` says everything there is to mend."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(" ".join(fault.words for fault in faults))


@transaction.atomic
def adopt_version(*, indicator: Indicator, adoption: Adoption, by: User, at: datetime) -> IndicatorVersion:
    """Add the next version of a definition, and ask for its results to be computed again.

    Raises AdoptionRefused with all that is wrong: nothing is written then.
    """
    indicator = Indicator.objects.select_for_update().select_related("convention").get(pk=indicator.pk)
    faults = faults_of(indicator=indicator, adoption=adoption, at=at)
    if faults:
        raise AdoptionRefused(*faults)
    former = last_version(indicator)
    version = IndicatorVersion.objects.create(
        indicator=indicator,
        number=former.number + 1 if former else 1,
        method=stored_method(indicator, adoption),
        valid_from=adoption.valid_from,
        provisional=adoption.provisional,
        origin=VersionOrigin.APPLICATION,
        agreed_by=adoption.agreed_by.strip(),
        agreed_on=adoption.agreed_on,
        reason=adoption.reason.strip(),
        note=adoption.note.strip(),
        adopted_at=at,
        adopted_by=by,
    )
    mark_stale_sheet(indicator=indicator)
    request_recompute(convention=indicator.convention, by=by, at=at)
    audit.record(
        action="definition.adopted",
        subject=f"{indicator.code} v{version.number}",
        by=by,
        at=at,
        details=_told(version),
    )
    return version


@transaction.atomic
def withdraw_version(*, version: IndicatorVersion, reason: str, by: User, at: datetime) -> None:
    """Take back the last adopted version; the audit trail keeps its whole content.

    Raises AdoptionRefused: one of the convention, one that another follows, or one that a result rests on stays.
    """
    indicator = Indicator.objects.select_for_update().select_related("convention").get(pk=version.indicator_id)
    held = IndicatorVersion.objects.select_related("indicator").filter(pk=version.pk).first()
    if held is None:
        raise AdoptionRefused(Fault("", "Cette version a déjà été retirée."))
    faults = [Fault("", why) for why in why_it_stays(held)]
    if not reason.strip():
        faults.append(Fault("reason", "Le motif du retrait est attendu : une ligne suffit."))
    if faults:
        raise AdoptionRefused(*faults)
    told = _told(held) | {"withdrawn_because": reason.strip()}
    held.delete()
    mark_stale_sheet(indicator=indicator)
    request_recompute(convention=indicator.convention, by=by, at=at)
    audit.record(
        action="definition.withdrawn", subject=f"{indicator.code} v{version.number}", by=by, at=at, details=told
    )


def why_it_stays(version: IndicatorVersion) -> list[str]:
    """Why a version cannot be taken back, in French; nothing when it can."""
    if version.origin != VersionOrigin.APPLICATION:
        return ["Cette définition est celle de la convention : seule une définition adoptée ici se retire."]
    if version.indicator.versions.filter(number__gt=version.number).exists():
        return ["Une version plus récente la suit : la retirer d'abord."]
    used = IndicatorResult.objects.filter(version=version).count()
    if used:
        return [
            f"{used} {'résultats reposent' if used > 1 else 'résultat repose'} sur elle : elle ne se retire plus. "
            "Adopter une nouvelle version, à la même date ou plus tard."
        ]
    return []


def last_version(indicator: Indicator) -> IndicatorVersion | None:
    """The version with the highest number, adopted or of the convention."""
    return indicator.versions.order_by("-number").first()


def stored_method(indicator: Indicator, adoption: Adoption) -> dict[str, Any]:
    """The method as a version keeps it: the kind is the indicator's, and « provisional » only where it is said."""
    kept = {key: value for key, value in adoption.method.items() if key not in ("provisional", "by", "targets_by")}
    return kept | {"kind": indicator.kind} | ({"provisional": True} if adoption.provisional else {})


def faults_of(*, indicator: Indicator, adoption: Adoption, at: datetime) -> list[Fault]:
    """All that is wrong in an adoption; nothing when it may be written."""
    former, method = last_version(indicator), stored_method(indicator, adoption)
    faults = [
        *_wrong_method(indicator, method),
        *_wrong_words(adoption),
        *_wrong_dates(indicator, adoption, former, at),
    ]
    if former is not None and former.method == method and not former.provisional:
        words = f"Cette définition est celle de la version {former.number} : il n'y a rien à adopter."
        faults.append(Fault("method", words))
    return faults


def _wrong_method(indicator: Indicator, method: Mapping[str, Any]) -> list[Fault]:
    if method.get("method") == "to_build":
        return [Fault("method", "Le calcul est à choisir : « à construire » n'est pas une définition.")]
    known = Measure.objects.filter(convention=indicator.convention).values_list("code", flat=True)
    try:
        definition_from(indicator.code, method, frozenset(known))
    except DefinitionError as error:
        return [Fault("method", problem) for problem in error.problems]
    return []


def _wrong_words(adoption: Adoption) -> list[Fault]:
    """Who and why are said in words."""
    said = {"agreed_by": adoption.agreed_by, "reason": adoption.reason}
    return [Fault(field, "Attendu quelques mots.") for field, text in said.items() if not text.strip()]


def _wrong_dates(
    indicator: Indicator, adoption: Adoption, former: IndicatorVersion | None, at: datetime
) -> list[Fault]:
    """A version begins within the convention, not before the one it follows; it was agreed in the past."""
    term, begins, faults = indicator.convention, format_date(adoption.valid_from), []
    if not term.start <= adoption.valid_from <= term.end:
        expected = f"une date de la convention, du {format_date(term.start)} au {format_date(term.end)}"
        faults.append(Fault("valid_from", f"Trouvé le {begins}, attendu {expected}."))
    elif former is not None and adoption.valid_from < former.valid_from:
        words = f"Trouvé le {begins}, attendu le {format_date(former.valid_from)} (version {former.number}) ou après."
        faults.append(Fault("valid_from", words))
    if adoption.agreed_on > timezone.localdate(at):
        faults.append(Fault("agreed_on", f"Trouvé le {format_date(adoption.agreed_on)}, attendu une date passée."))
    return faults


def _told(version: IndicatorVersion) -> dict[str, Any]:
    return {
        "method": version.method,
        "valid_from": version.valid_from.isoformat(),
        "provisional": version.provisional,
        "agreed_by": version.agreed_by,
        "agreed_on": version.agreed_on.isoformat() if version.agreed_on else None,
        "reason": version.reason,
        "note": version.note,
    }
