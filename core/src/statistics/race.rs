//! Tests at planned looks: what a pair's p is when runs are added until it is decided.
//!
//! Each look is a test of a fixed sample: the first k runs of the pair's own two arms, and the first look's runs of the
//! target's other arms, whatever those have by now. Its p never changes, so by the union bound over the planned looks
//! min(1, looks × the smallest p so far) is a p value under any rule of choosing pairs and of stopping. The price is the
//! factor; what it buys is that nobody needs to be trusted with the rule.

use super::{Pooled, PooledT, pool};

/// The tests of one target's sources at every planned look.
#[derive(Debug, Clone, PartialEq)]
pub struct Race {
    /// By source, then by look; `None` for a look that one of its two arms has not reached, and where nothing can be
    /// tested.
    pub tests: Vec<Vec<Option<PooledT>>>,
}

impl Race {
    /// Tests every source of a target at every look (runs of an arm, ascending) that it has reached.
    ///
    /// The runs of an arm stand in the order of their seeds; a run that failed keeps its place as `None`.
    pub fn new<S: AsRef<[Option<f64>]>>(looks: &[usize], single: &[Option<f64>], sources: &[S]) -> Self {
        let first = looks.first().copied().unwrap_or(0);
        let sample = |runs: &[Option<f64>], k: usize| runs.iter().take(k).flatten().copied().collect::<Vec<f64>>();
        let at = |look: usize, source: usize| -> Option<PooledT> {
            let own = sources.get(source)?.as_ref();
            if own.len() < look || single.len() < look {
                return None;
            }
            let arms: Vec<Vec<f64>> = sources
                .iter()
                .enumerate()
                .map(|(i, runs)| sample(runs.as_ref(), if i == source { look } else { first }))
                .collect();
            let Pooled { tests, .. } = pool(&sample(single, look), &arms)?;
            tests.into_iter().nth(source).flatten()
        };
        let of_source = |source| looks.iter().map(|&look| at(look, source)).collect();
        Self { tests: (0..sources.len()).map(of_source).collect() }
    }
}

/// min(1, looks × smallest) of a p over the tests of a pair at all planned looks; `None` before its first.
pub fn raced(tests: &[Option<PooledT>], p: impl Fn(&PooledT) -> Option<f64>) -> Option<f64> {
    let smallest = tests.iter().flatten().filter_map(p).min_by(f64::total_cmp)?;
    Some((smallest * tests.len() as f64).min(1.0))
}
