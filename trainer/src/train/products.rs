//! The inner products of the gradients of tasks, by group of parameters: what weighing and diagnosing them needs.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, Transaction};
use transfermap::multitask::gram::Gram;

use super::gradient::Gradient;
use transfermap_kernels::Trains;

/// Numbers whose products are summed in 32 bits; the sums are added up in 64.
const ROW: usize = 1024;

/// The group of a parameter of the body: `embeddings`, `layer.N`, `pooler`, `decoder` or `other`. ALBERT's groups of layers, which
/// share their weights, are its layers.
pub(super) fn group(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    let number = |after: &str| {
        let at = parts.iter().position(|p| *p == after)?;
        parts.get(at + 1).filter(|n| n.chars().all(|c| c.is_ascii_digit()))
    };
    // What T5's decoder does with the encoder's tokens is its own affair.
    if parts.contains(&"decoder") {
        return "decoder".to_owned();
    }
    // T5's blocks are of several layers.
    if let Some(n) = number("albert_layer_groups").or_else(|| number("block")).or_else(|| number("layer")) {
        return format!("layer.{n}");
    }
    let has = |word: &str| parts.iter().any(|p| p.contains(word));
    match () {
        () if has("embedding") || has("shared") => "embeddings".to_owned(),
        () if has("pooler") || has("pre_classifier") => "pooler".to_owned(),
        () => "other".to_owned(),
    }
}

/// The groups of a body's parameters, in the order of the model: embeddings, layers, pooler.
pub(super) fn groups<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let place = |group: &String| match group.strip_prefix("layer.").map(str::parse::<usize>) {
        Some(Ok(n)) => (1, n),
        _ => (if group == "embeddings" { 0 } else { 2 }, 0),
    };
    let mut groups: Vec<String> = Vec::new();
    for group in names.map(group) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups.sort_by_key(place);
    groups
}

/// The inner products of gradients, one matrix for each of `groups`. All of them are queued before one is waited for.
pub(super) fn grams<B: Trains>(gradients: &[Gradient<B>], groups: &[String]) -> Vec<Gram> {
    let k = gradients.len();
    let by_name: Vec<BTreeMap<&str, &Tensor<B::InnerBackend, 1>>> =
        gradients.iter().map(|g| g.parts().collect()).collect();
    let mut asked: Vec<(usize, usize, usize)> = Vec::new();
    let mut sums = Transaction::default();
    let names: Vec<&str> = by_name.first().map(|parts| parts.keys().copied().collect()).unwrap_or_default();
    for name in names {
        let Some(place) = groups.iter().position(|g| *g == group(name)) else { continue };
        for i in 0..k {
            for j in i..k {
                let both = by_name.get(i).and_then(|p| p.get(name)).zip(by_name.get(j).and_then(|p| p.get(name)));
                let Some((&a, &b)) = both else { continue };
                asked.push((place, i, j));
                sums = sums.register(row_sums(a.clone() * b.clone()));
            }
        }
    }
    let mut rows = vec![vec![vec![0.0; k]; k]; groups.len()];
    for ((place, i, j), data) in asked.into_iter().zip(sums.execute()) {
        let product: f64 = data.iter::<f64>().sum();
        if let Some(of_group) = rows.get_mut(place) {
            of_group[i][j] += product;
            if i != j {
                of_group[j][i] += product;
            }
        }
    }
    rows.into_iter().map(Gram::new).collect()
}

/// Sums of [`ROW`] numbers each, and of what is left.
fn row_sums<B: Backend>(products: Tensor<B, 1>) -> Tensor<B, 1> {
    let [n] = products.dims();
    let whole = n / ROW * ROW;
    if whole == 0 {
        return products.sum();
    }
    let rows = products.clone().narrow(0, 0, whole).reshape([n / ROW, ROW]).sum_dim(1).reshape([n / ROW]);
    if whole == n { rows } else { Tensor::cat(vec![rows, products.narrow(0, whole, n - whole).sum()], 0) }
}

#[cfg(test)]
mod tests {
    use burn::backend::Autodiff;
    use burn_flex::Flex;

    use super::*;

    #[test]
    fn parameters_fall_into_the_groups_of_the_model() {
        let names = [
            "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight",
            "albert.encoder.embedding_hidden_mapping_in.weight",
            "albert.embeddings.word_embeddings.weight",
            "albert.pooler.weight",
            "bert.encoder.layer.11.attention.self.query.bias",
            "bert.encoder.layer.2.output.dense.weight",
            "distilbert.transformer.layer.3.ffn.lin1.weight",
            "transformer.encoder.block.1.layer.0.SelfAttention.q.weight",
            "transformer.decoder.block.4.layer.2.DenseReluDense.wo.weight",
            "transformer.shared.weight",
            "deberta.encoder.rel_embeddings.weight",
        ];
        assert_eq!(
            groups(names.into_iter()),
            ["embeddings", "layer.0", "layer.1", "layer.2", "layer.3", "layer.11", "pooler", "decoder"]
        );
    }

    #[test]
    fn products_are_those_of_the_numbers() {
        let device = Default::default();
        let gradient = |seed: f32, n: usize| {
            let values: Vec<f32> = (0..n).map(|i| ((i as f32) * 0.37 + seed).sin()).collect();
            let name = "bert.encoder.layer.0.output.dense.weight";
            (Gradient::<Autodiff<Flex>>::of_one(name, Tensor::from_floats(values.as_slice(), &device)), values)
        };
        for n in [3, 1024, 5000] {
            let (a, of_a) = gradient(0.1, n);
            let (b, of_b) = gradient(2.0, n);
            let grams = grams(&[a, b], &["layer.0".into(), "pooler".into()]);
            let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
            for (i, j, x, y) in [(0, 0, &of_a, &of_a), (0, 1, &of_a, &of_b), (1, 0, &of_b, &of_a), (1, 1, &of_b, &of_b)]
            {
                assert!((grams[0].at(i, j) - dot(x, y)).abs() < 1e-4 * n as f64, "{n}: {i} {j}");
            }
            assert_eq!(grams[1].at(0, 1), 0.0);
        }
    }
}
