#!/usr/bin/env python3
"""How long Polars takes to read the CSV files that `cargo bench --bench reading` has written and read.

    python3 -m venv target/venv && target/venv/bin/pip install polars
    cargo bench --bench reading
    target/venv/bin/python benches/peers/reading.py [ROUNDS]

Timed are the reading of the four files into typed columns, and finding each row's lead and bringing its rows together,
which a table of leads needs. The least of all rounds counts. POLARS_MAX_THREADS chooses the number of threads.
"""

import pathlib
import sys
import time

import polars as pl

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "target" / "tmp" / "reading"
KEYS = {"activities": "lead", "purchases": "lead", "answers": "id"}


def read() -> dict[str, pl.DataFrame]:
    names = ["leads", *KEYS]
    return {name: pl.read_csv(FOLDER / f"{name}.csv", try_parse_dates=True) for name in names}


def grouped(files: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    rows = files["leads"].select("id").with_row_index("row")
    return [
        files[name].join(rows, left_on=key, right_on="id").sort("row", maintain_order=True)
        for name, key in KEYS.items()
    ]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    reading, grouping = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        files = read()
        reading.append(time.perf_counter() - start)
        start = time.perf_counter()
        grouped(files)
        grouping.append(time.perf_counter() - start)
    threads = pl.thread_pool_size()
    print(f"Polars {pl.__version__}, {threads} threads, least of {rounds} rounds")
    print(f"reading {min(reading):.3f} s, bringing together {min(grouping):.3f} s")


if __name__ == "__main__":
    main()
