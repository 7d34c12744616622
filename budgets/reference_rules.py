"""The articles of a fund on transfers and unused credits, as its entry of `funds.yaml` states them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from budgets.compute.carry_over import CarryArticle
from budgets.compute.transfers import Act, Article
from budgets.enums import ActKind
from cog.reference.files import SMALL, Folder, Located, Record


class _ArticleRecord(Record):
    """What both kinds of article say."""

    allowed: bool
    acts: list[Literal[tuple(Act)]]  # type: ignore[valid-type]
    paragraph: str = Field(min_length=1)
    seed_line: int = Field(ge=1)
    words: str = Field(min_length=1)
    anomaly: str = ""


class TransferRecord(_ArticleRecord):
    inside: bool = False
    origins: list[str] = []
    destinations: list[str] = []
    origin_natures: list[str] = []
    destination_natures: list[str] = []
    recipients: str = ""
    days: int | None = Field(default=None, ge=0)

    @property
    def groups_named(self) -> list[str]:
        return [*self.origins, *self.destinations]

    @property
    def natures_named(self) -> list[str]:
        return [*self.origin_natures, *self.destination_natures]

    @property
    def rule(self) -> Article:
        return transfer_article(self.model_dump())


class CarryOverRecord(_ArticleRecord):
    groups: list[str] = []
    natures: list[str] = []
    last_year: bool = False
    condition: str = ""

    @property
    def groups_named(self) -> list[str]:
        return self.groups

    @property
    def natures_named(self) -> list[str]:
        return self.natures

    @property
    def rule(self) -> CarryArticle:
        return carry_article(self.model_dump())


class EditionRecord(Record):
    """An edition owed to the State: the acts it needs, what goes with it, whether the exercise is closed by then."""

    number: int = Field(ge=1, le=SMALL)
    obligation: str = Field(min_length=1)
    needs: list[Literal[tuple(ActKind.values)]] = Field(min_length=1)  # type: ignore[valid-type]
    carried: bool = False
    staff: bool = False
    payroll: bool = False
    closed: bool = False
    analysis: bool = False
    seed_line: int = Field(ge=1)


class IncomingRecord(Record):
    """Credits that come from another fund: the line that bears them raises what a group may open."""

    line: int = Field(ge=1)
    group: str = Field(min_length=1)
    label: str = Field(min_length=1)
    paragraph: str = Field(min_length=1)
    seed_line: int = Field(ge=1)
    words: str = Field(min_length=1)


def check_incoming(folder: Folder, item: Located, *, groups: Collection[str]) -> IncomingRecord | None:
    """What comes from another fund, if the entry says so; an unknown group is a problem at its line."""
    entry = item.values.get("incoming")
    if entry is None:
        return None
    record = folder.check(Located(item.file, entry.line, entry, entry.key_lines), IncomingRecord)
    if record is not None and record.group not in groups:
        folder.problem(item.file, entry.line, f"group = « {record.group} »", f"un groupe du fonds ({_some(groups)})")
    return record


def check_editions(folder: Folder, item: Located) -> list[EditionRecord]:
    """The editions of a fund, each number once."""
    found = folder.check_all(_entries(item, "editions"), EditionRecord)
    folder.unique(found, "number")
    return [record for record, _ in found]


@dataclass(frozen=True)
class FundRules:
    """What the convention's own sentences say of a fund."""

    transfers: list[TransferRecord]
    carry_overs: list[CarryOverRecord]
    editions: list[EditionRecord]
    incoming: IncomingRecord | None


def check_fund_rules(
    folder: Folder, item: Located, *, groups: Collection[str], natures: Collection[str], anomalies: Collection[str]
) -> FundRules:
    """The rules of a fund's entry; what names nothing is a problem at its line."""
    transfers, carry_overs = check_articles(folder, item, groups=groups, natures=natures, anomalies=anomalies)
    return FundRules(transfers, carry_overs, check_editions(folder, item), check_incoming(folder, item, groups=groups))


def transfer_article(stored: dict[str, Any]) -> Article:
    """An article on transfers from its stored form (JSON)."""
    return Article(**_typed(stored))


def carry_article(stored: dict[str, Any]) -> CarryArticle:
    """An article on unused credits from its stored form (JSON)."""
    return CarryArticle(**_typed(stored))


def _typed(stored: dict[str, Any]) -> dict[str, Any]:
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return {**fields, "acts": tuple(Act(act) for act in stored["acts"])}


def check_articles(
    folder: Folder, item: Located, *, groups: Collection[str], natures: Collection[str], anomalies: Collection[str]
) -> tuple[list[TransferRecord], list[CarryOverRecord]]:
    """The articles of a fund; a group, a nature or an anomaly that does not exist is a problem at its line."""
    transfers = folder.check_all(_entries(item, "transfers"), TransferRecord)
    carry_overs = folder.check_all(_entries(item, "carry_overs"), CarryOverRecord)
    for record, place in [*transfers, *carry_overs]:
        for what, named, known in (
            ("groupe", record.groups_named, groups),
            ("nature", record.natures_named, natures),
            ("anomalie", [record.anomaly] if record.anomaly else [], anomalies),
        ):
            for name in named:
                if name not in known:
                    expected = f"une {what} connue" if what != "groupe" else "un groupe du fonds"
                    folder.problem(place.file, place.line, f"{what} « {name} »", f"{expected} ({_some(known)})")
    return [record for record, _ in transfers], [record for record, _ in carry_overs]


def _some(known: Collection[str]) -> str:
    return ", ".join(sorted(known)[:8])


def _entries(item: Located, key: str) -> list[Located]:
    entries = item.values.get(key) or []
    return [Located(item.file, entry.line, entry, entry.key_lines) for entry in entries]
