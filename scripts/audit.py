#!/usr/bin/env python3
"""Known vulnerabilities of the locked dependencies, by pip-audit. Standard library only.

    audit.py [LOCK]   0: none is known, or the index could not be asked, which is said; 1: some are known

An index that does not answer is no reason to stop: « not checked » is told as such, never as « nothing found ».
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
PATIENCE = 180  # seconds


def say(text: str) -> None:
    print(f"→ {text}", flush=True)


def ask(lock: Path) -> list[dict[str, object]] | None:
    """The dependencies that pip-audit looked at, with what is known of each; None when the index could not be asked."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(lock), "--disable-pip", "--no-deps", "-f", "json"]
    command += ["--progress-spinner", "off", "--timeout", "20"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        return list(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None


def main(arguments: Sequence[str]) -> int:
    looked = ask(Path(arguments[0]) if arguments else LOCK)
    if looked is None:
        say("vulnérabilités : NON VÉRIFIÉES, l'index ne répond pas ; relancer « make audit » avec le réseau")
        return 0
    known = [(one, found) for one in looked if (found := one.get("vulns"))]
    for one, found in known:
        for each in found:  # type: ignore[attr-defined]  # what JSON holds
            mended = ", ".join(each["fix_versions"]) or "aucune version ne la corrige encore"
            say(f"{one['name']} {one['version']} : {each['id']}, corrigée en {mended}")
    say(f"vulnérabilités : {len(looked)} dépendances vérifiées, {len(known)} en cause")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
