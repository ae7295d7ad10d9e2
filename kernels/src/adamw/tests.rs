use burn::tensor::backend::AutodiffBackend;

use super::{AdamW, Clip, Moved, Moving, Rule};
use crate::testing::{assert_close, numbers, on_all, random, values};

const SIZES: [usize; 4] = [1, 1037, 70_000, 4096];

fn rule(step: i32, keep: f64) -> Rule {
    Rule {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        correction2: (1.0 - 0.999_f64.powi(step)).sqrt(),
        rate: 1e-2 / (1.0 - 0.9_f64.powi(step)),
        keep,
    }
}

/// Three steps of four parameters, two of which decay: all values, and the norms.
fn steps<B: AutodiffBackend<InnerBackend: AdamW>>(most: Option<f64>) -> Vec<Vec<f32>> {
    walk::<B::InnerBackend>(most)
}

fn walk<B: AdamW>(most: Option<f64>) -> Vec<Vec<f32>> {
    let mut all = Vec::new();
    let mut parameters: Vec<Option<Moved<B>>> = SIZES.iter().map(|_| None).collect();
    for step in 1..=3 {
        let gradients: Vec<_> = SIZES.iter().map(|n| random::<B, 1>(&format!("g{step} {n}"), [*n])).collect();
        let norm = B::norm(&gradients);
        all.push(values(&norm));
        let moving =
            SIZES.iter().zip(parameters.drain(..)).zip(gradients).enumerate().map(|(i, ((n, moved), gradient))| {
                let (value, moments) = match moved {
                    Some(moved) => (moved.value, Some(moved.moments)),
                    None => (random::<B, 1>(&format!("p {n}"), [*n]), None),
                };
                Moving { value, gradient, moments, rule: rule(step, if i % 2 == 0 { 1.0 } else { 1.0 - 1e-3 }) }
            });
        let clip = most.map(|most| Clip { norm, most });
        parameters = B::moved(moving.collect(), clip.as_ref()).into_iter().map(Some).collect();
    }
    all.extend(parameters.iter().flatten().map(|p| values(&p.value)));
    all
}

#[test]
fn every_way_is_the_reference_written_out_in_64_bits() {
    for most in [None, Some(1e6), Some(0.5)] {
        let expected = in_64_bits(most);
        for (way, ours) in on_all!(steps(most)) {
            assert_eq!(ours.len(), expected.len());
            for (i, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
                assert_close(&format!("{way} {most:?} {i}"), ours, expected, 1e-5);
            }
        }
    }
}

/// torch.optim.AdamW's documented rule, number by number.
fn in_64_bits(most: Option<f64>) -> Vec<Vec<f32>> {
    let wide = |v: Vec<f32>| v.into_iter().map(f64::from).collect::<Vec<f64>>();
    let mut values: Vec<Vec<f64>> = SIZES.iter().map(|n| wide(numbers(&format!("p {n}"), *n))).collect();
    let mut first: Vec<Vec<f64>> = SIZES.iter().map(|n| vec![0.0; *n]).collect();
    let mut second = first.clone();
    let mut all = Vec::new();
    for step in 1..=3 {
        let gradients: Vec<Vec<f64>> = SIZES.iter().map(|n| wide(numbers(&format!("g{step} {n}"), *n))).collect();
        let norm = gradients.iter().flatten().map(|g| g * g).sum::<f64>().sqrt();
        all.push(vec![norm as f32]);
        let factor = most.map_or(1.0, |most| (most / (norm + 1e-6)).min(1.0));
        for i in 0..SIZES.len() {
            let Rule { beta1, beta2, epsilon, correction2, rate, keep } =
                rule(step, if i % 2 == 0 { 1.0 } else { 1.0 - 1e-3 });
            for j in 0..SIZES[i] {
                let g = gradients[i][j] * factor;
                first[i][j] = beta1 * first[i][j] + (1.0 - beta1) * g;
                second[i][j] = beta2 * second[i][j] + (1.0 - beta2) * g * g;
                values[i][j] = keep * values[i][j] - rate * first[i][j] / (second[i][j].sqrt() / correction2 + epsilon);
            }
        }
    }
    all.extend(values.into_iter().map(|v| v.into_iter().map(|x| x as f32).collect()));
    all
}

#[test]
fn norms_and_steps_have_the_same_bits_for_any_number_of_threads() {
    let of_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| walk::<burn_flex::Flex>(Some(0.5))).concat().into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    assert!(of_threads(1) == of_threads(2) && of_threads(1) == of_threads(16));
}

#[test]
fn a_parameter_that_somebody_else_holds_is_not_written_to() {
    fn of<B: AutodiffBackend<InnerBackend: AdamW>>() -> Vec<f32> {
        let held = random::<B::InnerBackend, 1>("held", [100]);
        let gradient = random("g", [100]);
        let moving = Moving { value: held.clone(), gradient, moments: None, rule: rule(1, 1.0) };
        let moved = B::InnerBackend::moved(vec![moving], None);
        assert_ne!(values(&moved[0].value), values(&held));
        values(&held)
    }
    for (way, held) in on_all!(of()) {
        assert_close(way, &held, &numbers("held", 100), 0.0);
    }
}
