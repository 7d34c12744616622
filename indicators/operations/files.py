"""Names of the files people send: shown cleaned, stored under a name of ours (F38)."""

import unicodedata
import uuid
from pathlib import PurePosixPath

KNOWN_ENDINGS = {".csv", ".xlsx"}
UNNAMED = "fichier sans nom"
_LONGEST = 120


def clean_name(name: str) -> str:
    """The name as pages show it: no folder, no control or invisible character, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C" and unicodedata.category(c) not in ("Zl", "Zp"))
    seen = " ".join(seen.split())
    if len(seen) > _LONGEST:
        ending = PurePosixPath(seen).suffix[:10]
        seen = seen[: _LONGEST - len(ending) - 1] + "…" + ending
    return seen.strip(". ") or UNNAMED


def stored_name(name: str) -> str:
    """A new name that says nothing but the kind of file; nothing of what the sender wrote reaches the disk."""
    ending = PurePosixPath(name.lower()).suffix
    return f"{uuid.uuid4().hex}{ending if ending in KNOWN_ENDINGS else '.bin'}"
