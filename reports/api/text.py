"""Resources: the signed text. What everyone with an account reads."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from actions.queries import Tally, tallies_by_fiche
from cog.enums import AnomalyTopic
from cog.models import Acronym, Fiche, SourceAnomaly
from cog.permissions import Permission, account, can, roles_of
from cog.queries import acronyms, anomalies, commitments, domains_with_fiches
from indicators.queries import indicators_of, published_of
from reports.api.asked import At, ByIndicator, FicheNumber, Label, SeedLine, Words, convention_in_view, day_of
from reports.api.paging import Page, Paging, paged
from reports.api.site import PERMISSIONS, Day, reads

TAG = "Convention"


class Door(BaseModel):
    """« accueil »: what the account may read here."""

    convention: str = Field(description="code de la convention en vue", examples=["cog-2013-2017"])
    roles: list[str] = Field(description="rôles que la demande porte aujourd'hui", examples=[["tutelle"]])
    operations: list[str] = Field(description="opérations ouvertes à ces rôles", examples=[["fiches", "actions"]])


class ConventionOut(BaseModel):
    """« convention »."""

    code: str = Field(description="code", examples=["cog-2013-2017"])
    title: Label
    short_title: str = Field(description="intitulé court", examples=["Cog 2013-2017"])
    branch: str = Field(description="branche", examples=["Famille"])
    start: Day = Field(description="premier jour")
    end: Day = Field(description="dernier jour")
    signature_date: Day | None = Field(description="signature ; null tant que personne ne l'a saisie avec sa source")
    years: list[int] = Field(description="exercices", examples=[[2013, 2014, 2015, 2016, 2017]])
    holds_simulated: bool = Field(description="vrai si des données simulées y ont été acceptées")


class DomainOut(BaseModel):
    """« domaine »."""

    number: int = Field(description="numéro", examples=[1])
    title: Label
    seed_line: SeedLine
    fiches: list[int] = Field(description="numéros de ses fiches", examples=[[1, 2, 3]])


class FicheOut(BaseModel):
    """« fiche thématique »: with what stands out of its actions at the date in view."""

    number: int = Field(description="numéro", examples=[10])
    title: Label
    domain: int = Field(description="numéro du domaine", examples=[2])
    seed_line: SeedLine
    at: Day = Field(description="date de la situation")
    actions: int = Field(description="actions suivies, hors abandonnées", examples=[13])
    done: int | None = Field(description="réalisées ; null sans le droit de lire l'avancement", examples=[4])
    late: int | None = Field(description="en retard ; null sans le droit de lire l'avancement", examples=[1])
    soon: int | None = Field(description="bientôt échues ; null sans le droit de lire l'avancement", examples=[0])
    abandoned: int | None = Field(description="abandonnées ; null sans le droit de lire l'avancement", examples=[0])


class FicheDetail(FicheOut):
    """« fiche thématique »: and the keys of what it holds."""

    action_keys: list[str] = Field(description="clés de ses actions", examples=[["10-1", "10-2"]])
    indicators: list[str] = Field(description="codes de ses indicateurs", examples=[["F10-21"]])
    commitments: list[str] = Field(description="engagements de l'État, tels qu'imprimés")


class AnomalyOut(BaseModel):
    """« anomalie du texte »."""

    code: str = Field(description="code", examples=["fiche-12-action-3"])
    place: str = Field(description="fiche ou tableau", examples=["Fiche 12, action 3"])
    seed_line: int | None = Field(description="ligne du texte de la convention", examples=[9754])
    topic: str = Field(description="sujet", examples=["echeance"])
    what: str = Field(description="ce qui étonne")
    reading: str = Field(description="lecture retenue")


class AcronymOut(BaseModel):
    """« sigle »."""

    code: str = Field(description="sigle", examples=["Paje"])
    words: str = Field(description="mots qu'il abrège")
    seed_line: SeedLine
    spelled_out: bool = Field(description="vrai si la convention l'écrit en toutes lettres")
    source: str = Field(description="source des mots")
    note: str = Field(description="note de lecture")


class PublishedOut(BaseModel):
    """« valeur publiée »: real, by others, with its source."""

    indicator: str = Field(description="code de l'indicateur", examples=["F10-21"])
    year: str = Field(description="année, où elle est dite", examples=["2012"])
    period: str = Field(description="période, où elle est dite")
    scope: str = Field(description="portée", examples=["national"])
    value: str = Field(description="valeur telle que publiée", examples=["83.8"])
    unit: str = Field(description="unité", examples=["%"])
    basis: str = Field(description="nature de la valeur : direct, derived ou proxy", examples=["direct"])
    source: str = Field(description="document où elle est publiée")
    source_url: str = Field(description="adresse du document")
    confidence: str = Field(description="confiance accordée à la lecture")
    note: str = Field(description="note de lecture")


Topic = Annotated[AnomalyTopic | None, Query(description="sujet d'une anomalie", examples=["echeance"])]


@reads(
    "/",
    Permission.READ_REFERENCE,
    name="door",
    tag=TAG,
    answer=Door,
    summary="Ce que ce compte peut lire",
    description="Les rôles que porte la demande, et les opérations qu'ils ouvrent.",
)
def door(request: HttpRequest) -> dict[str, Any]:
    user = account(request)
    return {
        "convention": convention_in_view().code,
        "roles": sorted(roles_of(user)),
        "operations": [name for name, permission in PERMISSIONS.items() if can(user, permission)],
    }


@reads(
    "/convention", Permission.READ_REFERENCE, name="convention", tag=TAG, answer=ConventionOut, summary="La convention"
)
def convention(request: HttpRequest) -> dict[str, Any]:
    row = convention_in_view()
    return {
        "code": row.code,
        "title": row.title,
        "short_title": row.short_title,
        "branch": row.branch,
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
        "signature_date": row.signature_date.isoformat() if row.signature_date else None,
        "years": list(row.years),
        "holds_simulated": row.holds_simulated,
    }


@reads("/domains", Permission.READ_REFERENCE, name="domains", tag=TAG, answer=Page[DomainOut], summary="Les domaines")
def domains(request: HttpRequest, cut: Paging) -> dict[str, Any]:
    return paged(
        request,
        domains_with_fiches(convention=convention_in_view()),
        cut,
        lambda group: {
            "number": group.domain.number,
            "title": group.domain.title,
            "seed_line": group.domain.seed_line,
            "fiches": [fiche.number for fiche in group.fiches],
        },
    )


@reads(
    "/fiches",
    Permission.READ_REFERENCE,
    name="fiches",
    tag=TAG,
    answer=Page[FicheOut],
    summary="Les fiches thématiques, à une date",
    description="Avec le compte de leurs actions à la date demandée.",
)
def fiches(request: HttpRequest, cut: Paging, at: At = None) -> dict[str, Any]:
    held = convention_in_view()
    seen = can(request.user, Permission.READ_PROGRESS)
    day = day_of(at, held)
    tallies = tallies_by_fiche(convention=held, at=day, with_progress=seen)
    found = [(fiche, group.domain.number) for group in domains_with_fiches(convention=held) for fiche in group.fiches]
    found.sort(key=lambda pair: pair[0].number)
    return paged(
        request, found, cut, lambda pair: _fiche(*pair, tallies.get(pair[0].number), seen) | {"at": day.isoformat()}
    )


@reads(
    "/fiches/{number}",
    Permission.READ_REFERENCE,
    name="fiche",
    tag=TAG,
    answer=FicheDetail,
    summary="Une fiche thématique, à une date",
    description="Avec les clés de ses actions et de ses indicateurs, et les engagements de l'État qu'elle imprime.",
)
def fiche(request: HttpRequest, number: FicheNumber, at: At = None) -> dict[str, Any]:
    from actions.queries import action_views, tally

    held = convention_in_view()
    seen = can(request.user, Permission.READ_PROGRESS)
    day = day_of(at, held)
    found = next(
        (row for group in domains_with_fiches(convention=held) for row in group.fiches if row.number == number), None
    )
    if found is None:
        raise Http404(f"Trouvé la fiche n° {number}, attendu une fiche de la convention.")
    views = action_views(convention=held, at=day, with_progress=seen, fiche=found)
    return _fiche(found, found.domain.number, tally(views), seen) | {
        "at": day.isoformat(),
        "action_keys": [view.action.key for view in views],
        "indicators": [row.code for row in indicators_of(convention=held, fiche=found)],
        "commitments": [row.wording for row in commitments(convention=held, fiche=found)],
    }


def _fiche(row: Fiche, domain: int, counts: Tally | None, seen: bool) -> dict[str, Any]:
    told = counts if seen else None
    return {
        "number": row.number,
        "title": row.title,
        "domain": domain,
        "seed_line": row.seed_line,
        "actions": counts.total if counts else 0,
        **{name: getattr(told, name, None) for name in ("done", "late", "soon", "abandoned")},
    }


@reads(
    "/anomalies",
    Permission.READ_REFERENCE,
    name="anomalies",
    tag=TAG,
    answer=Page[AnomalyOut],
    summary="Les anomalies du texte signé",
    description="Relevées à leur ligne, avec la lecture retenue ; l'imprimé n'est jamais corrigé.",
)
def slips(request: HttpRequest, cut: Paging, topic: Topic = None, words: Words = "") -> dict[str, Any]:
    rows = anomalies(convention=convention_in_view(), topic=topic.value if topic else "", words=words)
    return paged(request, rows, cut, _anomaly)


def _anomaly(row: SourceAnomaly) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AnomalyOut.model_fields}


@reads(
    "/glossary",
    Permission.READ_REFERENCE,
    name="glossary",
    tag=TAG,
    answer=Page[AcronymOut],
    summary="Les sigles de la convention",
)
def glossary(request: HttpRequest, cut: Paging, words: Words = "") -> dict[str, Any]:
    return paged(request, acronyms(convention=convention_in_view(), words=words), cut, _acronym)


def _acronym(row: Acronym) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AcronymOut.model_fields}


@reads(
    "/published-values",
    Permission.READ_REFERENCE,
    name="published-values",
    tag=TAG,
    answer=Page[PublishedOut],
    summary="Les valeurs publiées par d'autres, avec leur source",
    description="Réelles ; à côté de ce qui est calculé ici.",
)
def published_values(request: HttpRequest, cut: Paging, indicator: ByIndicator = "") -> dict[str, Any]:
    rows = published_of(convention=convention_in_view())
    if indicator:
        rows = rows.filter(indicator_code=indicator)
    names = [name for name in PublishedOut.model_fields if name != "indicator"]
    return paged(
        request,
        rows,
        cut,
        lambda row: {"indicator": row.indicator_code, **{name: getattr(row, name) for name in names}},
    )
