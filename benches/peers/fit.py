"""Fits and predictions of scikit-learn (lbfgs) and of this library on the same matrices, in turn.

    pip install scikit-learn==1.9.1 numpy
    cargo bench --no-run --bench fit_peer        # prints the path of the program
    python benches/peers/fit.py PATH_OF_PROGRAM [ROUNDS] [CASE ...]

Both read the same doubles. scikit-learn's tolerance is the one of 1e-4, 1e-5 ... at which its gradient is first within
1e-6 a row; so each row of the table says how long both take to the same accuracy. Medians over the rounds, and the
median of the ratios of each round.
"""

import pathlib, statistics, subprocess, sys, time, warnings

import numpy as np
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
folder = pathlib.Path("target/peers")
cases = [line.split() for line in subprocess.run([program, "write", folder], capture_output=True, text=True, check=True).stdout.splitlines()]


def gradient(x, y, b, w):
    """The greatest part of the gradient a row, columns beyond 1 in root mean square in units of that."""
    z = x @ w + b
    r = np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z)))) - y
    unit = np.maximum(1, np.sqrt((x * x).mean(0)))
    return max(abs(r.sum()), np.max(np.abs(x.T @ r + w) / unit)) / len(y)


def pause():
    time.sleep(0.15)


def fitted(x, y, tolerance):
    pause()
    start = time.perf_counter()
    model = LogisticRegression(C=1.0, tol=tolerance, max_iter=2000).fit(x, y)
    return time.perf_counter() - start, model


print(f"{'case':20} {'peer s':>8} {'own s':>8} {'ratio':>6}  {'peer tol':>8} {'peer grad':>9} {'own grad':>9} {'iterations':>10} {'apart':>8}   {'predict peer':>12} {'own':>8} {'ratio':>6}")
for name, rows, columns in cases:
    if len(sys.argv) > 3 and name not in sys.argv[3:]:
        continue
    data = np.fromfile(folder / f"{name}.f64", dtype="<f8").reshape(int(rows), int(columns) + 1)
    x, y = np.ascontiguousarray(data[:, :-1]), data[:, -1] == 1
    del data
    for tolerance in [1e-4, 1e-5, 1e-6, 1e-7, 1e-8]:
        _, model = fitted(x, y, tolerance)
        if gradient(x, y, model.intercept_[0], model.coef_[0]) <= 1e-6:
            break
    own = subprocess.Popen([program, "serve", folder, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(what):
        pause()
        own.stdin.write(what + "\n")
        own.stdin.flush()
        return own.stdout.readline().split()

    ask("fit"), ask("predict"), model.predict_proba(x)
    fits, predictions = [], []
    for _ in range(rounds):
        peer, model = fitted(x, y, tolerance)
        answer = ask("fit")
        fits.append((peer, float(answer[0])))
        pause()
        start = time.perf_counter()
        model.predict_proba(x)
        peer = time.perf_counter() - start
        predictions.append((peer, float(ask("predict")[0])))
    own.stdin.close()
    own.wait()
    middle = lambda numbers: statistics.median(list(numbers))
    b, w = float(answer[3]), np.array([float(part) for part in answer[4:]])
    apart = np.max(np.abs(w - model.coef_[0]))
    print(
        f"{name:20} {middle(p for p, _ in fits):8.4f} {middle(o for _, o in fits):8.4f} {middle(o / p for p, o in fits):6.2f}  "
        f"{tolerance:8.0e} {gradient(x, y, model.intercept_[0], model.coef_[0]):9.1e} {gradient(x, y, b, w):9.1e} {int(model.n_iter_[0]):5}{int(answer[1]):5} {apart:8.1e}   "
        f"{middle(p for p, _ in predictions):12.4f} {middle(o for _, o in predictions):8.4f} {middle(o / p for p, o in predictions):6.2f}",
        flush=True,
    )
