"""Amendments of the convention: `registry` (what each app lets them change), `operations`, `queries`, pages."""
