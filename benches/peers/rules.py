#!/usr/bin/env python3
"""Times this library against Polars on the same leads, in alternation, and prints ratios.

    python3 -m venv target/venv && target/venv/bin/pip install polars
    target/venv/bin/python benches/peers/rules.py [LEADS] [ROUNDS]

The Rust side (benches/peer.rs) makes the leads, writes them under target/ and runs each job when it is named; both
sides have what they read in memory before a job starts, and use all cores. A ratio is the median of the ratios of
neighbouring runs, by the clock and by the processor time that each side uses (which other work on the machine
disturbs less). RAYON_NUM_THREADS and POLARS_MAX_THREADS choose other numbers of threads.
"""

import datetime
import os
import pathlib
import statistics
import subprocess
import sys
import time

import polars as pl

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOW = 1_780_000_000_000_000  # microseconds
DAY = 86_400_000_000


def points(condition, points):
    """A rule: its points where the condition is true, which it is not where it is unknown."""
    return pl.when(condition).then(points).otherwise(0.0)


def fit(leads):
    """The twelve attribute rules of benches/sample, as one expression on the scale 0 to 100."""
    title, domain = pl.col("title").str.to_lowercase(), pl.col("domain").str.to_lowercase()
    lower = lambda name: pl.col(name).str.to_lowercase()
    employees = pl.col("employees")
    rules = [
        points(title.str.contains("chief", literal=True), 20.0),
        points(title.str.starts_with("vp "), 15.0),
        points(title == "student", -30.0),
        points(domain.is_in(["gmail.com", "gmx.de"]), -10.0),
        points(lower("industry").is_in(["software", "finance"]), 15.0),
        points(employees >= 500, 20.0),
        points((employees >= 50) & (employees < 500), 10.0),
        points(pl.col("revenue") > 1e7, 10.0),
        points(lower("country").is_in(["de", "fr", "gb"]), 5.0),
        points(lower("source") == "referral", 10.0),
        points(pl.col("newsletter"), 5.0),
        points(pl.col("trial"), 15.0),
    ]
    return leads.select(fit=pl.sum_horizontal(rules).clip(0.0, 100.0))


def fit_as_stored(leads):
    """The same rules on text that is compared by case, as the jobs `by_case` do; they give the same points."""
    title, employees = pl.col("title"), pl.col("employees")
    rules = [
        points(title.str.contains("Chief", literal=True), 20.0),
        points(title.str.starts_with("VP "), 15.0),
        points(title == "Student", -30.0),
        points(pl.col("domain").is_in(["gmail.com", "gmx.de"]), -10.0),
        points(pl.col("industry").is_in(["software", "finance"]), 15.0),
        points(employees >= 500, 20.0),
        points((employees >= 50) & (employees < 500), 10.0),
        points(pl.col("revenue") > 1e7, 10.0),
        points(pl.col("country").is_in(["DE", "FR", "GB"]), 5.0),
        points(pl.col("source") == "referral", 10.0),
        points(pl.col("newsletter"), 5.0),
        points(pl.col("trial"), 15.0),
    ]
    return leads.select(fit=pl.sum_horizontal(rules).clip(0.0, 100.0))


SORTS = {
    "page_view": (2.0, 20.0),
    "download": (8.0, 40.0),
    "email_open": (1.0, 10.0),
    "email_click": (4.0, 30.0),
    "webinar": (15.0, 45.0),
}


def engagement(leads, activities):
    """Points by sort of activity with a half-life of 14 days, a cap on each sort and one on all."""
    kind = pl.col("kind")
    weight = pl.lit(0.0)
    cap = pl.lit(0.0)
    for name, (worth, most) in SORTS.items():
        weight = pl.when(kind == name).then(worth).otherwise(weight)
        cap = pl.when(kind == name).then(most).otherwise(cap)
    faded = weight * (2.0 ** (-(NOW - pl.col("at")) / (14.0 * DAY)))
    by_kind = (
        activities.lazy()
        .with_columns(points=faded)
        .group_by("lead", "kind")
        .agg(pl.col("points").sum())
        .with_columns(points=pl.min_horizontal("points", cap))
    )
    by_lead = by_kind.group_by("lead").agg(pl.col("points").sum().clip(0.0, 60.0)).collect()
    ids = pl.DataFrame({"lead": pl.int_range(leads.height, dtype=pl.UInt32, eager=True)})
    return ids.join(by_lead, on="lead", how="left").select(engagement=pl.col("points").fill_null(0.0))


def rfm(leads, purchases):
    """Quintiles of recency, frequency and monetary value, and the mean of the three places from 0 to 100."""
    values = (
        purchases.lazy()
        .group_by("lead")
        .agg(days=(NOW - pl.col("at").max()) // DAY, count=pl.len(), sum=pl.col("amount").sum())
        .collect()
    )

    def place(name, labels):
        cuts = [values[name].quantile(q, interpolation="linear") for q in (0.2, 0.4, 0.6, 0.8)]
        cuts = sorted(set(float(cut) for cut in cuts))
        column = pl.col(name)
        bin = sum((column > cut).cast(pl.Int8) for cut in cuts)
        count = len(cuts)
        share = bin.cast(pl.Float64) / count
        return (1.0 - share if labels == "falling" else share) * 100.0

    score = (place("days", "falling") + place("count", "rising") + place("sum", "rising")) / 3.0
    scored = values.select("lead", value=score)
    ids = pl.DataFrame({"lead": pl.int_range(leads.height, dtype=pl.UInt32, eager=True)})
    return ids.join(scored, on="lead", how="left").select("value")


class Rust:
    def __init__(self, leads, folder):
        command = ["cargo", "bench", "--quiet", "--bench", "peer", "--", str(leads), str(folder)]
        if "PEER" in os.environ:
            command = [os.environ["PEER"], str(leads), str(folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline().strip() == "ready"

    def processor(self):
        """Seconds of processor time so far: the clock of another process has a number made of its id."""
        return time.clock_gettime((~self.worker() << 3) | 2)

    def worker(self):
        """The benchmark itself, which cargo may have started."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        child = children.read_text().split()
        return int(child[0]) if child else self.process.pid

    def run(self, job):
        before = self.processor()
        self.process.stdin.write(job + "\n")
        self.process.stdin.flush()
        seconds, *sums = self.process.stdout.readline().split()
        return float(seconds), self.processor() - before, [float(sum) for sum in sums]


def timed(work):
    start, processor = time.perf_counter(), time.process_time()
    frames = work()
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    return seconds, processor, [frame.to_series().sum() for frame in frames]


def main():
    leads_count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    folder = ROOT / "target" / "peers" / str(leads_count)
    rust = Rust(leads_count, folder)
    leads = pl.read_csv(folder / "leads.csv").rechunk()
    activities = pl.read_csv(
        folder / "activities.csv", schema_overrides={"lead": pl.UInt32}
    ).rechunk()
    purchases = pl.read_csv(folder / "purchases.csv", schema_overrides={"lead": pl.UInt32}).rechunk()
    print(
        f"{datetime.date.today()}, Polars {pl.__version__} with {pl.thread_pool_size()} threads, "
        f"{leads_count} leads, {activities.height} activities, {purchases.height} purchases, {rounds} rounds"
    )

    three = lambda: [fit(leads), engagement(leads, activities), rfm(leads, purchases)]
    stored = lambda: [fit_as_stored(leads)]
    comparisons = [
        ("12 rules by case, owned leads", "rules_owned_by_case", stored),
        ("12 rules by case, table", "rules_table_by_case", stored),
        ("12 rules ignoring case, owned leads", "rules_owned", lambda: [fit(leads)]),
        ("12 rules ignoring case, table", "rules_table", lambda: [fit(leads)]),
        ("12 rules ignoring case, owned, Polars by case", "rules_owned", stored),
        ("12 rules ignoring case, table, Polars by case", "rules_table", stored),
        ("the same, owned leads with activities", "rules_owned_active", stored),
        ("engagement, table", "engagement_table", lambda: [engagement(leads, activities)]),
        ("fit + engagement + RFM, owned leads", "vector_owned", three),
        ("fit + engagement + RFM, table", "vector_table", three),
    ]
    for name, job, work in comparisons:
        own, other, clock, processor = [], [], [], []
        for round in range(rounds + 2):
            mine, my_processor, sums = rust.run(job)
            theirs, their_processor, their_sums = timed(work)
            if round < 2:
                continue  # both sides warm up
            own.append(mine)
            other.append(theirs)
            clock.append(mine / theirs)
            processor.append(my_processor / their_processor)
        print(
            f"{name:45} {statistics.median(own) * 1e3:9.2f} ms   Polars {statistics.median(other) * 1e3:9.2f} ms"
            f"   ratio {statistics.median(clock):.3f} (by processor time {statistics.median(processor):.3f})"
        )
        print(f"{'':45} sums {sums} and {their_sums}", flush=True)
    seconds = [rust.run("group")[0] for _ in range(3)]
    print(f"building the table, rows in no order grouped by lead: {min(seconds) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
