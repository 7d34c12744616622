"""Whether the proofs of the actions are still the files they were."""

import hashlib

from actions.models import Evidence


def changed_evidence() -> list[str]:
    """Every proof, withdrawn or not, whose file is missing or is no longer the one that was joined, in sentences."""
    found = []
    for row in Evidence.objects.select_related("action__fiche").order_by("pk").iterator():
        name = f"action {row.action.key}, « {row.file_name} »"
        try:
            with row.file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            found.append(f"{name} : le fichier {row.file.name} manque")
            continue
        if digest != row.sha256:
            found.append(f"{name} : empreinte {digest}, attendu {row.sha256}")
    return found
