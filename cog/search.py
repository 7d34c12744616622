"""What every app's search shares: sources of texts, read together in one query, by French roots and accents aside.

PostgreSQL finds the words by the roots of its own French dictionary; on SQLite each text is read and looked at.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import BooleanField, CharField, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Lower, Replace
from django.urls import reverse

from cog.models import Acronym, Convention, Fiche, Organisation, SourceAnomaly, StateCommitment
from cog.words import Piece, Words, excerpt

ACCENTED = "àâäáãçèéêëìîïíñòôöóõùûüúÿ’'-–—/._"
PLAIN = "aaaaaceeeeiiiinooooouuuuy        "
"""What the database folds before it looks for words: accents, and what would glue two words into one."""
APART = " · "


@dataclass(frozen=True)
class Hit:
    """Something found: what it is, its page, and the words found where they stand."""

    title: str
    url: str
    pieces: list[Piece]
    note: str = ""
    simulated: bool = False
    named: bool = False  # the words are in its very name


@dataclass(frozen=True)
class Group:
    """Everything of one kind that was found."""

    kind: str
    label: str
    hits: list[Hit]


@dataclass(frozen=True)
class Source:
    """Rows of one kind in which words are looked for.

    `texts`, `key`, `name`, `note`, `rank` and `simulated` are fields or expressions. `key` is what `title` and
    `address` make the name and the page of; `name`: the title itself, where the row has it.
    """

    kind: str
    label: str
    rows: QuerySet[Any]
    texts: tuple[Any, ...]
    key: Any
    address: Callable[[str], str]
    title: Callable[[str], str] = str
    name: Any = None
    note: Any = None
    rank: Any = "pk"
    simulated: Any = None


def find(sources: Iterable[Source], words: Words) -> list[Group]:
    """What each source holds, in one query for all of them; what is named so comes first."""
    known = list(sources)
    asked = [_asked(place, source, words) for place, source in enumerate(known)]
    told: list[list[tuple[int, Hit]]] = [[] for _ in known]
    for place, key, name, note, simulated, rank, text in asked[0].union(*asked[1:], all=True) if asked else ():
        if connection.vendor == "postgresql" or words.are_in(text):
            told[place].append((rank, _hit(known[place], key, name, note, bool(simulated), text, words)))
    return [
        Group(source.kind, source.label, [hit for _, hit in sorted(found, key=lambda one: (not one[1].named, one[0]))])
        for source, found in zip(known, told, strict=True)
    ]


def _asked(place: int, source: Source, words: Words) -> Any:
    """The rows of a source that hold the words, in the columns that all sources share."""
    rows = source.rows.order_by().annotate(
        _place=Value(place, output_field=IntegerField()),
        _key=_text(source.key),
        _name=_text(source.name),
        _note=_text(source.note),
        _simulated=F(source.simulated) if source.simulated else Value(False, output_field=BooleanField()),
        _rank=Cast(_named(source.rank), IntegerField()),
        _told=joined(*source.texts),
    )
    if connection.vendor == "postgresql":
        asked = " & ".join(f"{token}:*" for token in words.tokens)
        vector = SearchVector(_folded(F("_told")), config="french")
        query = SearchQuery(asked, config="french", search_type="raw")
        rows = rows.annotate(_vector=vector).filter(_vector=query)
    return rows.values_list("_place", "_key", "_name", "_note", "_simulated", "_rank", "_told")


def joined(*fields: Any) -> Any:
    """Several texts as one, a mark between them."""
    parts: list[Any] = []
    for field in fields:
        parts += [*([Value(APART)] if parts else []), _text(field)]
    return Concat(*parts, output_field=TextField()) if len(parts) > 1 else parts[0]


def _named(field: Any) -> Any:
    return F(field) if isinstance(field, str) else field


def _text(field: Any) -> Any:
    if field is None:
        return Value("", output_field=TextField())
    return Coalesce(Cast(_named(field), TextField()), Value(""), output_field=TextField())


def _folded(text: Any) -> Any:
    plain = Replace(Lower(text), Value("œ"), Value("oe"))
    return Func(plain, Value(ACCENTED), Value(PLAIN), function="TRANSLATE", output_field=CharField())


def _hit(source: Source, key: str, name: str, note: str, simulated: bool, text: str, words: Words) -> Hit:
    title = name or source.title(key)
    pieces = excerpt(text.removeprefix(title).removeprefix(APART), words)
    return Hit(title, source.address(key), pieces, note, simulated, words.are_in(title) or words.are_in(key))


def reference_sources(*, convention: Convention, bodies: QuerySet[Organisation]) -> list[Source]:
    """Fiches, caisses (those one may see), acronyms, the State's commitments, the slips of the text."""
    return [
        Source(
            "fiches",
            "Fiches",
            Fiche.objects.filter(convention=convention),
            ("title", "domain__title"),
            "number",
            lambda key: reverse("fiche", args=[int(key)]),
            title=lambda key: f"Fiche n° {key}",
            rank="number",
        ),
        Source(
            "caisses",
            "Caisses",
            bodies,
            ("name", "code", "departement_name", "region_2016"),
            "code",
            lambda key: reverse("caisse", args=[key]),
            name="name",
            note="code",
        ),
        Source(
            "glossaire",
            "Glossaire",
            Acronym.objects.filter(convention=convention),
            ("code", "words", "note"),
            "code",
            lambda key: f"{reverse('glossary')}?mots={key}",
        ),
        Source(
            "engagements",
            "Engagements de l'État",
            StateCommitment.objects.filter(convention=convention, fiche__isnull=False),
            ("wording", "quote", "code"),
            joined("fiche__number", "code"),
            lambda key: reverse("fiche", args=[int(key.split(APART)[0])]) + "#etat",
            title=lambda key: f"Engagement {key.split(APART)[1]}",
            rank="seed_line",
        ),
        Source(
            "anomalies",
            "Anomalies du texte",
            SourceAnomaly.objects.filter(convention=convention),
            ("place", "what", "reading", "code"),
            "code",
            lambda key: f"{reverse('anomalies')}?mots={key}",
            title=lambda key: f"Anomalie {key}",
            rank="pk",
        ),
    ]
