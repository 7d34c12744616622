"""`manage.py tbb 2014 4 -o FICHIER.xlsx`: a budget dashboard of the Fnga."""

from reports.management.edition_command import EditionCommand


class Command(EditionCommand):
    help = "Écrit un tableau de bord budgétaire du Fnga (Tbb 1 à 6) : celui qui a été transmis, sinon le projet."
    fund = "fnga"
