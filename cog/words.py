"""PURE. Words as they are searched: folded (no capital, no accent), with their commonest endings set aside; and found
again in a text, to be shown where they stand.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST = 2
"""Letters below which nothing is searched."""

AROUND = 90
"""Characters shown on each side of the first word found."""

EMPTY = frozenset(
    [
        "au",
        "aux",
        "avec",
        "ce",
        "ces",
        "dans",
        "de",
        "des",
        "du",
        "elle",
        "en",
        "et",
        "eux",
        "il",
        "ils",
        "la",
        "le",
        "les",
        "leur",
        "leurs",
        "lui",
        "mais",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ou",
        "par",
        "pas",
        "pour",
        "qu",
        "que",
        "qui",
        "sa",
        "se",
        "ses",
        "son",
        "sur",
        "ta",
        "te",
        "tes",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "d",
        "l",
        "n",
        "s",
        "c",
        "j",
        "m",
        "t",
        "y",
        "a",
    ]
)
"""Words that say nothing of what is looked for."""

_ENDINGS: tuple[str, ...] = ("issements", "issement", "atrices", "ateurs", "ations", "ation", "ements", "ement")
_ENDINGS += ("euses", "euse", "es", "s", "x", "e")
_WORD = re.compile(r"[0-9a-z]+")


def fold(text: str) -> str:
    """« Élèves » as « eleves », one kind of apostrophe."""
    return "".join(_fold(each) for each in text)


def _fold(character: str) -> str:
    if character in "œŒ":
        return "oe"
    base = unicodedata.normalize("NFKD", character.casefold())
    return "".join(each for each in base if not unicodedata.combining(each)) or " "


def stem(word: str) -> str:
    """A folded word without its commonest ending; at least five letters stay, four before a plural."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (5 if len(ending) > 2 else 4):
            return word.removesuffix(ending)
    return word


@dataclass(frozen=True)
class Piece:
    """A run of a text, found or not."""

    text: str
    found: bool = False


@dataclass(frozen=True)
class Words:
    """What someone looks for. `tokens`: its words, folded, without those that say nothing."""

    raw: str
    tokens: tuple[str, ...]

    @classmethod
    def of(cls, raw: str) -> "Words":
        said = _WORD.findall(fold(raw))
        return cls(raw.strip(), tuple(dict.fromkeys(word for word in said if word not in EMPTY)))

    @property
    def is_short(self) -> bool:
        """Whether there is too little to look for."""
        return not any(len(token) >= SHORTEST for token in self.tokens)

    def are_in(self, text: str) -> bool:
        """Whether every word is in the text: begun so, or with another ending."""
        present = _WORD.findall(fold(text))
        return bool(self.tokens) and all(any(_alike(one, token) for one in present) for token in self.tokens)

    def matches(self, word: str) -> bool:
        """Whether a folded word is one of those looked for."""
        return any(_alike(word, token) for token in self.tokens)


def _alike(word: str, token: str) -> bool:
    return word.startswith(token) or (len(token) >= 4 and stem(word).startswith(stem(token)) and not token.isdigit())


def excerpt(text: str, words: Words) -> list[Piece]:
    """The part of a text around the first word found, with every word found set apart."""
    plain = " ".join(text.split())
    spans = _spans(plain, words)
    if not spans:
        return [Piece(_cut(plain, 0, 2 * AROUND))]
    start = max(0, spans[0][0] - AROUND)
    if start:
        start = plain.find(" ", start, spans[0][0]) + 1 or start
    end = min(len(plain), spans[0][1] + AROUND)
    if end < len(plain):
        end = plain.rfind(" ", spans[0][1], end) if " " in plain[spans[0][1] : end] else end
    pieces, at = [Piece("… ")] if start else [], start
    for first, last in spans:
        if last > end:
            break
        if first > at:
            pieces.append(Piece(plain[at:first]))
        pieces.append(Piece(plain[first:last], found=True))
        at = last
    if at < end:
        pieces.append(Piece(plain[at:end]))
    return [*pieces, *([Piece(" …")] if end < len(plain) else [])]


def _cut(text: str, start: int, length: int) -> str:
    return text if len(text) <= length else text[start : start + length].rsplit(" ", 1)[0] + " …"


def _spans(text: str, words: Words) -> Sequence[tuple[int, int]]:
    """Where the words found stand in a text, in its own characters."""
    places: list[int] = []
    folded = []
    for place, character in enumerate(text):
        for each in _fold(character):
            folded.append(each)
            places.append(place)
    found = _WORD.finditer("".join(folded))
    return [(places[one.start()], places[one.end() - 1] + 1) for one in found if words.matches(one[0])]
