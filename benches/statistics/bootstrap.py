"""The bootstrap of core/benches/bootstrap.rs: 2,000 resamples of the mean gain of 420 pairs over 8 seeds."""

import common
import numpy as np
import scipy.stats as ss

RESAMPLES = 2_000
gains = common.differences(420)


def numpy_by_pair():
    rng = np.random.default_rng(1)
    ends = []
    for pair in gains:
        means = pair[rng.integers(0, 8, (RESAMPLES, 8))].mean(axis=1)
        ends.append(np.quantile(means, (0.025, 0.975)))
    return ends


def numpy_shared_draws():
    """One draw of seeds for all pairs, as a table of how often each seed was drawn, and one matrix product."""
    draws = np.random.default_rng(1).integers(0, 8, (RESAMPLES, 8))
    counts = (draws[:, :, None] == np.arange(8)).sum(axis=1)
    return np.quantile(counts @ gains.T / 8, (0.025, 0.975), axis=0)


def scipy_by_pair():
    return [
        ss.bootstrap((pair,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=1).confidence_interval
        for pair in gains
    ]


common.report("bootstrap/420 pairs, scipy", scipy_by_pair, 3)
common.report("bootstrap/420 pairs, numpy", numpy_by_pair, 5)
common.report("bootstrap/420 pairs, numpy with one draw for all pairs", numpy_shared_draws, 5)
