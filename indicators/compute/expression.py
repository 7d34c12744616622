"""Expressions of the methods file: a closed little language, read without `eval`.

    expression := product (("+" | "-") product)*
    product    := factor (("*" | "/") factor)*          « × » and « ÷ » are read too
    factor     := number | reference | "(" expression ")"
    reference  := measure | measure "[" key "=" value "]"

PURE. Anything else is refused, with the place of the faulty character. Examples: « eaje_places_creees -
eaje_places_supprimees », « indus_recouvres[phase=amiable] », « 2.88 * a + 1.15 * b ».
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_WORD = r"[a-z][a-z0-9_]*"
_TOKEN = re.compile(
    rf"(?P<reference>(?P<measure>{_WORD})(?:\[(?P<key>{_WORD})=(?P<value>[a-z0-9][a-z0-9_]*)\])?)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)(?![\w.])"
    r"|(?P<symbol>[-+*/()×÷\u2212])"
)
_PAIR = re.compile(rf"(?P<key>{_WORD})=(?P<value>[^=;]+)")
_SYMBOLS = {"×": "*", "÷": "/", "\u2212": "-"}

MAX_LENGTH, MAX_TOKENS, MAX_DEPTH = 2_000, 200, 20

Breakdown = str
"""« ventilation » in canonical form: `key=value` pairs sorted by key, joined by `;`; empty for the total."""

TOTAL: Breakdown = ""


class ExpressionError(ValueError):
    """An expression or a breakdown that cannot be read; says in French what was found and expected.

    `position` is the place of the faulty character in `text`, from 0; None where the whole is at fault.
    """

    def __init__(self, found: str, expected: str, text: str = "", position: int | None = None) -> None:
        super().__init__(f"Expression illisible : trouvé « {found} », attendu {expected}.")
        self.found = found
        self.expected = expected
        self.text = text
        self.position = position

    @property
    def pointed(self) -> str:
        """The expression, and a mark under the faulty character, on two lines; empty when no place is known."""
        return "" if self.position is None else f"{self.text}\n{' ' * self.position}^"


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


Step = int | Decimal | str
"""Of a program: a reference by its rank, a constant, or an operation (`+ - * /`) on the two values before it."""

Program = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """What a formula reads and how it puts it together.

    Without a `program` (nearly always), the sum of the references, each with its sign.
    """

    references: tuple[Reference, ...]
    program: Program = ()

    @property
    def measures(self) -> frozenset[str]:
        """Codes of the measures it needs."""
        return frozenset(reference.measure for reference in self.references)

    @property
    def is_balance(self) -> bool:
        """Whether it subtracts: a nil or negative result is then « solde nul ou négatif »."""
        if self.program:
            return self.program[-1] == "-"
        return any(reference.sign < 0 for reference in self.references)

    def with_references(self, references: Sequence[Reference]) -> "Expression":
        """The same formula over other references, rank by rank."""
        return replace(self, references=tuple(references))

    def __str__(self) -> str:
        if self.program:
            return _infix(self.program, self.references)
        signed = (f"{'-' if r.sign < 0 else '+'} {_written(r)}" for r in self.references)
        return " ".join(signed).removeprefix("+ ")


def parse_expression(text: str, measures: Collection[str] | None = None) -> Expression:
    """Read an expression; `measures` is the list of the codes allowed (None: any well-formed code).

    Raises ExpressionError, with the place of the first faulty character.
    """
    return _Parser(text, measures).read()


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


class _Token(NamedTuple):
    position: int
    text: str
    operand: Reference | Decimal | None  # None: a symbol, or the end


_OPERAND = "une donnée, un nombre ou une parenthèse ouvrante"
_OPERATION = "une opération (+, -, *, /) ou la fin"


class _Parser:
    """A recursive descent that writes the program as it reads."""

    def __init__(self, text: str, measures: Collection[str] | None) -> None:
        self._text = text
        self._measures = measures
        self._references: list[Reference] = []
        self._program: list[Step] = []
        self._depth = 0
        if len(text) > MAX_LENGTH:
            raise self._refused(MAX_LENGTH, "…", f"au plus {MAX_LENGTH} caractères")
        self._tokens = self._split()
        self._rank = 0

    def read(self) -> Expression:
        self._sum()
        end = self._next
        if end.text:
            expected = "une parenthèse ouvrante avant elle" if end.text == ")" else _OPERATION
            raise self._refused(end.position, end.text, expected)
        return _simplified(tuple(self._references), tuple(self._program))

    @property
    def _next(self) -> _Token:
        return self._tokens[self._rank]

    def _take(self) -> _Token:
        token = self._next
        self._rank += 1
        return token

    def _sum(self) -> None:
        self._product()
        while self._next.operand is None and self._next.text in ("+", "-"):
            symbol = self._take().text
            self._product()
            self._program.append(symbol)

    def _product(self) -> None:
        self._factor()
        while self._next.operand is None and self._next.text in ("*", "/"):
            symbol = self._take().text
            self._factor()
            self._program.append(symbol)

    def _factor(self) -> None:
        token = self._take()
        if isinstance(token.operand, Reference):
            self._program.append(len(self._references))
            self._references.append(token.operand)
        elif token.operand is not None:
            self._program.append(token.operand)
        elif token.text == "(":
            self._enclosed(token)
        else:
            raise self._refused(token.position, token.text, _OPERAND)

    def _enclosed(self, opening: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refused(opening.position, "(", f"au plus {MAX_DEPTH} parenthèses l'une dans l'autre")
        self._sum()
        closing = self._take()
        if closing.text != ")":
            self._rank -= 1
            found = closing.text or "la fin"
            raise self._refused(closing.position, found, "une opération ou la parenthèse fermante")
        self._depth -= 1

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        position = 0
        while position < len(self._text):
            if self._text[position] in " \t\n\u00a0":
                position += 1
                continue
            match = _TOKEN.match(self._text, position)
            if match is None or len(tokens) >= MAX_TOKENS:
                expected = "des codes de données, des nombres, + - * / et des parenthèses"
                raise self._refused(position, self._text[position : position + 12], expected)
            tokens.append(_Token(position, _SYMBOLS.get(match[0], match[0]), self._operand(match)))
            position = match.end()
        return [*tokens, _Token(len(self._text), "", None)]

    def _operand(self, match: re.Match[str]) -> Reference | Decimal | None:
        if match["number"]:
            return Decimal(match["number"])
        if not match["reference"]:
            return None
        if self._measures is not None and match["measure"] not in self._measures:
            raise self._refused(match.start(), match["measure"], "une mesure connue")
        breakdown = join_breakdown([(match["key"], match["value"])]) if match["key"] else TOTAL
        return Reference(match["measure"], breakdown)

    def _refused(self, position: int, found: str, expected: str) -> ExpressionError:
        return ExpressionError(found or "rien", expected, self._text, position)


def _simplified(references: tuple[Reference, ...], program: Program) -> Expression:
    """A plain sum of references, without a constant nor a product, needs no program."""
    if not references:
        raise ExpressionError(" ".join(map(str, program)), "au moins une donnée")
    signs = [1]
    expected: list[Step] = [0]
    for rank, symbol in enumerate(program[2::2], start=1):
        expected += [rank, symbol]
        signs.append(-1 if symbol == "-" else 1)
    if list(program) != expected or not set(program[2::2]) <= {"+", "-"}:
        return Expression(references, program)
    return Expression(tuple(replace(r, sign=sign) for r, sign in zip(references, signs, strict=True)))


_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2}


def _infix(program: Program, references: Sequence[Reference]) -> str:
    """The formula as a person writes it, with the parentheses it needs and no more."""
    stack: list[tuple[str, int]] = []
    for step in program:
        if isinstance(step, int):
            stack.append((_written(references[step]), 3))
        elif isinstance(step, Decimal):
            stack.append((str(step), 3))
        else:
            rank = _RANKS[step]
            (right, of_right), (left, of_left) = stack.pop(), stack.pop()
            left = f"({left})" if of_left < rank else left
            right = f"({right})" if of_right < rank or (of_right == rank and step in "-/") else right
            stack.append((f"{left} {step} {right}", rank))
    return stack[0][0]


def _written(reference: Reference) -> str:
    return f"{reference.measure}[{reference.breakdown}]" if reference.breakdown else reference.measure
