"""Where the staff stands: against the ceiling, against December 2012, and what else was allowed or may be asked.

Source: Fnga, staff (l. 6301-6311) and 1.3.1 (l. 6395). What is to return, what may be hired and what is conditional are
three commitments in different units: they are never netted (A-FNGA-16).
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Commitments:
    """What the convention asks and allows, in EtpMA or people, as its reference files give it.

    `to_return`: by the end of the term, against December 2012 (l. 6305). `hires`: allowed, of which at least
    `future_jobs` « emplois d'avenir » (l. 6303). `conditional`: about so many more, if the mission says so (l. 6310).
    """

    to_return: Decimal
    hires: Decimal
    future_jobs: Decimal
    conditional: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """The staff of a year, in EtpMA; None for what is not known."""

    staff: Decimal | None
    ceiling: Decimal | None
    december_2012: Decimal | None
    hired: Decimal | None
    future_jobs: Decimal | None
    commitments: Commitments

    @property
    def above_ceiling(self) -> Decimal | None:
        """Staff minus ceiling: above 0 the ceiling is exceeded; None: « sans plafond connu »."""
        return None if self.staff is None or self.ceiling is None else self.staff - self.ceiling

    @property
    def returned(self) -> Decimal | None:
        """Given back since December 2012."""
        return None if self.staff is None or self.december_2012 is None else self.december_2012 - self.staff

    @property
    def left_to_return(self) -> Decimal | None:
        """What remains to give back; below 0, more than was asked has been."""
        return None if self.returned is None else self.commitments.to_return - self.returned

    @property
    def scenario(self) -> Decimal | None:
        """What would remain if the conditional part were asked: a scenario, no obligation."""
        return None if self.left_to_return is None else self.left_to_return + self.commitments.conditional

    @property
    def hires_are_within(self) -> bool | None:
        return None if self.hired is None else self.hired <= self.commitments.hires

    @property
    def future_jobs_are_enough(self) -> bool | None:
        return None if self.future_jobs is None else self.future_jobs >= self.commitments.future_jobs
