"""Which files may prove an action: by their first bytes, whatever their name says.

PURE.
"""

from pathlib import PurePath

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


class ProofRefused(Exception):
    """Why a file is not taken, in words a person can act on."""


def content_type_of(name: str, data: bytes) -> str:
    """The type of a file that may be kept. Raises ProofRefused for any other."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _SIGNATURES:
        raise ProofRefused(f"« {suffix or name} » n'est pas une nature acceptée : {', '.join(ACCEPTED)}.")
    if not data:
        raise ProofRefused("Le fichier est vide.")
    if len(data) > MAX_BYTES:
        raise ProofRefused(f"Le fichier fait {len(data) // 1024} Ko : 10 240 Ko au plus. Le compresser ou le scinder.")
    kind, signatures = _SIGNATURES[suffix]
    if not data.startswith(signatures):
        raise ProofRefused(
            f"Le contenu n'est pas celui d'un fichier {suffix} : l'enregistrer de nouveau sous ce format."
        )
    return kind
