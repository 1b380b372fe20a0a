"""All metrics of 1,000,000 scores against scikit-learn's four main ones, run in turn on the same data.

    python -m venv venv && venv/bin/pip install 'scikit-learn==1.9.*'
    venv/bin/python benches/peers/metrics.py [ROUNDS]
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

ROOT = Path(__file__).resolve().parents[2]
FOUR = {
    "roc_auc": metrics.roc_auc_score,
    "average_precision": metrics.average_precision_score,
    "log_loss": metrics.log_loss,
    "brier": metrics.brier_score_loss,
}


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    own = subprocess.Popen(
        ["cargo", "bench", "--quiet", "--bench", "metrics", "--", "peer"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = Path(own.stdout.readline().strip())
    p = np.fromfile(folder / "probabilities.f64")
    y = np.fromfile(folder / "converted.u8", dtype=np.uint8).astype(np.int64)

    def ask():
        own.stdin.write("\n")
        own.stdin.flush()
        seconds, figures = own.stdout.readline().split("\t")
        return float(seconds), json.loads(figures)

    def peer():
        start = time.perf_counter()
        figures = {name: metric(y, p) for name, metric in FOUR.items()}
        return time.perf_counter() - start, figures

    _, figures = ask()
    _, expected = peer()
    for name, value in expected.items():
        assert abs(figures[name] - value) < 1e-10, (name, figures[name], value)

    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(ask()[0])
        theirs.append(peer()[0])
    own.stdin.close()
    own.wait()

    ratios = [one / other for one, other in zip(ours, theirs)]
    print(f"{len(p)} scores, {rounds} rounds in turn, scikit-learn {sklearn.__version__}")
    print(f"all metrics here       {1e3 * statistics.median(ours):8.1f} ms")
    print(f"four of scikit-learn   {1e3 * statistics.median(theirs):8.1f} ms")
    print(f"ratio, median          {statistics.median(ratios):8.3f}")


if __name__ == "__main__":
    main()
