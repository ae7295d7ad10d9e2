"""LogME and linear CKA of core/benches/measures.rs in numpy: 5,000 examples x 768 dimensions, 10 classes, one thread.

    python3 benches/statistics/measures_numpy.py

Prints one line per job, a tab between its name and the seconds (best of three). LogME once as its authors write it, by
singular values of the features, and once by eigenvalues of their Gram matrix, which is what transfermap does.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import time

import numpy as np

ROWS, DIMENSIONS, CLASSES = 5000, 768, 10
y = np.arange(ROWS) % CLASSES


def features(seed):
    x = np.random.default_rng(seed).uniform(-1, 1, (ROWS, DIMENSIONS))
    x[np.arange(ROWS), y] += 1
    return x


def evidence(s2, parts, target):
    """Fixed point for one class; parts are the squares of U'y, target is |y|^2."""
    n, d = ROWS, DIMENSIONS
    alpha = beta = 1.0
    for _ in range(100):
        lam = alpha / beta
        gamma = (s2 / (s2 + lam)).sum()
        m2 = (s2 * parts / (s2 + lam) ** 2).sum()
        res2 = (parts / (1 + s2 / lam) ** 2).sum() + target - parts.sum()
        new = gamma / m2, (n - gamma) / res2
        done = abs(new[0] - alpha) / alpha < 1e-12 and abs(new[1] - beta) / beta < 1e-12
        alpha, beta = new
        if done:
            break
    return (d * np.log(alpha) + n * np.log(beta) - np.log(alpha + beta * s2).sum()
            - beta * res2 - alpha * m2 - n * np.log(2 * np.pi)) / 2 / n


def logme_svd(f):
    u, s, _ = np.linalg.svd(f, full_matrices=False)
    targets = [(y == c).astype(float) for c in range(CLASSES)]
    return np.mean([evidence(s ** 2, (u.T @ t) ** 2, t.sum()) for t in targets])


def logme_gram(f):
    s2, v = np.linalg.eigh(f.T @ f)
    targets = [(y == c).astype(float) for c in range(CLASSES)]
    return np.mean([evidence(s2, (v.T @ (f.T @ t)) ** 2 / s2, t.sum()) for t in targets])


def cka(x, z):
    x, z = x - x.mean(0), z - z.mean(0)
    return np.linalg.norm(z.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(z.T @ z))


def seconds(job):
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - start)
    return best


a, b = features(1), features(2)
assert abs(logme_svd(a) - logme_gram(a)) < 1e-9
print(f"numpy LogME, singular values\t{seconds(lambda: logme_svd(a)):.4f}", flush=True)
print(f"numpy LogME, Gram matrix\t{seconds(lambda: logme_gram(a)):.4f}", flush=True)
print(f"numpy linear CKA\t{seconds(lambda: cka(a, b)):.4f}", flush=True)
