"""What the convention's articles say of transfers and unused credits, for the groups and lines of a fund."""

from dataclasses import dataclass
from datetime import date

from budgets.compute.carry_over import CarryArticle
from budgets.compute.transfers import Article, Side, Verdict, transfer_verdict
from budgets.models import BudgetLine, Fund
from budgets.reference_rules import carry_article, transfer_article
from budgets.wording import acts_line


class UnknownGroup(Exception):
    """No group of that code in the fund; `known` are those there are."""

    def __init__(self, code: str, fund: Fund, known: list[str]) -> None:
        self.code, self.known = code, known
        super().__init__(f"trouvé «\u00a0{code}\u00a0», attendu un groupe du {fund.code}\u00a0: {', '.join(known)}")


@dataclass(frozen=True)
class Group:
    """« groupe de dépenses » of a fund, as the convention names it."""

    code: str
    label: str
    nature: str
    fungible: bool
    seed_line: int

    @property
    def side(self) -> Side:
        return Side(self.code, self.nature)


def groups_of(fund: Fund) -> list[Group]:
    return [Group(**entry) for entry in fund.groups]


def group_of(fund: Fund, code: str) -> Group:
    """Raises UnknownGroup."""
    groups = groups_of(fund)
    for group in groups:
        if group.code == code:
            return group
    raise UnknownGroup(code, fund, [group.code for group in groups])


def side_of(line: BudgetLine) -> Side:
    """Where a line stands: its group, and the nature of its credits."""
    return Side(line.group, line.nature)


def transfer_articles(fund: Fund) -> list[Article]:
    return [transfer_article(stored) for stored in fund.transfers]


def carry_articles(fund: Fund) -> list[CarryArticle]:
    return [carry_article(stored) for stored in fund.carry_overs]


def transfer_rule(*, fund: Fund, origin: Side, destination: Side, on: date | None = None) -> Verdict:
    """What the convention says of a transfer within a fund."""
    return transfer_verdict(transfer_articles(fund), origin, destination, on=on)


@dataclass(frozen=True)
class RuleMatrix:
    """Every pair of groups of a fund with its verdict and the acts it takes, in words: a row per origin."""

    fund: Fund
    groups: list[Group]
    rows: list[tuple[Group, list[tuple[Group, Verdict, str]]]]
    articles: list[Article]
    carry: list[CarryArticle]


def rule_matrix(*, fund: Fund) -> RuleMatrix:
    """What the convention says of transfers and unused credits of a fund, group by group."""
    groups, articles = groups_of(fund), transfer_articles(fund)
    rows = [
        (
            origin,
            [
                (destination, verdict, acts_line(verdict) if verdict.requires else "")
                for destination in groups
                for verdict in [transfer_verdict(articles, origin.side, destination.side)]
            ],
        )
        for origin in groups
    ]
    return RuleMatrix(fund, groups, rows, articles, carry_articles(fund))
