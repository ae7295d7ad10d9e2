//! Does every class of the target have a class of the source that looks like it?

use std::collections::BTreeMap;

use super::vector::cosine;
use crate::measure::probe::Features;
use crate::measure::{Direction, Formula, MeasureInfo, Part, Undefined, part};

/// Similarity of class centroids.
pub const INFO: MeasureInfo = MeasureInfo {
    name: "label_centroid_similarity",
    definition: "Mean over the target's classes of the largest cosine with a source's class, of class means of \
                 mean-pooled features less the mean of the task's class means",
    range: (-1.0, 1.0),
    direction: Direction::HigherIsMoreSimilar,
    symmetric: false,
    needs_labels: true,
    needs: &[Part::MeanPooled],
    citation: "after the label-to-label distances of Alvarez-Melis and Fusi, NeurIPS 2020, with means only",
};

pub(crate) const FORMULA: Formula = Formula::Tasks(|source, target| {
    let features = |m| part(m, "mean-pooled features");
    label_centroid_similarity(
        (features(&source.mean_pooled)?, &source.labels),
        (features(&target.mean_pooled)?, &target.labels),
    )
});

/// Mean over classes c of the target of maxₖ cos(ȳ_c − ȳ, x̄ₖ − x̄), ȳ and x̄ the means of the class means, from −1 to 1; features (n × d) with labels.
///
/// The mean of a task's class means is taken off, so that what all its texts share counts for nothing. Classes without examples are
/// left out.
///
/// # Errors
/// Other labels than examples by number, different dimensions, one class, or class means that are all equal.
pub fn label_centroid_similarity<T: Copy + Into<f64>>(
    source: (&Features<T>, &[usize]),
    target: (&Features<T>, &[usize]),
) -> Result<f64, Undefined> {
    let (sources, targets) = (centroids(source)?, centroids(target)?);
    let mut sum = 0.0;
    for class in &targets {
        let mut best = f64::NEG_INFINITY;
        for other in &sources {
            best = best.max(cosine(class, other, "differences of class means")?);
        }
        sum += best;
    }
    Ok(sum / targets.len() as f64)
}

/// Class means less the mean of the class means.
fn centroids<T: Copy + Into<f64>>((x, labels): (&Features<T>, &[usize])) -> Result<Vec<Vec<f64>>, Undefined> {
    if x.rows() != labels.len() {
        return Err(Undefined::Lengths { left: x.rows(), right: labels.len() });
    }
    let mut sums: BTreeMap<usize, (f64, Vec<f64>)> = BTreeMap::new();
    for (i, &label) in labels.iter().enumerate() {
        let (count, sum) = sums.entry(label).or_insert_with(|| (0.0, vec![0.0; x.cols()]));
        *count += 1.0;
        sum.iter_mut().zip(x.row(i)).for_each(|(s, &v)| *s += v.into());
    }
    if sums.len() < 2 {
        return Err(Undefined::OneClass);
    }
    let mut means: Vec<Vec<f64>> = sums.into_values().map(|(n, s)| s.into_iter().map(|v| v / n).collect()).collect();
    for j in 0..x.cols() {
        let mean = means.iter().map(|m| m[j]).sum::<f64>() / means.len() as f64;
        means.iter_mut().for_each(|m| m[j] -= mean);
    }
    Ok(means)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::reference::assert_close;

    #[test]
    fn finds_the_class_that_points_the_same_way() {
        // The source's classes lie left and right of (0, 0), the target's on a line turned by 60° about (5, 5).
        let source = Features::new(2, 2, vec![-1.0, 0.0, 1.0, 0.0]).unwrap();
        let (c, s) = (0.5, 3f64.sqrt() / 2.0);
        let target = Features::new(2, 2, vec![5.0 - c, 5.0 - s, 5.0 + c, 5.0 + s]).unwrap();
        assert_close(label_centroid_similarity((&source, &[0, 1]), (&target, &[1, 0])), 0.5, 1e-12);
        assert_close(label_centroid_similarity((&source, &[0, 1]), (&source, &[0, 1])), 1.0, 1e-12);
    }

    #[test]
    fn rejects_one_class() {
        let x = Features::new(2, 1, vec![1.0, 2.0]).unwrap();
        assert_eq!(label_centroid_similarity((&x, &[0, 0]), (&x, &[0, 1])), Err(Undefined::OneClass));
    }
}
