//! An order of tasks in which similar ones stand together: the leaves of average-linkage clustering.

use crate::report::Measure;

/// The names in the order of the leaves of a dendrogram: average linkage on the measure, symmetrised by its mean. Names
/// without any value come last, in the order given.
///
/// Leaves stand as scipy's `leaves_list(linkage(distances, "average"))` puts them. Sokal and Michener, *A statistical
/// method for evaluating systematic relationships*, University of Kansas Science Bulletin 38, 1958.
pub fn cluster_order<'a>(measure: &Measure, names: &[&'a str]) -> Vec<&'a str> {
    let sign = if measure.lower_is_more_similar() { 1.0 } else { -1.0 };
    let distance = |a: usize, b: usize| {
        let is_it = |s: &str, t: &str| (s == names[a] && t == names[b]) || (s == names[b] && t == names[a]);
        let values = measure.values.iter().filter(|v| is_it(&v.source, &v.target) && v.value.is_finite());
        let values: Vec<f64> = values.map(|v| v.value).collect();
        crate::stats::mean(&values).map(|mean| sign * mean)
    };
    let n = names.len();
    let table: Vec<Vec<Option<f64>>> =
        (0..n).map(|a| (0..n).map(|b| if a == b { None } else { distance(a, b) }).collect()).collect();
    let known = |a: usize| table[a].iter().any(Option::is_some);
    let (with, without): (Vec<usize>, Vec<usize>) = (0..n).partition(|&a| known(a));
    leaves(&table, &with).into_iter().chain(without).map(|i| names[i]).collect()
}

/// A cluster: its number, as scipy counts them, and its leaves.
struct Cluster {
    number: usize,
    leaves: Vec<usize>,
}

fn leaves(distances: &[Vec<Option<f64>>], items: &[usize]) -> Vec<usize> {
    let mut clusters: Vec<Cluster> =
        items.iter().enumerate().map(|(number, &i)| Cluster { number, leaves: vec![i] }).collect();
    let mut next = clusters.len();
    while clusters.len() > 1 {
        let mut best: Option<(f64, usize, usize)> = None;
        for a in 0..clusters.len() {
            for b in a + 1..clusters.len() {
                let d = average(distances, &clusters[a].leaves, &clusters[b].leaves);
                if best.is_none_or(|(least, ..)| d < least) {
                    best = Some((d, a, b));
                }
            }
        }
        let Some((_, a, b)) = best else { break };
        let second = clusters.remove(b);
        let first = clusters.remove(a);
        let (mut left, right) = if first.number < second.number { (first, second) } else { (second, first) };
        left.leaves.extend(right.leaves);
        clusters.push(Cluster { number: next, leaves: left.leaves });
        next += 1;
    }
    clusters.into_iter().flat_map(|c| c.leaves).collect()
}

/// Mean distance of the leaves of two clusters; infinite where none is known.
fn average(distances: &[Vec<Option<f64>>], a: &[usize], b: &[usize]) -> f64 {
    let known: Vec<f64> = a.iter().flat_map(|&i| b.iter().filter_map(move |&j| distances[i][j])).collect();
    crate::stats::mean(&known).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::MeasureValue;

    fn measure(direction: &str, rows: &[(&str, &str, f64)]) -> Measure {
        let value = |&(source, target, value): &(&str, &str, f64)| MeasureValue {
            source: source.into(),
            target: target.into(),
            seed: None,
            value,
        };
        Measure {
            name: "m".into(),
            encoder: "any".into(),
            direction: direction.into(),
            symmetric: true,
            cost_seconds: 0.0,
            values: rows.iter().map(value).collect(),
        }
    }

    /// scipy 1.17.1: `leaves_list(linkage(squareform(d), "average"))` of
    /// d(ab)=4, ac=1, ad=5, ae=3.5, bc=6, bd=0.5, be=2, cd=7, ce=3, de=2.5 is [0, 2, 4, 1, 3].
    #[test]
    fn leaves_stand_as_scipy_puts_them() {
        let rows = [
            ("a", "b", 4.0),
            ("a", "c", 1.0),
            ("a", "d", 5.0),
            ("a", "e", 3.5),
            ("b", "c", 6.0),
            ("b", "d", 0.5),
            ("b", "e", 2.0),
            ("c", "d", 7.0),
            ("c", "e", 3.0),
            ("d", "e", 2.5),
        ];
        let names = ["a", "b", "c", "d", "e"];
        assert_eq!(cluster_order(&measure("lower_is_more_similar", &rows), &names), ["a", "c", "e", "b", "d"]);
        let negated = rows.map(|(s, t, v)| (s, t, -v));
        assert_eq!(cluster_order(&measure("higher_is_more_similar", &negated), &names), ["a", "c", "e", "b", "d"]);
    }

    #[test]
    fn tasks_without_values_come_last() {
        let rows = [("c", "a", 1.0)];
        assert_eq!(cluster_order(&measure("higher_is_more_similar", &rows), &["b", "c", "a"]), ["c", "a", "b"]);
        assert_eq!(cluster_order(&measure("higher_is_more_similar", &[]), &["b", "c"]), ["b", "c"]);
    }
}
