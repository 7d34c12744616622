"""The payroll of the Fnga brought up to date, step by step, as printed.

Source: Fnga 1.3.1 (l. 6385-6412). The same gap of N-1 is corrected twice (l. 6405 and 6406, A-FNGA-13): both steps are
shown, and the total without the second is told. Rates are in % of the payroll they apply to, amounts in M€.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the worked sheet: an amount, or None while an input is missing; `formula` in words."""

    code: str
    label: str
    amount: Decimal | None
    formula: str
    seed_line: int


@dataclass(frozen=True, slots=True)
class Payroll:
    """The worked sheet. `total` adds the steps that are known; `missing`: those that are not."""

    steps: tuple[Step, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(step.label for step in self.steps if step.amount is None)

    @property
    def total(self) -> Decimal | None:
        """The payroll up to date; None while its base is not known."""
        if self.steps[0].amount is None:
            return None
        return sum((step.amount for step in self.steps if step.amount is not None), ZERO)

    @property
    def without_the_second_correction(self) -> Decimal | None:
        """The total if the gap of N-1 were corrected once only."""
        second = next((step.amount for step in self.steps if step.code == "correction_dotation"), None)
        return None if self.total is None or second is None else self.total - second


@dataclass(frozen=True, slots=True)
class Incoming:
    """The yearly transfer from the Fnas to the Fnga (2.2.2, l. 6009; 2.3.2, l. 6462-6464), in M€.

    It is voted with the initial budget of the Fnas and is strictly the payroll of the Fnas staff not replaced that
    year. None: not voted, or not known.
    """

    voted: Decimal | None
    payroll: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Voted minus payroll; anything but 0 is not what the text allows."""
        return None if self.voted is None or self.payroll is None else self.voted - self.payroll

    @property
    def is_strict(self) -> bool | None:
        return None if self.difference is None else self.difference == 0


def payroll(inputs: Mapping[str, Decimal], *, in_april: bool) -> Payroll:
    """The steps for a year: the Rmpp differential in the initial budget or in April, the others in April only."""
    base = inputs.get("base")
    steps = [
        Step("base", "Dotation de l'année, base Cog", base, "montant de l'annexe budgétaire", 6403),
        Step(
            "rmpp",
            "Différentiel de Rmpp",
            _rate(base, inputs.get("rmpp_arretee"), inputs.get("rmpp_retenue")),
            "base × (Rmpp arrêtée − Rmpp retenue)",
            6403,
        ),
    ]
    if in_april:
        previous, seen = inputs.get("base_precedente"), inputs.get("gvt_constate")
        correction = _rate(previous, seen, inputs.get("gvt_budget"))
        steps += [
            Step(
                "gvt",
                "Gvt négatif et effet de structure constatés",
                _rate(base, seen, inputs.get("gvt_retenu")),
                "base × (constaté à la clôture de N-1 − retenu pour la Cog)",
                6403,
            ),
            Step(
                "correction_reconductible",
                "Correction de la masse salariale reconductible de N-1",
                correction,
                "masse de N-1 × (constaté − dernier budget approuvé de N-1)",
                6405,
            ),
            Step(
                "correction_dotation",
                "Correction de la dotation de l'année, du même écart",
                correction,
                "le même montant, une seconde fois, comme imprimé (A-FNGA-13)",
                6406,
            ),
        ]
    steps += [
        Step("cumul", "Effets cumulés des actualisations précédentes", inputs.get("cumul"), "saisi", 6408),
        Step("prelevements", "Prélèvements obligatoires de l'employeur", inputs.get("prelevements"), "saisi", 6410),
    ]
    return Payroll(tuple(steps))


def _rate(base: Decimal | None, now: Decimal | None, then: Decimal | None) -> Decimal | None:
    if base is None or now is None or then is None:
        return None
    return base * (now - then) / 100
