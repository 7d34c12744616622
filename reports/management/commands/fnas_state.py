"""`manage.py fnas_state 2014 4 -o FICHIER.xlsx`: a state of the Fnas."""

from reports.management.edition_command import EditionCommand


class Command(EditionCommand):
    help = "Écrit un état du Fnas (1 à 6) : celui qui a été transmis, sinon le projet."
    fund = "fnas"
