#!/usr/bin/env python3
"""RFM quintiles of 1,000,000 leads with 2,000,000 purchases: this library beside Polars, in turns.

    python3 -m venv target/venv && target/venv/bin/pip install polars
    cargo bench --bench rfm_peer --no-run      # prints the program
    target/venv/bin/python benches/peers/rfm.py PROGRAM [ROUNDS]

The program writes its purchases to target/rfm_purchases.csv; Polars reads them once, which is not timed. Both then
learn the cut points of three axes (quantiles of type 7), bin every lead and add up the scores, which must be equal.
Processor time (Linux) says what a loaded machine hides. Both take all cores; set POLARS_MAX_THREADS and RAYON_NUM_THREADS to compare on fewer.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

import polars as pl

DAY = 86_400_000_000
QUINTILES = [0.2, 0.4, 0.6, 0.8]


def rfm(purchases: pl.DataFrame) -> float:
    values = purchases.group_by("lead").agg(
        (pl.col("age_micros").min() // DAY).alias("recency"),
        pl.len().alias("frequency"),
        pl.col("amount").sum().alias("monetary"),
    )
    total = 0.0
    for axis in ["recency", "frequency", "monetary"]:
        column = values[axis].cast(pl.Float64)
        cuts = pl.Series([column.quantile(q, "linear") for q in QUINTILES])
        # The lowest bin whose cut the value does not exceed, from 0; few days are good.
        bins = cuts.search_sorted(column, side="left")
        mean = bins.mean()
        total += (4 - mean if axis == "recency" else mean) * len(bins)
    return total * 100 / 4 / 3


def processor(pid: int) -> float:
    """Seconds of all processors that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    file = pathlib.Path(__file__).parents[2] / "target" / "rfm_purchases.csv"
    file.parent.mkdir(exist_ok=True)
    with subprocess.Popen(
        [program, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as peer:
        assert peer.stdout.readline() == "ready\n"
        purchases = pl.read_csv(file)
        ours, theirs, our_work, their_work = [], [], [], []
        for _ in range(rounds):
            used = processor(peer.pid)
            peer.stdin.write("\n")
            peer.stdin.flush()
            seconds, total = map(float, peer.stdout.readline().split())
            ours.append(seconds)
            our_work.append(processor(peer.pid) - used)
            used = processor(os.getpid())
            start = time.perf_counter()
            other = rfm(purchases)
            theirs.append(time.perf_counter() - start)
            their_work.append(processor(os.getpid()) - used)
            assert abs(total - other) < 1e-6 * total, (total, other)
        peer.stdin.close()
    print(f"Polars {pl.__version__}, {purchases.height} purchases, {rounds} rounds in turns")
    for name, pick in [("least", min), ("median", statistics.median)]:
        for of, mine, other in [("time", ours, theirs), ("processor time", our_work, their_work)]:
            a, b = pick(mine), pick(other)
            print(f"{name + ' ' + of:<22} lead-scoring {a:.3f} s, Polars {b:.3f} s, ratio {a / b:.2f}")


if __name__ == "__main__":
    main()
