//! The classifier under which a task's gradients are taken: logistic regression on frozen features.

/// Past steps that approximate the curvature.
const MEMORY: usize = 10;

/// Where to stop: the largest partial derivative of the objective.
const TOLERANCE: f64 = 1e-7;

/// Most iterations.
const ITERATIONS: usize = 500;

/// A fitted classifier: logits = features · weightᵀ + bias.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    /// Rows of `weight`.
    pub classes: usize,
    /// Columns of `weight`.
    pub width: usize,
    /// `classes` × `width`, row by row.
    pub weight: Vec<f64>,
    /// One per class.
    pub bias: Vec<f64>,
}

/// Minimises Σᵢ cross-entropy(i) + ½ ‖weight‖² in double precision, the bias free: scikit-learn's
/// `LogisticRegression(C=1)`. `features` are rows of `width`, one per label; L-BFGS from zero (Liu and Nocedal 1989).
pub fn fit(features: &[f32], width: usize, labels: &[usize], classes: usize) -> LogisticRegression {
    let problem = Problem { features, width, labels, classes };
    let parameters = minimise(&problem, vec![0.0; classes * (width + 1)]);
    let (weight, bias) = parameters.split_at(classes * width);
    LogisticRegression { classes, width, weight: weight.to_vec(), bias: bias.to_vec() }
}

struct Problem<'a> {
    features: &'a [f32],
    width: usize,
    labels: &'a [usize],
    classes: usize,
}

impl Problem<'_> {
    /// The objective and its gradient; parameters are the weight, then the bias.
    fn value(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let (weight, bias) = parameters.split_at(self.classes * self.width);
        let mut objective = 0.5 * dot(weight, weight);
        let mut gradient = weight.to_vec();
        gradient.resize(parameters.len(), 0.0);
        let (of_weight, of_bias) = gradient.split_at_mut(weight.len());
        let mut residual = vec![0.0; self.classes];
        for (row, &label) in self.features.chunks_exact(self.width.max(1)).zip(self.labels) {
            for ((r, w), b) in residual.iter_mut().zip(weight.chunks_exact(self.width.max(1))).zip(bias) {
                *r = b + w.iter().zip(row).map(|(w, x)| w * f64::from(*x)).sum::<f64>();
            }
            let max = residual.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = max + residual.iter().map(|r| (r - max).exp()).sum::<f64>().ln();
            objective += log_sum - residual.get(label).copied().unwrap_or(0.0);
            residual.iter_mut().for_each(|r| *r = (*r - log_sum).exp());
            if let Some(r) = residual.get_mut(label) {
                *r -= 1.0;
            }
            for ((r, g), b) in residual.iter().zip(of_weight.chunks_exact_mut(self.width.max(1))).zip(&mut *of_bias) {
                *b += r;
                g.iter_mut().zip(row).for_each(|(g, x)| *g += r * f64::from(*x));
            }
        }
        (objective, gradient)
    }
}

/// L-BFGS with a backtracking search; the objective is convex.
fn minimise(problem: &Problem<'_>, mut at: Vec<f64>) -> Vec<f64> {
    let (mut value, mut gradient) = problem.value(&at);
    let mut history: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..ITERATIONS {
        if gradient.iter().all(|g| g.abs() <= TOLERANCE) {
            break;
        }
        let direction = direction(&gradient, &history);
        let slope = dot(&direction, &gradient);
        // The first step has no curvature to go by.
        let mut step = if history.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let (next, next_value, next_gradient) = loop {
            let next: Vec<f64> = at.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            let (v, g) = problem.value(&next);
            if v <= value + 1e-4 * step * slope {
                break (next, v, g);
            }
            step *= 0.5;
            if step < 1e-12 {
                // Rounding decides from here on: this is as low as it gets.
                return at;
            }
        };
        let moved: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        if dot(&moved, &turned) > 0.0 {
            history.push((moved, turned));
            if history.len() > MEMORY {
                history.remove(0);
            }
        }
        (at, value, gradient) = (next, next_value, next_gradient);
    }
    at
}

/// −H g by the two-loop recursion.
fn direction(gradient: &[f64], history: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(history.len());
    for (moved, turned) in history.iter().rev() {
        let share = dot(moved, &q) / dot(moved, turned);
        q.iter_mut().zip(turned).for_each(|(q, y)| *q -= share * y);
        shares.push(share);
    }
    if let Some((moved, turned)) = history.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((moved, turned), share) in history.iter().zip(shares.into_iter().rev()) {
        let back = dot(turned, &q) / dot(moved, turned);
        q.iter_mut().zip(moved).for_each(|(q, s)| *q += (share - back) * s);
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features() -> Vec<f32> {
        let value = |i: f64, j: f64| (1.7 * i + 0.9 * j + 0.3 * i * j).sin() as f32;
        (0..30).flat_map(|i| (0..3).map(move |j| value(f64::from(i), f64::from(j)))).collect()
    }

    /// scikit-learn 1.9.1: `x[i][j] = float32(sin(1.7 i + 0.9 j + 0.3 i j))`, `y[i] = (7 i + i // 3) % 3`, 30 rows,
    /// `LogisticRegression(C=1.0, tol=1e-12, max_iter=10000, solver='newton-cg').fit(x, y)`.
    #[test]
    fn equals_scikit_learn() {
        let labels: Vec<usize> = (0..30).map(|i| (i * 7 + i / 3) % 3).collect();
        let fitted = fit(&features(), 3, &labels, 3);
        let weight = [
            0.13006351,
            -0.02463677,
            0.20993469,
            0.02069861,
            0.11400527,
            -0.12013052,
            -0.15076212,
            -0.0893685,
            -0.08980416,
        ];
        let bias = [-0.00242542, -0.0017675, 0.00419292];
        for (a, b) in fitted.weight.iter().chain(&fitted.bias).zip(weight.iter().chain(&bias)) {
            assert!((a - b).abs() < 1e-7, "{fitted:?}");
        }
    }

    #[test]
    fn stays_finite_on_one_class_and_on_constant_features() {
        for fitted in
            [fit(&features(), 3, &[1; 30], 2), fit(&[0.5; 90], 3, &[0, 1, 1].repeat(10), 2), fit(&[], 3, &[], 2)]
        {
            assert!(fitted.weight.iter().chain(&fitted.bias).all(|v| v.is_finite()), "{fitted:?}");
        }
    }
}
