"""How figures are kept in the tables."""

from decimal import Decimal

# Observations hold what a file may carry: at most 15 significant digits (SQLite keeps no more).
OBSERVED = {"max_digits": 30, "decimal_places": 15}
# Results keep every digit the division gives, well beyond what is shown.
COMPUTED = {"max_digits": 38, "decimal_places": 18}
LARGEST = Decimal(10) ** 15
