"""One door for every file of observations: the long form (CSV or workbook), the template of a caisse.

PURE. What the bytes are decides, never the name. Whatever they are, the answer is an `Intake`, never an exception.
"""

from collections.abc import Sequence

from cog.xlsx import WorkbookRefused, looks_like_a_workbook, open_untrusted_xlsx
from indicators.intake.checks import WholeFileCheck
from indicators.intake.long_form import read_long_form
from indicators.intake.messages import Problem, Severity
from indicators.intake.reference import Reference
from indicators.intake.rows import LONG_XLSX, Intake, unusable
from indicators.intake.template_reading import is_template, read_template
from indicators.intake.workbook import read_long_workbook


def read_file(
    data: bytes,
    reference: Reference,
    *,
    only: str | None = None,
    period: str | None = None,
    checks: Sequence[WholeFileCheck] = (),
) -> Intake:
    """Rows and problems of a file, all at once; `form` says which of the three it is.

    `only`: the code of the one caisse whose rows are admitted. `period`: the quarter that a template must be for, where
    one was chosen. `checks`: those of the whole file that need what is already known.
    """
    if not looks_like_a_workbook(data):
        return read_long_form(data, reference, only=only, checks=checks)
    try:
        book = open_untrusted_xlsx(data)
        if is_template(book):
            return read_template(book, reference, only=only, period=period, checks=checks)
        return read_long_workbook(book, reference, only=only, checks=checks)
    except WorkbookRefused as refused:
        problem = Problem(Severity.ERROR, refused.code, None, "", refused.found, refused.expected, refused.mend)
        return unusable(problem, form=LONG_XLSX)
