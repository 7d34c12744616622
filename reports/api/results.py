"""Resources: what is computed, before it is sent; the caisses. A caisse reads itself and the nation, no other."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import BaseModel, Field

from cog.figures import plain
from cog.models import Convention, Organisation
from cog.permissions import Permission, Scope, caisses_visible_to, scopes
from indicators.compute.lineage import WHOLES
from indicators.enums import ResultState, Verdict
from indicators.queries import indicators_of
from indicators.queries.results import completeness, dispersion_rows, result_rows
from reports.api.asked import TEXT, ByIndicator, Period, Simulated, Year, convention_in_view
from reports.api.paging import Page, Paging, paged
from reports.api.sheets import unknown
from reports.api.site import Exact, reads

TAG = "Résultats"

MARKS = ("minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean")


class ResultOut(BaseModel):
    """« résultat »: a value with what it was computed from."""

    indicator: str = Field(description="code de l'indicateur", examples=["F10-21"])
    scope: str = Field(description="national, caf (les caisses seules), ou code d'une caisse", examples=["national"])
    period: str = Field(description="période", examples=["2014"])
    breakdown: str = Field(description="ventilation, « cle=valeur » séparées par « ; » ; vide pour le total")
    value: Exact | None = Field(description="valeur, non arrondie ; null si elle manque, jamais zéro")
    numerator: Exact | None = Field(description="numérateur, ou première des deux quantités")
    denominator: Exact | None = Field(description="dénominateur, ou seconde des deux quantités")
    state: ResultState = Field(description="état", examples=["definitif"])
    verdict: Verdict = Field(description="comparaison à la cible", examples=["atteint"])
    completeness: Exact | None = Field(description="part des remontées reçues, de 0 à 1 ; null si rien n'est attendu")
    reported: int = Field(description="remontées reçues", examples=[102])
    concerned: int = Field(description="remontées attendues", examples=[102])
    units_reported: int = Field(description="organismes ayant répondu", examples=[102])
    units_concerned: int = Field(description="organismes concernés", examples=[102])
    version: int | None = Field(description="numéro de la définition appliquée", examples=[1])
    simulated: Simulated


class SecondaryOut(ResultOut):
    """« résultat secondaire »."""

    name: str = Field(description="nom de la valeur secondaire ou de la variante")


class DispersionOut(BaseModel):
    """« dispersion »: how the values of the caisses spread."""

    indicator: str = Field(description="code de l'indicateur", examples=["F10-21"])
    period: str = Field(description="période", examples=["2014"])
    n: int = Field(description="caisses qui ont une valeur", examples=[102])
    minimum: Exact = Field(description="minimum")
    d1: Exact = Field(description="premier décile")
    q1: Exact = Field(description="premier quartile")
    median: Exact = Field(description="médiane")
    q3: Exact = Field(description="troisième quartile")
    d9: Exact = Field(description="neuvième décile")
    maximum: Exact = Field(description="maximum")
    value_range: Exact = Field(description="étendue")
    stdev: Exact = Field(description="écart-type")
    mean: Exact = Field(description="moyenne, sans pondération")
    simulated: Simulated


class CaisseOut(BaseModel):
    """« caisse »."""

    code: str = Field(description="code", examples=["011"])
    name: str = Field(description="nom", examples=["Caf de l'Ain"])
    departement: str = Field(description="département", examples=["01"])
    departement_name: str = Field(description="nom du département", examples=["Ain"])
    region_2013: str = Field(description="région de 2013")
    region_2016: str = Field(description="région de 2016")
    is_dom: bool = Field(description="vrai outre-mer")


ByScope = Annotated[
    str,
    Query(
        max_length=12,
        pattern=TEXT,
        description="national, caf (les caisses seules), ou code d'une caisse",
        examples=["national"],
    ),
]
Breakdown = Annotated[
    str | None,
    Query(
        max_length=120, pattern=TEXT, description="ventilation ; « breakdown= » pour les totaux seuls", examples=[""]
    ),
]
ByState = Annotated[ResultState | None, Query(description="état", examples=["definitif"])]
ByVerdict = Annotated[Verdict | None, Query(description="comparaison à la cible", examples=["atteint"])]


@reads(
    "/results",
    Permission.READ_RESULTS,
    name="results",
    tag=TAG,
    answer=Page[ResultOut],
    summary="Les résultats des indicateurs",
    description=(
        "La valeur de chaque fiche technique. Une caisse lit l'ensemble national et les siens : une autre caisse "
        "répond 404. La tutelle lit ce qui lui a été transmis, dans les transmissions."
    ),
)
def results(
    request: HttpRequest,
    cut: Paging,
    indicator: ByIndicator = "",
    period: Period = "",
    year: Year = None,
    scope: ByScope = "",
    breakdown: Breakdown = None,
    state: ByState = None,
    verdict: ByVerdict = None,
) -> dict[str, Any]:
    asked = {"breakdown": breakdown, "state": state, "verdict": verdict, "period": period or None}
    return _results(request, cut, _result, secondary=False, indicator=indicator, scope=scope, year=year, **asked)


@reads(
    "/secondary-results",
    Permission.READ_RESULTS,
    name="secondary-results",
    tag=TAG,
    answer=Page[SecondaryOut],
    summary="Les résultats secondaires et les variantes",
    description="Ce qui se lit à côté de la valeur d'une fiche technique ; `name` le nomme.",
)
def secondary_results(
    request: HttpRequest,
    cut: Paging,
    indicator: ByIndicator = "",
    period: Period = "",
    year: Year = None,
    scope: ByScope = "",
    breakdown: Breakdown = None,
    name: Annotated[str, Query(max_length=80, pattern=TEXT, description="nom de la valeur secondaire")] = "",
    state: ByState = None,
    verdict: ByVerdict = None,
) -> dict[str, Any]:
    asked = {"breakdown": breakdown, "state": state, "verdict": verdict, "period": period or None, "name": name or None}

    def made(row: Any) -> dict[str, Any]:
        return _result(row) | {"name": row.name}

    return _results(request, cut, made, secondary=True, indicator=indicator, scope=scope, year=year, **asked)


def _results(
    request: HttpRequest,
    cut: Paging,
    made: Callable[[Any], dict[str, Any]],
    *,
    secondary: bool,
    indicator: str,
    scope: str,
    year: int | None,
    **equal: str | None,
) -> dict[str, Any]:
    held = convention_in_view()
    readable = _readable(request, held)
    if scope and readable is not None and scope not in readable:
        raise Http404(f"Trouvé la portée « {scope} », attendu {', '.join(sorted(readable))}.")
    rows = result_rows(
        indicators=_indicators(held, indicator),
        secondary=secondary,
        scopes=readable,
        year=year,
        scope=scope or None,
        **equal,
    )
    return paged(request, rows, cut, made)


def _readable(request: HttpRequest, held: Convention) -> frozenset[str] | None:
    """The scopes whose results the account may read; None: all."""
    if Scope.ALL in scopes(request.user, Permission.READ_RESULTS):
        return None
    own = caisses_visible_to(request.user).filter(convention=held).values_list("code", flat=True)
    return frozenset({*WHOLES, *own})


def _indicators(held: Convention, code: str) -> list[int]:
    """The indicators asked for, by their keys: one, or all."""
    keys = dict(indicators_of(convention=held).prefetch_related(None).values_list("code", "pk"))
    if code and code not in keys:
        raise unknown(code)
    return [keys[code]] if code else list(keys.values())


def _result(row: Any) -> dict[str, Any]:
    return {
        "indicator": row.indicator.code,
        "scope": row.scope,
        "period": row.period,
        "breakdown": row.breakdown,
        "value": _plain(row.value),
        "numerator": _plain(row.numerator),
        "denominator": _plain(row.denominator),
        "state": row.state,
        "verdict": row.verdict,
        "completeness": _plain(completeness(row.reported, row.concerned)),
        "reported": row.reported,
        "concerned": row.concerned,
        "units_reported": row.units_reported,
        "units_concerned": row.units_concerned,
        "version": row.version.number if row.version else None,
        "simulated": row.simulated,
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


@reads(
    "/dispersions",
    Permission.READ_RESULTS,
    name="dispersions",
    tag=TAG,
    answer=Page[DispersionOut],
    summary="La dispersion des valeurs des caisses",
    description="Sans le nom d'aucune caisse.",
)
def dispersions(
    request: HttpRequest, cut: Paging, indicator: ByIndicator = "", period: Period = "", year: Year = None
) -> dict[str, Any]:
    keys = _indicators(convention_in_view(), indicator)
    rows = dispersion_rows(indicators=keys, period=period, year=year)
    return paged(
        request,
        rows,
        cut,
        lambda row: {
            "indicator": row.indicator.code,
            "period": row.period,
            "n": row.n,
            **{name: plain(getattr(row, name)) for name in MARKS},
            "simulated": row.simulated,
        },
    )


@reads(
    "/caisses",
    Permission.READ_RESULTS,
    name="caisses",
    tag=TAG,
    answer=Page[CaisseOut],
    summary="Les caisses dont le compte peut lire les résultats",
    description="Toutes, ou la sienne.",
)
def caisses(request: HttpRequest, cut: Paging) -> dict[str, Any]:
    return paged(request, _visible(request).order_by("code"), cut, _caisse)


@reads(
    "/caisses/{code}",
    Permission.READ_RESULTS,
    name="caisse",
    tag=TAG,
    answer=CaisseOut,
    summary="Une caisse",
)
def caisse(
    request: HttpRequest,
    code: Annotated[str, Path(max_length=12, pattern=TEXT, description="code d'une caisse", examples=["011"])],
) -> dict[str, Any]:
    found = _visible(request).filter(code=code).first()
    if found is None:
        raise Http404(f"Trouvé la caisse « {code} », attendu une caisse ouverte à ce compte.")
    return _caisse(found)


def _visible(request: HttpRequest) -> Any:
    return caisses_visible_to(request.user).caisses().filter(convention=convention_in_view())


def _caisse(row: Organisation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CaisseOut.model_fields}
