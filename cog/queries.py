"""Reads of the ground floor."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, F, IntegerField, Q, QuerySet, Subquery, Value

from cog.calendar import Occurrence, Precision, State, state
from cog.models import (
    Acronym,
    Convention,
    Domain,
    Fiche,
    Obligation,
    Restitution,
    SourceAnomaly,
    StateCommitment,
    User,
)
from cog.once import once_a_page
from cog.working_days import is_working, working_day_from


class NoConvention(Exception):
    """No convention is loaded: `manage.py load_convention` comes first."""


@once_a_page
def current_convention(*, code: str = "") -> Convention | None:
    """The convention in view: the one named, the one the settings name, else the latest to start."""
    wanted = code or settings.DEFAULT_CONVENTION
    conventions = Convention.objects.order_by("-start", "code")
    if wanted:
        conventions = conventions.filter(code=wanted)
    return conventions.first()


def require_tables() -> None:
    """Raises NoConvention, with what to do, on a database whose tables are not there yet."""
    try:
        Convention.objects.exists()
    except DatabaseError:
        raise NoConvention("la base n'est pas prête : lancer d'abord « manage.py migrate »") from None


def convention_or_refuse(*, code: str = "") -> Convention:
    """The convention in view, for commands; raises NoConvention with what to do."""
    require_tables()
    convention = current_convention(code=code)
    if convention is None and code:
        raise NoConvention(
            f"aucune convention « {code} » : vérifier le code, ou la charger par « manage.py load_convention »"
        )
    if convention is None:
        raise NoConvention(
            "aucune convention chargée : commencer par « manage.py load_convention fixtures/cog-2013-2017 »"
        )
    return convention


def counted(*, convention: Convention, **rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each of these queries has, all counted in one."""
    told = {
        name: Subquery(
            wanted.order_by()
            .select_related(None)
            .values(_alike=Value(1))
            .annotate(_count=Count("pk"))
            .values("_count"),
            output_field=IntegerField(),
        )
        for name, wanted in rows.items()
    }
    found: Any = Convention.objects.filter(pk=convention.pk).values(**told).get()
    return {name: count or 0 for name, count in found.items()}


def holds_simulated_data() -> bool:
    """Whether any simulated value or word was ever accepted here."""
    return Convention.objects.filter(holds_simulated=True).exists()


def demonstration_accounts() -> list[User]:
    return list(
        User.objects.filter(is_demonstration=True, is_active=True).prefetch_related("memberships").order_by("pk")
    )


def account_named(text: str) -> User | None:
    """The active account of an address, or the only one whose address begins so (« pilotage »); None otherwise."""
    accounts = User.objects.filter(is_active=True)
    found = accounts.filter(email__iexact=text.strip()).first()
    if found is not None or "@" in text or not text.strip():
        return found
    named = accounts.filter(email__istartswith=f"{text.strip()}@")[:2]
    return named[0] if len(named) == 1 else None


@dataclass(frozen=True)
class DomainFiches:
    """A domain and its fiches, in order."""

    domain: Domain
    fiches: list[Fiche]


def domains_with_fiches(*, convention: Convention) -> list[DomainFiches]:
    fiches = list(Fiche.objects.filter(convention=convention).order_by("number"))
    return [
        DomainFiches(domain, [fiche for fiche in fiches if fiche.domain_id == domain.pk])
        for domain in Domain.objects.filter(convention=convention).order_by("number")
    ]


def commitments(*, convention: Convention, fiche: Fiche | None = None) -> QuerySet[StateCommitment]:
    """The State's commitments, of one fiche or of the whole convention, in printed order."""
    rows = StateCommitment.objects.filter(convention=convention).select_related("fiche")
    if fiche is not None:
        rows = rows.filter(fiche=fiche)
    return rows.order_by("seed_line", "ordinal")


def anomalies(*, convention: Convention, topic: str = "", words: str = "") -> QuerySet[SourceAnomaly]:
    """The slips of the signed text, in the order of the text."""
    rows = SourceAnomaly.objects.filter(convention=convention)
    if topic:
        rows = rows.filter(topic=topic)
    if words:
        named = Q(place__icontains=words) | Q(what__icontains=words) | Q(reading__icontains=words)
        rows = rows.filter(named | Q(code__iexact=words))
    return rows.order_by("seed_line", "code")


def anomalies_by_topic(*, convention: Convention) -> dict[str, int]:
    counted = SourceAnomaly.objects.filter(convention=convention).values("topic").annotate(n=Count("pk"))
    return {row["topic"]: row["n"] for row in counted.order_by("topic")}


def acronym_words(*, convention: Convention) -> dict[str, str]:
    """Acronym -> what it stands for."""
    return dict(Acronym.objects.filter(convention=convention).order_by("code").values_list("code", "words"))


def acronyms(*, convention: Convention, words: str = "") -> list[Acronym]:
    """The acronyms of the text, by letter; `words` are looked for in all that is said of each, accents aside."""
    rows = sorted(Acronym.objects.filter(convention=convention), key=lambda row: (row.code.casefold(), row.code))
    wanted = _plain(words)
    return [row for row in rows if wanted in _plain(f"{row.code} {row.words} {row.note}")]


def _plain(text: str) -> str:
    """A text as it is searched: no capital, no accent, one kind of apostrophe, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'").replace("œ", "oe"))
    return " ".join("".join(each for each in decomposed if not unicodedata.combining(each)).split())


def restitutions(*, convention: Convention, year: int | None = None) -> QuerySet[Restitution]:
    """The dates on which accounts are owed, by date; those without a date last."""
    rows = Restitution.objects.filter(obligation__convention=convention).select_related("obligation")
    if year is not None:
        rows = rows.filter(due__year=year)
    return rows.order_by(F("due").asc(nulls_last=True), "obligation__family", "obligation__code", "covers")


@once_a_page
def every_restitution(*, convention: Convention) -> list[Restitution]:
    """All the dates on which accounts are owed, for what asks of several of them."""
    return list(restitutions(convention=convention))


def obligation_titles(*, convention: Convention) -> dict[str, str]:
    """What each account that is owed is called, by its code."""
    return dict(Obligation.objects.filter(convention=convention).values_list("code", "title"))


@dataclass(frozen=True)
class DatedRestitution:
    """A date an account is owed at, as it stands at a day, and when it was delivered, as far as that is recorded."""

    restitution: Restitution
    state: State
    delivered: date | None = None

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def next_working_day(self) -> date | None:
        """The first working day after a date that is not one; the date itself stays as written."""
        due = self.restitution.due
        return working_day_from(due) if due is not None and not is_working(due) else None


STATE_LABELS = {
    State.A_VENIR: "à venir",
    State.BIENTOT_DUE: "bientôt due",
    State.EN_RETARD: "échue, remise non enregistrée",
    State.FAITE: "faite",
    State.FAITE_EN_RETARD: "faite en retard",
    State.ANTERIEURE_SIGNATURE: "antérieure à la signature",
    State.SANS_DATE: "sans date",
}


def dated_restitutions(
    *,
    convention: Convention,
    at: date,
    delivered: Mapping[int, date] | None = None,
    rows: Iterable[Restitution] | None = None,
) -> list[DatedRestitution]:
    """Every date of the calendar (`rows`, where they are read), as it stands at a day.

    `delivered`: restitution -> the day it was.
    """
    found = []
    for row in every_restitution(convention=convention) if rows is None else rows:
        occurrence = Occurrence(row.obligation.code, None, row.due, row.covers, Precision.DAY)
        done = (delivered or {}).get(row.pk)
        found.append(DatedRestitution(row, state(occurrence, at, done, convention.signature_date), done))
    return found


def next_restitutions(
    *, rows: Iterable[Restitution], at: date, limit: int, delivered: Mapping[int, date] | None = None
) -> list[Restitution]:
    """The next of these dates, but for what was delivered by then (restitution -> the day it was)."""
    done = {key for key, day in (delivered or {}).items() if day <= at}
    coming = (row for row in rows if row.due is not None and row.due >= at and row.pk not in done)
    return list(islice(coming, limit))
