"""Which files people may join: by their first bytes, whatever their name says, and by what an antivirus finds."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.utils.module_loading import import_string

MAX_BYTES = 10 * 1024 * 1024

_ZIP = (b"PK\x03\x04",)
_SIGNATURES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    ".odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
}
ACCEPTED = tuple(_SIGNATURES)


class FileRefused(Exception):
    """Why a file is not taken, in words a person can act on."""


Scanner = Callable[[bytes], str]
"""An antivirus: what it found in a file, in words; empty when it found nothing."""


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file that may be kept, with its type and its fingerprint."""

    name: str
    data: bytes
    content_type: str
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def stored_name(self) -> str:
        """Its fingerprint under its own suffix: what a person called it never becomes a path."""
        return self.sha256 + PurePath(self.name).suffix.lower()


def accept_file(name: str, data: bytes) -> AcceptedFile:
    """The file, if it may be kept.

    Raises FileRefused for a type, a size or a content that is not accepted, and for what the antivirus refuses
    (`EVIDENCE_SCANNER`, the path of a function from bytes to words; none by default).
    """
    kind = content_type_of(name, data)
    found = _scanned(data)
    if found:
        raise FileRefused(f"L'antivirus refuse ce fichier : {found}.")
    return AcceptedFile(name[-200:], data, kind, hashlib.sha256(data).hexdigest())


def _scanned(data: bytes) -> str:
    if not settings.EVIDENCE_SCANNER:
        return ""
    scanner: Scanner = import_string(settings.EVIDENCE_SCANNER)
    return scanner(data)


def content_type_of(name: str, data: bytes) -> str:
    """The type of a file that may be kept. Raises FileRefused for any other."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _SIGNATURES:
        raise FileRefused(f"« {suffix or name} » n'est pas une nature acceptée : {', '.join(ACCEPTED)}.")
    if not data:
        raise FileRefused("Le fichier est vide.")
    if len(data) > MAX_BYTES:
        raise FileRefused(f"Le fichier fait {len(data) // 1024} Ko : 10 240 Ko au plus. Le compresser ou le scinder.")
    kind, signatures = _SIGNATURES[suffix]
    if not data.startswith(signatures):
        raise FileRefused(
            f"Le contenu n'est pas celui d'un fichier {suffix} : l'enregistrer de nouveau sous ce format."
        )
    return kind
