"""Resources: the funds. Their printed programme is everyone's; what is voted, spent, forecast is for who reads it."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import BaseModel, Field

from budgets.enums import Stage
from budgets.queries.ledger import read_ledger
from budgets.queries.open_data import AmountRow, amounts_open, iter_lines
from budgets.queries.programme import fund_named, funds
from budgets.queries.tables import Figure, YearRow, year_table
from cog.figures import plain
from cog.permissions import Permission, can
from reports.api.asked import TEXT, At, Label, SeedLine, Simulated, Year, convention_in_view
from reports.api.paging import Page, Paging, paged
from reports.api.site import Day, Exact, reads

TAG = "Budgets"

FundCode = Annotated[str, Path(max_length=12, pattern=TEXT, description="code d'un fonds", examples=["fnas"])]
Exercise = Annotated[int, Path(ge=1900, le=2099, description="exercice", examples=[2014])]


class FundOut(BaseModel):
    """« fonds »."""

    code: str = Field(description="code", examples=["fnas"])
    name: str = Field(description="nom")
    title: Label
    unit: str = Field(description="unité de ses montants", examples=["M€"])
    columns: list[str] = Field(description="colonnes de son tableau imprimé", examples=[["2012", "2013"]])
    seed_line: SeedLine


class LineOut(BaseModel):
    """« ligne budgétaire »."""

    fund: str = Field(description="code du fonds", examples=["fnas"])
    position: int = Field(description="rang dans le tableau imprimé", examples=[3])
    label: str = Field(description="libellé imprimé ; vide où il n'y en a pas")
    parent: int | None = Field(description="rang de la ligne dont elle est une part", examples=[1])
    kind: str = Field(description="rôle dans le tableau : header, total, component, memo…", examples=["component"])
    nature: str = Field(description="caractère des crédits", examples=["limitatif"])
    unit: str = Field(description="unité", examples=["M€"])
    seed_line: SeedLine


class AmountOut(BaseModel):
    """« montant »."""

    fund: str = Field(description="code du fonds", examples=["fnas"])
    position: int = Field(description="rang de la ligne", examples=[3])
    year: str = Field(description="exercice ; 2012-2017 pour la colonne de variation", examples=["2014"])
    amount: Exact = Field(description="montant")
    unit: str = Field(description="unité", examples=["M€"])
    stage: Stage = Field(description="étape", examples=["programme"])
    edition: str = Field(description="acte qui porte le montant ; vide pour le programme imprimé")


class FigureOut(BaseModel):
    """« chiffre d'un tableau »."""

    amount: Exact | None = Field(description="montant ; null s'il n'est pas connu, jamais zéro")
    partial: bool = Field(description="vrai si une part de la somme n'est pas connue")


class RowOut(BaseModel):
    """« ligne d'un exercice »."""

    position: int = Field(description="rang dans le tableau imprimé", examples=[3])
    label: str = Field(description="libellé imprimé ; vide où il n'y en a pas")
    kind: str = Field(description="rôle dans le tableau", examples=["component"])
    programme: FigureOut = Field(description="programme de la convention, avenants compris")
    initial: FigureOut = Field(description="budget initial")
    voted: FigureOut = Field(description="crédits ouverts")
    executed: FigureOut = Field(description="exécuté")
    forecast: FigureOut = Field(description="prévision d'exécution")
    gap: FigureOut = Field(description="écart aux crédits ouverts")
    rate: FigureOut = Field(description="taux d'exécution, en %")


class ExerciseOut(BaseModel):
    """« exercice »: a fund at a date, on the layout of the convention."""

    fund: str = Field(description="code du fonds", examples=["fnas"])
    exercise: int = Field(description="exercice", examples=[2014])
    unit: str = Field(description="unité", examples=["M€"])
    at: Day | None = Field(description="avec les actes datés jusqu'à cette date ; null : tous")
    executed_on: Day | None = Field(description="date de la dernière exécution enregistrée")
    closed_on: Day | None = Field(description="date de l'exécution qui clôt l'exercice")
    simulated: Simulated
    rows: list[RowOut] = Field(description="lignes, dans l'ordre imprimé")


def _fund(code: str) -> Any:
    found = fund_named(convention=convention_in_view(), code=code)
    if found is None:
        raise Http404(f"Trouvé le fonds « {code} », attendu un fonds de la convention.")
    return found


@reads("/funds", Permission.READ_REFERENCE, name="funds", tag=TAG, answer=Page[FundOut], summary="Les fonds")
def funds_(request: HttpRequest, cut: Paging) -> dict[str, Any]:
    return paged(
        request,
        funds(convention=convention_in_view()),
        cut,
        lambda row: {
            "code": row.code,
            "name": row.name,
            "title": row.title,
            "unit": row.unit,
            "columns": [str(one) for one in row.years],
            "seed_line": row.seed_line,
        },
    )


@reads(
    "/funds/{code}/lines",
    Permission.READ_REFERENCE,
    name="budget-lines",
    tag=TAG,
    answer=Page[LineOut],
    summary="Les lignes d'un fonds, dans l'ordre imprimé",
)
def lines(request: HttpRequest, cut: Paging, code: FundCode) -> dict[str, Any]:
    fund = _fund(code)
    rows = [row for row in iter_lines(convention=fund.convention) if row.fund_id == fund.pk]
    return paged(
        request,
        rows,
        cut,
        lambda row: {
            "fund": code,
            "position": row.position,
            "label": row.label,
            "parent": row.parent.position if row.parent else None,
            "kind": row.kind,
            "nature": row.nature,
            "unit": row.unit,
            "seed_line": row.seed_line,
        },
    )


@reads(
    "/funds/{code}/amounts",
    Permission.READ_REFERENCE,
    name="budget-amounts",
    tag=TAG,
    answer=Page[AmountOut],
    summary="Les montants d'un fonds, par étape",
    description=(
        "Le programme imprimé, pour tous ; le niveau où chaque acte porte ses lignes, pour qui peut lire les budgets "
        "votés, exécutés et prévus."
    ),
)
def amounts(
    request: HttpRequest,
    cut: Paging,
    code: FundCode,
    year: Year = None,
    stage: Annotated[Stage | None, Query(description="étape", examples=["programme"])] = None,
    position: Annotated[int | None, Query(ge=0, le=9999, description="rang d'une ligne", examples=[3])] = None,
) -> dict[str, Any]:
    fund = _fund(code)
    seen = can(request.user, Permission.READ_BUDGETS)
    rows = [
        row
        for row in amounts_open(convention=fund.convention, fund=code, with_acts=seen)
        if year in (None, int(row.year) if row.year.isdigit() else 0)
        and stage in (None, row.stage)
        and position in (None, row.position)
    ]
    return paged(request, rows, cut, _amount)


def _amount(row: AmountRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AmountOut.model_fields}


@reads(
    "/funds/{code}/exercises/{exercise}",
    Permission.READ_BUDGETS,
    name="budget-exercise",
    tag=TAG,
    answer=ExerciseOut,
    summary="Un exercice d'un fonds, à une date",
    description="Programme, crédits ouverts, exécution, prévision, écart et taux de chaque ligne.",
)
def exercise_(request: HttpRequest, code: FundCode, exercise: Exercise, at: At = None) -> dict[str, Any]:
    fund = _fund(code)
    if exercise not in fund.convention.years:
        years = fund.convention.years
        raise Http404(f"Trouvé l'exercice {exercise}, attendu de {years[0]} à {years[-1]}.")
    table = year_table(ledger=read_ledger(fund=fund, at=at), exercise=exercise)
    return {
        "fund": code,
        "exercise": exercise,
        "unit": fund.unit,
        "at": at.isoformat() if at else None,
        "executed_on": table.executed_on.isoformat() if table.executed_on else None,
        "closed_on": table.closed_on.isoformat() if table.closed_on else None,
        "simulated": table.simulated,
        "rows": [_row(row) for row in table.rows],
    }


def _row(row: YearRow) -> dict[str, Any]:
    names = ("programme", "initial", "voted", "executed", "forecast", "gap", "rate")
    line = {"position": row.line.position, "label": row.line.label, "kind": row.line.kind}
    return line | {name: _figure(getattr(row, name)) for name in names}


def _figure(figure: Figure) -> dict[str, Any]:
    return {"amount": None if figure.amount is None else plain(figure.amount), "partial": figure.partial}
