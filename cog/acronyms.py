"""The acronyms of a text, each explained where it is first met. PURE but for the escaping of what is shown."""

import re
from collections.abc import Mapping
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

_LONG_ENOUGH = 4
"""Letters from which an acronym is also known in capitals: « EAJE »; below, capitals could be a word."""


def explained(text: str, words: Mapping[str, str], told: set[str]) -> SafeString:
    """The text, safe to show, with the words of each acronym that is not in `told` yet; `told` grows.

    A text all in capitals is left alone: an acronym cannot be told from a word there.
    """
    if not words or text.isupper():
        return mark_safe(escape(text))  # noqa: S308 - escaped on the spot
    parts, end = [], 0
    for found in _pattern(tuple(words)).finditer(text):
        code = _code_of(found[0], words)
        if code in told:
            continue
        told.add(code)
        parts += [escape(text[end : found.start()]), _abbreviation(found[0], words[code])]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - every part is escaped


def _abbreviation(shown: str, words: str) -> str:
    return format_html('<abbr class="acronym" tabindex="0" title="{}">{}</abbr>', words, shown)


def _code_of(shown: str, words: Mapping[str, str]) -> str:
    return shown if shown in words else next(code for code in words if code.upper() == shown)


@lru_cache(maxsize=8)
def _pattern(codes: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the codes as a whole word, the longest first."""
    known = {*codes, *(code.upper() for code in codes if len(code) >= _LONG_ENOUGH)}
    choices = "|".join(re.escape(code) for code in sorted(known, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)")
