"""Expressions of the methods file: a closed little language, read without `eval`.

    expression := reference (("+" | "-") reference)*
    reference  := measure | measure "[" key "=" value "]"

PURE. Anything else is refused. Example: « eaje_places_creees - eaje_places_supprimees », «
indus_recouvres[phase=amiable] ».
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

_WORD = r"[a-z][a-z0-9_]*"
_REFERENCE = re.compile(rf"(?P<measure>{_WORD})(?:\[(?P<key>{_WORD})=(?P<value>[a-z0-9][a-z0-9_]*)\])?")
_SEPARATOR = re.compile(r"\s+([+-])\s+")
_PAIR = re.compile(rf"(?P<key>{_WORD})=(?P<value>[^=;]+)")

Breakdown = str
"""« ventilation » in canonical form: `key=value` pairs sorted by key, joined by `;`; empty for the total."""

TOTAL: Breakdown = ""


class ExpressionError(ValueError):
    """An expression or a breakdown that cannot be read; says in French what was found and expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"Expression illisible : trouvé « {found} », attendu {expected}.")
        self.found = found
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Reference:
    """One measure in an expression, with its sign (1 or -1) and the breakdown it is read at."""

    measure: str
    breakdown: Breakdown = TOTAL
    sign: int = 1

    def within(self, key: str, value: str) -> "Reference":
        """The same measure, read at this value of a dimension; replaces the value it had there."""
        pairs = dict(breakdown_pairs(self.breakdown)) | {key: value}
        return replace(self, breakdown=join_breakdown(pairs.items()))

    def fixes(self, key: str) -> bool:
        """Whether the reference already chooses a value of this dimension."""
        return any(known == key for known, _ in breakdown_pairs(self.breakdown))


@dataclass(frozen=True, slots=True)
class Expression:
    """A sum or difference of references."""

    references: tuple[Reference, ...]

    @property
    def measures(self) -> frozenset[str]:
        """Codes of the measures it needs."""
        return frozenset(reference.measure for reference in self.references)

    @property
    def is_balance(self) -> bool:
        """Whether it subtracts: a nil or negative result is then « solde nul ou négatif »."""
        return any(reference.sign < 0 for reference in self.references)

    def __str__(self) -> str:
        signed = (f"{'-' if r.sign < 0 else '+'} {_written(r)}" for r in self.references)
        return " ".join(signed).removeprefix("+ ")


def parse_expression(text: str, measures: Collection[str] | None = None) -> Expression:
    """Read an expression; `measures` is the list of the codes allowed (None: any well-formed code).

    Raises ExpressionError.
    """
    first, *rest = _SEPARATOR.split(text.strip())
    signs = ["+", *rest[0::2]]
    return Expression(
        tuple(_reference(word, sign, measures) for sign, word in zip(signs, [first, *rest[1::2]], strict=True))
    )


@lru_cache(maxsize=1 << 14)
def breakdown_pairs(breakdown: Breakdown) -> tuple[tuple[str, str], ...]:
    """The `(key, value)` pairs of a breakdown, as written. Raises ExpressionError."""
    if not breakdown:
        return ()
    matches = [_PAIR.fullmatch(part.strip()) for part in breakdown.split(";")]
    pairs = [(match["key"], match["value"].strip()) for match in matches if match]
    if len(pairs) != len(matches) or len(dict(pairs)) != len(pairs):
        raise ExpressionError(breakdown, "des paires « cle=valeur » de clés différentes, séparées par « ; »")
    return tuple(pairs)


def canonical_breakdown(text: str) -> Breakdown:
    """The canonical form of a written breakdown: « b=2; a=1 » gives « a=1;b=2 ». Raises ExpressionError."""
    return join_breakdown(breakdown_pairs(text))


def join_breakdown(pairs: Collection[tuple[str, str]]) -> Breakdown:
    """The canonical breakdown made of these pairs."""
    return ";".join(f"{key}={value}" for key, value in sorted(pairs))


def _reference(word: str, sign: str, measures: Collection[str] | None) -> Reference:
    match = _REFERENCE.fullmatch(word)
    if match is None:
        raise ExpressionError(word, "un code de mesure, ou « mesure[cle=valeur] », liés par « + » ou « - »")
    if measures is not None and match["measure"] not in measures:
        raise ExpressionError(match["measure"], "une mesure connue")
    breakdown = join_breakdown([(match["key"], match["value"])]) if match["key"] else TOTAL
    return Reference(match["measure"], breakdown, -1 if sign == "-" else 1)


def _written(reference: Reference) -> str:
    return f"{reference.measure}[{reference.breakdown}]" if reference.breakdown else reference.measure
