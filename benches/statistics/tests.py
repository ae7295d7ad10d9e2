"""The tests and intervals of core/benches/bootstrap.rs: 3,087 pairs of 8 seeds, which is all of TaskWeb.

Moderated t (limma's fitFDist and squeezeVar), its intervals and equivalence, the plain t, the exact sign-flip test,
Holm and Benjamini-Hochberg.
"""

import itertools

import common
import numpy as np
import scipy.stats as ss
from scipy.optimize import brentq
from scipy.special import polygamma, psi

ALPHA, MARGIN = 0.05, 0.01
SIGNS = np.array(list(itertools.product((1, -1), repeat=8)))
gains = common.differences(3_087)


def prior(variances, df):
    e = np.log(variances) - psi(df / 2) + np.log(df / 2)
    excess = e.var(ddof=1) - polygamma(1, df / 2)
    if excess <= 0:
        return np.inf, variances.mean()
    df0 = 2 * brentq(lambda x: polygamma(1, x) - excess, 1e-6, 1e8)
    return df0, np.exp(e.mean() + psi(df0 / 2) - np.log(df0 / 2))


def holm(p):
    order = np.argsort(p)
    adjusted = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order]).clip(max=1)
    out = np.empty_like(p)
    out[order] = adjusted
    return out


def moderated(means, variances):
    n, df = 8, 7
    df0, s0 = prior(variances, df)
    posterior = np.full_like(variances, s0) if np.isinf(df0) else (df0 * s0 + df * variances) / (df0 + df)
    total = min(df0 + df, df * len(means))
    se = np.sqrt(posterior / n)
    p = 2 * ss.t.sf(np.abs(means / se), total)
    ends = [means + sign * ss.t.ppf(1 - a / 2, total) * se for a in (ALPHA, ALPHA / len(means)) for sign in (-1, 1)]
    equivalence = np.maximum(ss.t.sf((means + MARGIN) / se, total), ss.t.cdf((means - MARGIN) / se, total))
    return p, ends, equivalence


def vectorised():
    means, variances = gains.mean(axis=1), gains.var(axis=1, ddof=1)
    p, ends, equivalence = moderated(means, variances)
    plain = ss.ttest_1samp(gains, 0, axis=1)
    plain.confidence_interval(0.95)
    flips = np.abs(gains @ SIGNS.T) >= np.abs(gains.sum(axis=1))[:, None] - 1e-12
    return holm(p), ss.false_discovery_control(p), ends, holm(equivalence), plain.pvalue, flips.mean(axis=1)


def pair_by_pair():
    """What a script does that loops over pairs: scipy's paired test and interval, and the sign-flip test of each."""
    means, variances = gains.mean(axis=1), gains.var(axis=1, ddof=1)
    p, ends, equivalence = moderated(means, variances)
    each = []
    for pair in gains:
        plain = ss.ttest_1samp(pair, 0)
        flips = np.abs(SIGNS @ pair) >= abs(pair.sum()) - 1e-12
        each.append((plain.pvalue, plain.confidence_interval(0.95), flips.mean()))
    return holm(p), ss.false_discovery_control(p), ends, holm(equivalence), each


common.report("tests/24,696 runs, scipy", pair_by_pair, 2)
common.report("tests/24,696 runs, numpy", vectorised, 5)
