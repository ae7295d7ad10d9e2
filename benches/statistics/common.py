"""What the statistics benches share: one thread, the numbers of core/benches, and the clock."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import time

import numpy as np


def differences(pairs):
    """Gains of `pairs` pairs over 8 seeds, as core/benches/bootstrap.rs has them."""
    return (0.005 + 0.05 * np.sin(np.arange(8 * pairs) * 12.9898)).reshape(pairs, 8)


def report(job, function, repeats):
    """Prints the job, a tab, and the shortest of `repeats` wall times in seconds."""
    shortest = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        shortest = min(shortest, time.perf_counter() - start)
    print(f"{job}\t{shortest:.6f}", flush=True)
