"""The permutation test of core/benches/qap.rs in scipy and numpy: 9,999 permutations of a 22 x 22 matrix."""

import common
import numpy as np
import scipy.stats as ss

TASKS, DRAWS = 22, 9_999
s, t = np.indices((TASKS, TASKS))
OFF = ~np.eye(TASKS, dtype=bool)


def matrix(phase):
    return np.sin((s * TASKS + t + phase) * 12.9898) + (s - t) / 20


def orders():
    rng = np.random.default_rng(1)
    return [rng.permutation(TASKS) for _ in range(DRAWS)]


def share(observed, permuted):
    return (sum(abs(r) >= observed - 1e-12 for r in permuted) + 1) / (DRAWS + 1)


def scipy_each_time(function, measure, outcome):
    """What a paper's script does: scipy's coefficient of every permuted matrix."""
    y = outcome[OFF]
    observed = abs(function(measure[OFF], y)[0])
    return share(observed, (function(measure[np.ix_(q, q)][OFF], y)[0] for q in orders()))


def ranks_once(measure, outcome):
    """Ranks do not change under a permutation: one product sum each."""

    def standard(m):
        ranks = ss.rankdata(m[OFF])
        ranks -= ranks.mean()
        out = np.zeros_like(m)
        out[OFF] = ranks / np.linalg.norm(ranks)
        return out

    a, b = standard(measure), standard(outcome)
    return share(abs(np.vdot(a, b)), (np.vdot(a[np.ix_(q, q)], b) for q in orders()))


measure, outcome = matrix(1000), matrix(0)
common.report("qap/spearman/complete, scipy", lambda: scipy_each_time(ss.spearmanr, measure, outcome), 2)
common.report("qap/spearman/complete, numpy", lambda: ranks_once(measure, outcome), 5)
common.report("qap/pearson/complete, scipy", lambda: scipy_each_time(ss.pearsonr, measure, outcome), 2)
common.report("qap/kendall_tau_b/complete, scipy", lambda: scipy_each_time(ss.kendalltau, measure, outcome), 2)
