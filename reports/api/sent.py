"""Resources: what is frozen. Transmissions for who reads them; editions by their state, the board what is published."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query
from pydantic import BaseModel, Field

from cog.permissions import Permission
from reports import transmitted
from reports.api.asked import TEXT, ByIndicator, Label, Period, Simulated, Year, convention_in_view
from reports.api.paging import Page, Paging, paged
from reports.api.site import Day, Exact, reads
from reports.enums import DocumentKind, EditionState, TransmissionKind
from reports.models import Edition, Transmission
from reports.quarter_snapshot import rows_of
from reports.report_queries import edition_numbered, editions, readable_states

TAG = "Transmissions et documents"

Kind = Annotated[
    str,
    Path(
        pattern=f"^({'|'.join(TransmissionKind.values)})$",
        description="nature : " + ", ".join(f"{one.value} ({one.label})" for one in TransmissionKind),
        examples=["trimestre"],
    ),
]
Named = Annotated[
    str,
    Path(
        max_length=80,
        pattern=TEXT,
        description="période ou édition transmise, précédée de son obligation pour un document dû : « FRA-TDB 2014 »",
        examples=["2014-T1"],
    ),
]
Number = Annotated[int, Path(ge=1, le=9999, description="numéro, à partir de 1", examples=[1])]
Exercise = Annotated[int, Path(ge=1900, le=2099, description="exercice", examples=[2014])]


class TransmissionOut(BaseModel):
    """« transmission à l'État »: without its content."""

    kind: TransmissionKind = Field(description="nature", examples=["trimestre"])
    period: str = Field(description="période ou édition, précédée de son obligation", examples=["2014-T1"])
    number: int = Field(description="numéro", examples=[1])
    due: Day | None = Field(description="échéance")
    transmitted_at: str = Field(description="date et heure d'envoi", examples=["2014-05-15T09:30:00+00:00"])
    late: bool = Field(description="vrai si elle est partie après l'échéance")
    replaces: int | None = Field(description="numéro de la transmission rectifiée")
    reason: str = Field(description="motif de la rectification")
    sha256: str = Field(description="empreinte du contenu")
    simulated: Simulated
    content: str = Field(
        description="adresse du contenu", examples=["/api/v1/transmissions/trimestre/2014-T1/1/content"]
    )


class SentOut(BaseModel):
    """« résultat transmis »: as it was frozen."""

    indicator: str = Field(description="code de l'indicateur", examples=["F10-21"])
    scope: str = Field(description="national, caf, ou code d'une caisse", examples=["national"])
    period: str = Field(description="période", examples=["2014-T1"])
    name: str = Field(description="nom de la valeur secondaire ; vide pour la valeur de la fiche")
    breakdown: str = Field(description="ventilation ; vide pour le total")
    value: Exact | None = Field(description="valeur, non arrondie ; null si elle manque")
    numerator: Exact | None = Field(description="numérateur")
    denominator: Exact | None = Field(description="dénominateur")
    unit: str = Field(description="unité de la valeur de la fiche ; vide pour une valeur secondaire")
    state: str = Field(description="état", examples=["definitif"])
    verdict: str = Field(description="comparaison à la cible", examples=["atteint"])
    reported: int = Field(description="remontées reçues")
    concerned: int = Field(description="remontées attendues")
    version: int | None = Field(description="numéro de la définition appliquée")
    simulated: Simulated


class EditionOut(BaseModel):
    """« édition » of the bilan."""

    kind: DocumentKind = Field(description="document", examples=["bilan"])
    year: int = Field(description="exercice", examples=[2014])
    number: int = Field(description="numéro", examples=[3])
    state: EditionState = Field(description="état", examples=["publie"])
    presented_on: Day | None = Field(description="présentée au conseil le")
    payload_sha256: str = Field(description="empreinte du contenu ; vide tant qu'elle n'est pas produite")
    file_sha256: str = Field(description="empreinte du PDF ; vide tant qu'elle n'est pas produite")
    simulated: Simulated


class PointOut(BaseModel):
    """« valeur d'une année », as it is printed."""

    year: str = Field(description="année", examples=["2014"])
    value: Exact | None = Field(description="valeur, non arrondie ; null si elle manque")
    shown: str = Field(description="valeur, telle qu'imprimée", examples=["84,5"])
    state: str = Field(description="état", examples=["definitif"])
    verdict: str = Field(description="comparaison à la cible", examples=["atteint"])
    simulated: Simulated


class PrintedOut(BaseModel):
    """« indicateur d'une édition »: as it is printed."""

    indicator: str = Field(description="code", examples=["F10-21"])
    fiche: int = Field(description="numéro de la fiche", examples=[10])
    kind: str = Field(description="resultat ou suivi", examples=["resultat"])
    title: Label
    unit: str = Field(description="unité", examples=["%"])
    baseline: str = Field(description="valeur de référence, telle qu'imprimée")
    target: str = Field(description="cible, telle qu'imprimée")
    gap: str = Field(description="écart, tel qu'imprimé ; vide où il n'y a rien à comparer")
    years: list[PointOut] = Field(description="valeurs nationales, jusqu'à l'exercice")


# --- Transmissions --------------------------------------------------------------------------------------------------


@reads(
    "/transmissions",
    Permission.READ_TRANSMITTED,
    name="transmissions",
    tag=TAG,
    answer=Page[TransmissionOut],
    summary="Ce qui a été transmis à l'État",
    description="Figé par la base : une rectification est le numéro suivant, qui nomme celui qu'il remplace.",
)
def transmissions(
    request: HttpRequest,
    cut: Paging,
    kind: Annotated[TransmissionKind | None, Query(description="nature", examples=["trimestre"])] = None,
) -> dict[str, Any]:
    rows = transmitted.sent_in_order(convention=convention_in_view())
    if kind is not None:
        rows = rows.filter(kind=kind)
    return paged(request, rows, cut, _transmission)


@reads(
    "/transmissions/{kind}/{period}/{number}",
    Permission.READ_TRANSMITTED,
    name="transmission",
    tag=TAG,
    answer=TransmissionOut,
    summary="Une transmission",
)
def transmission(request: HttpRequest, kind: Kind, period: Named, number: Number) -> dict[str, Any]:
    return _transmission(_sent(kind, period, number))


@reads(
    "/transmissions/{kind}/{period}/{number}/content",
    Permission.READ_TRANSMITTED,
    name="transmission-content",
    tag=TAG,
    answer=dict[str, Any],
    summary="Le contenu figé d'une transmission",
    description=(
        "Tel qu'il a été transmis ; octet pour octet, il se télécharge depuis sa page, et son SHA-256 est `sha256`."
    ),
)
def content(request: HttpRequest, kind: Kind, period: Named, number: Number) -> dict[str, Any]:
    return transmitted.content_of(_sent(kind, period, number))


@reads(
    "/transmissions/{kind}/{period}/{number}/results",
    Permission.READ_TRANSMITTED,
    name="transmission-results",
    tag=TAG,
    answer=Page[SentOut],
    summary="Les résultats figés d'un trimestre transmis",
    description="Seuls les résultats d'un trimestre en ont ; le contenu des autres transmissions se lit entier.",
)
def sent_results(
    request: HttpRequest,
    cut: Paging,
    kind: Kind,
    period: Named,
    number: Number,
    indicator: ByIndicator = "",
    scope: Annotated[str, Query(max_length=12, pattern=TEXT, description="portée", examples=["national"])] = "",
    result_period: Period = "",
) -> dict[str, Any]:
    sent = _sent(kind, period, number)
    if not sent.is_quarter:
        raise Http404(f"Trouvé une transmission de nature « {kind} », attendu « {TransmissionKind.QUARTER} ».")
    told = transmitted.content_of(sent)
    rows = [
        (sheet, row)
        for sheet in told["sheets"]
        if indicator in ("", sheet["code"])
        for row in rows_of(told, sheet)
        if scope in ("", row["scope"]) and result_period in ("", row["period"])
    ]
    return paged(request, rows, cut, lambda pair: _frozen(*pair))


def _sent(kind: str, period: str, number: int) -> Transmission:
    subject, _, covered = period.rpartition(" ")
    rows = transmitted.sent_in_order(convention=convention_in_view())
    found = rows.filter(kind=kind, subject=subject, period=covered, number=number).first()
    if found is None:
        raise Http404(f"Trouvé la transmission « {kind} {period}, n° {number} », attendu une transmission faite.")
    return found


def _transmission(row: Transmission) -> dict[str, Any]:
    period = f"{row.subject} {row.period}".lstrip()
    return {
        "kind": row.kind,
        "period": period,
        "number": row.number,
        "due": row.due.isoformat() if row.due else None,
        "transmitted_at": row.transmitted_at.isoformat(),
        "late": row.late,
        "replaces": row.number - 1 or None,
        "reason": row.reason,
        "sha256": row.sha256,
        "simulated": row.simulated,
        "content": f"/api/v1/transmissions/{row.kind}/{period.replace(' ', '%20')}/{row.number}/content",
    }


def _frozen(sheet: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    unit = "" if row["name"] else sheet["unit"]
    own = {name: row[name] for name in SentOut.model_fields if name in row}
    return own | {"indicator": sheet["code"], "unit": unit, "simulated": bool(row["simulated"])}


# --- Editions -------------------------------------------------------------------------------------------------------


@reads(
    "/editions",
    Permission.READ_PUBLISHED,
    name="editions",
    tag=TAG,
    answer=Page[EditionOut],
    summary="Les éditions du bilan que le compte peut lire",
    description=(
        "Le conseil lit ce qui lui a été présenté ; la tutelle, ce qui lui a été transmis ; les projets sont à qui les "
        "produit."
    ),
)
def editions_(request: HttpRequest, cut: Paging, year: Year = None) -> dict[str, Any]:
    rows = editions(convention=convention_in_view(), states=readable_states(request.user))
    rows = rows.filter(kind=DocumentKind.ANNUAL)
    if year is not None:
        rows = rows.filter(year=year)
    return paged(request, rows, cut, _edition)


@reads(
    "/editions/{year}/{number}",
    Permission.READ_PUBLISHED,
    name="edition",
    tag=TAG,
    answer=EditionOut,
    summary="Une édition du bilan",
)
def edition(request: HttpRequest, year: Exercise, number: Number) -> dict[str, Any]:
    return _edition(_numbered(request, year, number))


@reads(
    "/editions/{year}/{number}/indicators",
    Permission.READ_PUBLISHED,
    name="edition-indicators",
    tag=TAG,
    answer=Page[PrintedOut],
    summary="Les indicateurs d'une édition, tels qu'imprimés",
    description="Du contenu figé de l'édition, quoi qu'il ait bougé depuis.",
)
def printed(request: HttpRequest, cut: Paging, year: Exercise, number: Number) -> dict[str, Any]:
    found = _numbered(request, year, number)
    told = found.payload or {"domains": []}
    rows = [
        (fiche["number"], line)
        for domain in told["domains"]
        for fiche in domain["fiches"]
        for line in fiche["indicators"]
    ]
    return paged(request, rows, cut, lambda pair: _printed(*pair))


def _numbered(request: HttpRequest, year: int, number: int) -> Edition:
    states = readable_states(request.user)
    found = edition_numbered(convention=convention_in_view(), year=year, number=number, states=states)
    if found is None:
        raise Http404(f"Trouvé l'édition n° {number} du bilan {year}, attendu une édition ouverte à ce compte.")
    return found


def _edition(row: Edition) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in EditionOut.model_fields}
    return own | {"presented_on": row.presented_on.isoformat() if row.presented_on else None}


def _printed(fiche: int, line: dict[str, Any]) -> dict[str, Any]:
    texts = ("kind", "title", "unit", "baseline", "target")
    return {
        "indicator": line["code"],
        "fiche": fiche,
        **{name: line[name] for name in texts},
        "gap": f"{line['gap']} {line['gap_unit']}".strip(),
        "years": [
            {
                "year": point["period"],
                "value": point["value"] or None,
                **{name: point[name] for name in ("shown", "state", "verdict", "simulated")},
            }
            for point in line["years"]
        ],
    }
