"""Resources: the indicators, as the convention prints them and as they are defined; what they must reach."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from cog.figures import plain
from cog.models import Convention
from cog.permissions import Permission, Scope, caisses_visible_to, scopes
from indicators.enums import IndicatorKind
from indicators.queries import SheetLine, indicators_of, local_targets_by_indicator, sheet_lines
from indicators.queries.definitions import versions_page
from indicators.queries.local_targets import own_targets
from reports.api.asked import TEXT, At, ByFiche, ByIndicator, IndicatorCode, Label, SeedLine, convention_in_view, day_of
from reports.api.paging import Page, Paging, paged
from reports.api.site import Day, Exact, reads

TAG = "Indicateurs"


class IndicatorOut(BaseModel):
    """« indicateur »: one technical sheet."""

    code: str = Field(description="code", examples=["F10-21"])
    printed_code: str = Field(description="code tel qu'imprimé", examples=["F10-21"])
    number: int = Field(description="numéro imprimé", examples=[21])
    fiche: int = Field(description="numéro de la fiche", examples=[10])
    kind: IndicatorKind = Field(description="resultat (opposable) ou suivi (pilotage)", examples=["resultat"])
    title: Label
    unit: str = Field(description="unité de la valeur nationale", examples=["%"])
    decimals: int = Field(description="décimales que montrent les pages", examples=[1])
    better: str = Field(description="sens du progrès", examples=["higher"])
    method: str = Field(description="méthode de calcul ; to_build tant qu'elle n'est pas arrêtée", examples=["ratio"])
    local: bool = Field(description="vrai si chaque caisse a sa valeur")
    periodicities: list[str] = Field(description="périodicités imprimées")
    status: str = Field(description="defined, ou to_build tant que la définition n'est pas arrêtée")
    seed_line: SeedLine


class BaselineOut(BaseModel):
    """« valeur de référence »."""

    label: str = Field(description="libellé")
    year: int | None = Field(description="année", examples=[2012])
    value: Exact = Field(description="valeur, telle qu'imprimée")
    unit: str = Field(description="unité, telle qu'imprimée")
    note: str = Field(description="note de lecture")


class BreakOut(BaseModel):
    """« rupture de série »."""

    before: Day = Field(description="la série est rompue à cette date")
    reason: str = Field(description="motif")


class IndicatorDetail(IndicatorOut):
    """« indicateur »: and its cells as printed."""

    baselines: list[BaselineOut] = Field(description="valeurs de référence imprimées")
    breaks: list[BreakOut] = Field(description="ruptures de série")
    sheet: dict[str, Any] = Field(description="cases de la fiche technique, telles qu'imprimées")
    note: str = Field(description="note de lecture")


class FieldOut(BaseModel):
    """« champ d'une définition »."""

    label: str = Field(description="champ", examples=["Numérateur ou donnée"])
    text: str = Field(description="ce que la définition en dit")


class DefinitionOut(BaseModel):
    """« définition »: a version, and whether it is in force at the date in view."""

    indicator: str = Field(description="code de l'indicateur", examples=["F10-21"])
    version: int = Field(description="numéro", examples=[1])
    valid_from: Day = Field(description="en vigueur depuis")
    valid_to: Day | None = Field(description="en vigueur jusqu'au ; null pour la dernière")
    in_force: bool = Field(description="vrai si elle est en vigueur à la date demandée")
    provisional: bool = Field(description="vrai tant qu'elle n'est pas arrêtée")
    origin: str = Field(description="d'où elle vient")
    agreed_by: str = Field(description="arrêtée par")
    agreed_on: Day | None = Field(description="arrêtée le")
    reason: str = Field(description="motif")
    note: str = Field(description="choix et hypothèses")
    fields: list[FieldOut] = Field(description="la définition, champ par champ, en français")
    method: dict[str, Any] = Field(description="la définition, telle que le moteur la lit")


class TargetOut(BaseModel):
    """« cible »: of the convention, or of the Cpog of a caisse."""

    indicator: str = Field(description="code de l'indicateur", examples=["F10-21"])
    scope: str = Field(description="national, ou code de la caisse", examples=["national"])
    position: int | None = Field(description="rang parmi les cibles de l'indicateur ; null pour celle d'un Cpog")
    effective_on: Day | None = Field(description="celle d'un avenant : prend effet le ; null pour les autres")
    replaces: int | None = Field(description="celle d'un avenant : rang de la cible qu'elle remplace")
    year: int | None = Field(description="année imprimée", examples=[2017])
    valid_from: Day = Field(description="vaut depuis le")
    valid_to: Day = Field(description="vaut jusqu'au")
    cumulative: bool = Field(description="vrai si elle porte sur un cumul")
    role: str = Field(description="target (cible) ou critical_threshold (seuil critique)", examples=["target"])
    mode: str = Field(description="absolute, change_points ou change_percent", examples=["absolute"])
    operator: str = Field(description="sens de la comparaison", examples=[">="])
    value: Exact = Field(description="valeur imprimée")
    unit: str = Field(description="unité imprimée")
    threshold: Exact = Field(description="seuil comparé, dans l'unité de l'indicateur")
    intermediate: bool = Field(description="vrai si elle est intermédiaire")
    origin: str = Field(description="target, remark, fiche, definition, amendment ou cpog", examples=["target"])
    simulated: bool = Field(description="vrai si elle est simulée")


@reads(
    "/indicators",
    Permission.READ_REFERENCE,
    name="indicators",
    tag=TAG,
    answer=Page[IndicatorOut],
    summary="Les indicateurs",
    description="Dans l'ordre de l'annexe 3. Leurs valeurs se lisent dans les résultats.",
)
def indicators(
    request: HttpRequest,
    cut: Paging,
    kind: Annotated[IndicatorKind | None, Query(description="resultat ou suivi", examples=["resultat"])] = None,
    fiche: ByFiche = None,
) -> dict[str, Any]:
    lines = [
        line
        for line in sheet_lines(convention=convention_in_view(), with_results=False)
        if (kind is None or line.indicator.kind == kind) and (fiche is None or line.indicator.fiche.number == fiche)
    ]
    return paged(request, lines, cut, _indicator)


@reads(
    "/indicators/{code}",
    Permission.READ_REFERENCE,
    name="indicator",
    tag=TAG,
    answer=IndicatorDetail,
    summary="Un indicateur",
)
def indicator(request: HttpRequest, code: IndicatorCode) -> dict[str, Any]:
    lines = sheet_lines(convention=convention_in_view(), with_results=False)
    line = next((one for one in lines if one.indicator.code == code), None)
    if line is None:
        raise unknown(code)
    row = line.indicator
    return _indicator(line) | {
        "baselines": [
            {
                "label": one.label,
                "year": one.year,
                "value": f"{one.value:.{one.decimals}f}",
                "unit": one.unit,
                "note": one.note,
            }
            for one in sorted(row.baselines.all(), key=lambda one: one.position)
        ],
        "breaks": [{"before": str(one["before"]), "reason": str(one["reason"])} for one in row.breaks],
        "sheet": row.sheet,
        "note": row.note,
    }


def unknown(code: str) -> Http404:
    return Http404(f"Trouvé l'indicateur « {code} », attendu un indicateur de la convention.")


def _indicator(line: SheetLine) -> dict[str, Any]:
    row, definition = line.indicator, line.definition
    return {
        "code": row.code,
        "printed_code": row.printed_code,
        "number": row.number,
        "fiche": row.fiche.number,
        "kind": row.kind,
        "title": row.title,
        "unit": line.unit,
        "decimals": line.decimals,
        "better": line.better,
        "method": definition.method if definition else "to_build",
        "local": bool(definition and definition.local),
        "periodicities": row.periodicities,
        "status": "to_build" if line.to_build else "defined",
        "seed_line": row.seed_line,
    }


@reads(
    "/indicators/{code}/definitions",
    Permission.READ_REFERENCE,
    name="definitions",
    tag=TAG,
    answer=Page[DefinitionOut],
    summary="Les définitions d'un indicateur, de la première à la dernière",
    description="`in_force` désigne celle qui vaut à la date demandée.",
)
def definitions(request: HttpRequest, cut: Paging, code: IndicatorCode, at: At = None) -> dict[str, Any]:
    held = convention_in_view()
    page = versions_page(convention=held, code=code)
    if page is None:
        raise unknown(code)
    day = day_of(at, held)
    begun = [one.version.number for one in page.columns if one.version.valid_from <= day]
    found = [
        {
            "indicator": code,
            "version": one.version.number,
            "valid_from": one.version.valid_from.isoformat(),
            "valid_to": one.until.isoformat() if one.until else None,
            "in_force": one.version.number == max(begun, default=0),
            "provisional": one.version.provisional,
            "origin": one.version.origin,
            "agreed_by": one.version.agreed_by,
            "agreed_on": one.version.agreed_on.isoformat() if one.version.agreed_on else None,
            "reason": one.version.reason,
            "note": one.version.note,
            "fields": [{"label": row.label, "text": row.cells[rank].text} for row in page.rows],
            "method": one.version.method,
        }
        for rank, one in enumerate(page.columns)
    ]
    return paged(request, found, cut, dict)


@reads(
    "/targets",
    Permission.READ_REFERENCE,
    name="targets",
    tag=TAG,
    answer=Page[TargetOut],
    summary="Les cibles",
    description=(
        "Celles de la convention, avenants compris (`effective_on`, `replaces`), et celles des Cpog des caisses dont "
        "le compte peut lire les résultats : toutes, la sienne, aucune."
    ),
)
def targets(
    request: HttpRequest,
    cut: Paging,
    indicator: ByIndicator = "",
    scope: Annotated[
        str, Query(max_length=12, pattern=TEXT, description="national, ou code d'une caisse", examples=["011"])
    ] = "",
) -> dict[str, Any]:
    held = convention_in_view()
    rows = [
        row
        for row in [*_printed(held), *_of_caisses(request, held)]
        if indicator in ("", row["indicator"]) and scope in ("", row["scope"])
    ]
    return paged(request, rows, cut, dict)


def _printed(held: Convention) -> list[dict[str, Any]]:
    return [
        _target(row.code, one, one.holds_from, one.holds_to)
        | {
            "position": one.position,
            "effective_on": one.effective_on.isoformat() if one.effective_on else None,
            "replaces": one.replaces,
            "simulated": False,
        }
        for row in indicators_of(convention=held)
        for one in sorted(row.targets.all(), key=lambda one: one.position)
    ]


def _of_caisses(request: HttpRequest, held: Convention) -> list[dict[str, Any]]:
    """The Cpog targets of the caisses the reader may see."""
    if not scopes(request.user, Permission.READ_RESULTS) & {Scope.ALL, Scope.OWN_CAISSE}:
        return []
    visible = own_targets(convention=held, caisses=caisses_visible_to(request.user))
    simulated = {(row.indicator_id, row.organisation.code, row.year): row.simulated for row in visible}
    codes = {row.indicator_id: row.indicator.code for row in visible}
    every = local_targets_by_indicator(convention=held)
    return [
        _target(codes[pk], one, one.start, one.end) | {"simulated": simulated[pk, one.scope, one.year]}
        for pk in codes
        for one in every.get(pk, ())
        if (pk, one.scope, one.year) in simulated
    ]


def _target(code: str, one: Any, start: date, end: date) -> dict[str, Any]:
    value, threshold = Decimal(one.value), Decimal(one.threshold)
    return {
        "indicator": code,
        "scope": one.scope,
        "position": None,
        "effective_on": None,
        "replaces": None,
        "year": one.year,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat(),
        "cumulative": one.cumulative,
        "role": one.role,
        "mode": one.mode,
        "operator": one.operator,
        "value": plain(value),
        "unit": one.unit,
        "threshold": plain(threshold),
        "intermediate": one.intermediate,
        "origin": one.origin,
    }
