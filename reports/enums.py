"""Stored codes of the documents and their French labels."""

from django.db import models


class DocumentKind(models.TextChoices):
    """« nature de document »."""

    ANNUAL = "bilan", "bilan annuel"


class EditionState(models.TextChoices):
    """« état d'une édition »: a draft is never published."""

    DRAFT = "projet", "projet"
    PUBLISHED = "publie", "publié"
