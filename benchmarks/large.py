"""`make bench-large`: ten times the caisses. Computing may grow with the data, not faster: at most eleven times."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench_compute
import dataset
from measuring import Bars


def emptied() -> None:
    """The private database as it was before anything was loaded."""
    import os

    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


if __name__ == "__main__":
    dataset.set_up()
    times = []
    for scale in (1.0, 10.0):
        emptied()
        _, found = bench_compute.run(scale, runs=1)
        times.append(found)
    bars = Bars()
    for name in ("all", "only"):
        bars.check(f"croissance de {name}", times[1][name]["seconds"] / times[0][name]["seconds"], 11, "fois")
    sys.exit(bars.end())
