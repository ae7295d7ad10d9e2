//! p values adjusted for the size of their family.
//!
//! A test that could not be done (`None`, or a p value outside 0 to 1) stays `None` and still counts: the family is what
//! was asked, so it enters as p = 1.

/// Holm's step-down adjustment (Holm 1979): the running maximum of (m − i) p_(i) over ascending p, i from 0. Controls
/// the probability of any false rejection, whatever the dependence.
///
/// ```
/// use transfermap::statistics::holm;
///
/// assert_eq!(holm(&[Some(0.25), Some(0.0625), None]), [Some(0.5), Some(0.1875), None]);
/// ```
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let (m, order) = (p.len(), ascending(p));
    let mut adjusted = vec![None; m];
    let mut largest: f64 = 0.0;
    for (rank, (at, p)) in order.into_iter().enumerate() {
        largest = largest.max((m - rank) as f64 * p).min(1.0);
        adjusted[at] = Some(largest);
    }
    adjusted
}

/// Benjamini and Hochberg's step-up adjustment (1995): the running minimum, from the largest p down, of
/// m p_(i) / i, i from 1. Controls the expected share of false rejections for independent or positively dependent tests.
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let (m, order) = (p.len(), ascending(p));
    let mut adjusted = vec![None; m];
    let mut smallest: f64 = 1.0;
    for (rank, (at, p)) in order.into_iter().enumerate().rev() {
        // p · (m / i), never below p.
        smallest = smallest.min(p * (m as f64 / (rank + 1) as f64));
        adjusted[at] = Some(smallest);
    }
    adjusted
}

/// Index and value of the valid p values, smallest first; those that count as 1 come after all of them.
fn ascending(p: &[Option<f64>]) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(i, &p)| Some((i, p.filter(|p| (0.0..=1.0).contains(p))?))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    order
}
