"""No amount is NaN (cog/finite.py)."""

from django.db import migrations

from cog.finite import RefuseNaN


class Migration(migrations.Migration):
    dependencies = [("indicators", "0006_amendments")]

    operations = [
        RefuseNaN("indicators_baseline", "value", "judged"),
        RefuseNaN("indicators_target", "value", "threshold"),
        RefuseNaN("indicators_localtarget", "threshold"),
        RefuseNaN("indicators_gapthreshold", "value"),
        RefuseNaN("indicators_indicatorresult", "value", "numerator", "denominator"),
        RefuseNaN("indicators_dispersion", "minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean"),
    ]
