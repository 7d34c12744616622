"""Whatever the values: a coherent file has no error, an order of lines changes nothing, a problem names a line."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.intake.checks import Row
from indicators.intake.held import Held
from indicators.intake.messages import Severity
from indicators.intake.relations import Relations
from indicators.intake.semantics import check_body
from tests.indicators.intake.conftest import convention_relations
from tests.indicators.intake.semantic_cases import find_in

RELATIONS: Relations = convention_relations()

COUNT = st.integers(0, 10**9).map(Decimal)
PERIODS = st.sampled_from(["2014", "2014-S1", "2014-T1", "2014-T2", "2014-01", "2014-02", "2014-03", "2013-01"])
VECTORS = ("appels", "pieces", "visites")


@st.composite
def anything(draw: st.DrawFn) -> list[Row]:
    """Rows of a few linked measures, with any value or statement, one a key."""
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["reclamations_traitees", "reclamations_traitees_15j", "achats", "indus_recouvres"]),
                st.sampled_from(["011", "021"]),
                PERIODS,
                st.sampled_from(["", *(f"vecteur={vector}" for vector in VECTORS), "phase=amiable"]),
            ),
            unique=True,
            max_size=30,
        )
    )
    rows = []
    for line, (measure, body, period, breakdown) in enumerate(keys, 2):
        value = draw(st.one_of(COUNT, st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(-3), None])))
        statement = draw(st.sampled_from(["NS", "ND", ""])) if value is None else ""
        rows.append(Row(line, measure, body, period, breakdown, value, statement))
    return rows


@st.composite
def coherent(draw: st.DrawFn) -> list[Row]:
    """A numerator under its denominator for each part, the totals that they make, months that make their quarter."""
    months = ("2014-01", "2014-02", "2014-03")
    values: dict[tuple[str, str, str], int] = {}
    for period in months:
        for vector in VECTORS:
            whole = draw(st.integers(0, 10**9))
            values["reclamations_traitees", period, f"vecteur={vector}"] = whole
            values["reclamations_traitees_15j", period, f"vecteur={vector}"] = draw(st.integers(0, whole))
    for measure in ("reclamations_traitees", "reclamations_traitees_15j"):
        for period in months:
            values[measure, period, ""] = sum(values[measure, period, f"vecteur={vector}"] for vector in VECTORS)
        for breakdown in ("", *(f"vecteur={vector}" for vector in VECTORS)):
            values[measure, "2014-T1", breakdown] = sum(values[measure, period, breakdown] for period in months)
    kept = draw(st.lists(st.sampled_from(sorted(values)), unique=True, min_size=1))
    return [
        Row(line, measure, "011", period, breakdown, Decimal(values[measure, period, breakdown]), "")
        for line, (measure, period, breakdown) in enumerate(kept, 2)
    ]


@settings(deadline=None, max_examples=150)
@given(coherent())
def test_a_coherent_file_raises_nothing_whatever_it_leaves_out(rows: list[Row]) -> None:
    unusual = {"absurd_magnitude", "factor_1000"}
    assert [problem for problem in find_in(RELATIONS, rows) if problem.code not in unusual] == []


@settings(deadline=None, max_examples=150)
@given(anything(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nothing(rows: list[Row], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert sorted(map(str, find_in(RELATIONS, rows))) == sorted(map(str, find_in(RELATIONS, shuffled)))


@settings(deadline=None, max_examples=150)
@given(anything())
def test_a_problem_names_a_line_of_the_file_and_says_it_all(rows: list[Row]) -> None:
    lines = {row.line for row in rows}
    for problem in find_in(RELATIONS, rows):
        assert problem.line in lines
        assert problem.found
        assert problem.expected
        assert problem.mend


@settings(deadline=None, max_examples=150)
@given(anything())
def test_a_file_accepted_raises_nothing_when_it_comes_again(rows: list[Row]) -> None:
    for body in {row.body for row in rows}:
        own = [row for row in rows if row.body == body]
        accepted = Held(own, {}).values
        assert list(check_body(Held(own, accepted), RELATIONS)) == []


@settings(deadline=None, max_examples=150)
@given(anything())
def test_in_two_files_or_in_one_the_same_errors_refuse(rows: list[Row]) -> None:
    """What is wrong between two values is found when the second comes, if not before.

    Without negative values: one that comes later would bring down a sum already held against its total.
    """
    own = [row for row in rows if row.body == "011" and (row.value is None or row.value >= 0)]
    whole = _errors(Held(own, {}))
    first = own[: len(own) // 2]
    halves = _errors(Held(first, {})) or _errors(Held(own[len(own) // 2 :], Held(first, {}).values))
    assert bool(whole) == bool(halves)


def _errors(held: Held) -> list[str]:
    return [str(one) for one in check_body(held, RELATIONS) if one.severity is Severity.ERROR]
