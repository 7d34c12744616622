"""`manage.py budget_rule transfer --fund fnga --from GROUPE --to GROUPE --year N [--on AAAA-MM-JJ] [--json]`."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.compute.transfers import Verdict
from budgets.models import Fund
from budgets.queries.programme import funds
from budgets.queries.rules import UnknownGroup, group_of, transfer_rule
from cog.models import Convention
from cog.queries import NoConvention, convention_or_refuse


class Command(BaseCommand):
    help = "Dit ce que la convention prévoit d'un virement de crédits entre deux groupes, et à quel paragraphe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", choices=["transfer"], help="transfer : un virement de crédits")
        parser.add_argument("--fund", required=True, help="le fonds : fnas ou fnga")
        parser.add_argument("--from", dest="origin", required=True, help="le groupe dont partent les crédits")
        parser.add_argument("--to", dest="destination", required=True, help="le groupe qui les reçoit")
        parser.add_argument("--year", type=int, required=True, help="l'exercice")
        parser.add_argument(
            "--on", type=date.fromisoformat, help="le jour du virement, dont court le délai d'information"
        )
        parser.add_argument("--json", action="store_true", help="réponse en JSON, pour un autre programme")
        parser.add_argument("--convention", default="", help="code de la convention (par défaut celle en vigueur)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            convention = convention_or_refuse(code=options["convention"])
        except NoConvention as error:
            raise CommandError(str(error)) from None
        fund = self._fund(convention, options["fund"])
        problems = self._problems(fund, convention, options)
        if problems:
            raise CommandError("\n".join(problems))
        origin, destination = group_of(fund, options["origin"]), group_of(fund, options["destination"])
        verdict = transfer_rule(fund=fund, origin=origin.side, destination=destination.side, on=options["on"])
        self.stdout.write(json.dumps(_as_json(verdict)) if options["json"] else _in_words(verdict))

    def _fund(self, convention: Convention, code: str) -> Fund:
        known = {fund.code: fund for fund in funds(convention=convention)}
        if code not in known:
            raise CommandError(f"--fund : trouvé « {code} », attendu un fonds de la convention : {', '.join(known)}")
        return known[code]

    def _problems(self, fund: Fund, convention: Convention, options: dict[str, Any]) -> list[str]:
        """Everything wrong in what is asked, at once."""
        found = []
        for option, code in (("--from", options["origin"]), ("--to", options["destination"])):
            try:
                group_of(fund, code)
            except UnknownGroup as error:
                found.append(f"{option} : {error}")
        if options["year"] not in convention.years:
            years = convention.years
            expected = f"un exercice de la convention, de {min(years)} à {max(years)}"
            found.append(f"--year : trouvé {options['year']}, attendu {expected}")
        return found


def _as_json(verdict: Verdict) -> dict[str, Any]:
    article = verdict.article
    return {
        "allowed": verdict.allowed,
        "requires": [str(act) for act in verdict.requires],
        "before": verdict.before.isoformat() if verdict.before else None,
        "paragraph": article.paragraph if article else "",
        "seed_line": article.seed_line if article else None,
    }


def _in_words(verdict: Verdict) -> str:
    from budgets.wording import verdict_lines

    return "\n".join(verdict_lines(verdict))
