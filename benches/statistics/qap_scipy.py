"""The permutation test of core/benches/qap.rs in numpy and scipy: 9,999 permutations of a 22 x 22 matrix.

    python3 benches/statistics/qap_scipy.py        (numpy, scipy; one thread)

Prints one line per coefficient, a tab between its name and the seconds (best of three): first with scipy called for
each permutation, which is what a paper's script does, then with ranks taken once and the products in numpy.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import time

import numpy as np
import scipy.stats as ss

TASKS, DRAWS = 22, 9_999
s, t = np.indices((TASKS, TASKS))
OFF = ~np.eye(TASKS, dtype=bool)


def matrix(phase):
    return np.sin((s * TASKS + t + phase) * 12.9898) + (s - t) / 20


def with_scipy(function, measure, outcome, orders):
    y = outcome[OFF]
    observed = abs(function(measure[OFF], y)[0])
    extreme = sum(abs(function(measure[np.ix_(q, q)][OFF], y)[0]) >= observed - 1e-12 for q in orders)
    return (extreme + 1) / (len(orders) + 1)


def ranks_once(measure, outcome, orders):
    def standard(m):
        r = ss.rankdata(m[OFF])
        r -= r.mean()
        out = np.zeros_like(m)
        out[OFF] = r / np.linalg.norm(r)
        return out

    a, b = standard(measure), standard(outcome)
    observed = abs((a * b).sum())
    extreme = sum(abs(np.vdot(a[np.ix_(q, q)], b)) >= observed - 1e-12 for q in orders)
    return (extreme + 1) / (len(orders) + 1)


def seconds(job, repeats):
    best = np.inf
    for _ in range(repeats):
        rng, start = np.random.default_rng(1), time.perf_counter()
        job([rng.permutation(TASKS) for _ in range(DRAWS)])
        best = min(best, time.perf_counter() - start)
    return best


a, b = matrix(1000), matrix(0)
for name, function in (("pearson", ss.pearsonr), ("spearman", ss.spearmanr), ("kendall_tau_b", ss.kendalltau)):
    print(f"scipy {name}\t{seconds(lambda orders: with_scipy(function, a, b, orders), 1):.4f}", flush=True)
print(f"numpy spearman, ranks once\t{seconds(lambda orders: ranks_once(a, b, orders), 3):.4f}", flush=True)
