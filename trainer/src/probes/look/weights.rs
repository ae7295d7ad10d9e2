//! Where trainings moved the encoder: inner products of weight changes, one tensor in memory at a time.

use std::path::{Path, PathBuf};

use super::{ProbeError, Subject};
use crate::backend::Host;
use crate::pretrained::{TensorFile, tensors_of};

/// ⟨Δᵢ, Δⱼ⟩ of the final weights at `models` less the weights of `start`, over the parameters that tasks share, in
/// double precision: row-major, `models.len()` × `models.len()`.
///
/// # Errors
/// A file that cannot be read, or tensors of another shape.
pub fn gram(start: Subject<'_>, models: &[PathBuf]) -> Result<Vec<f64>, ProbeError> {
    let first = tensors_of(&start.body::<Host>(&Default::default())?);
    let open = |path: &PathBuf| TensorFile::open(path).map_err(|source| io(path, source));
    let mut files = models.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let n = files.len();
    let mut gram = vec![0.0; n * n];
    for (name, from) in &first {
        let mut changes: Vec<Vec<f64>> = Vec::with_capacity(n);
        for (file, path) in files.iter_mut().zip(models) {
            let to = file.read(name, &from.shape).map_err(|source| io(path, source))?;
            changes.push(to.iter().zip(&from.data).map(|(a, b)| f64::from(*a) - f64::from(*b)).collect());
        }
        for (i, a) in changes.iter().enumerate() {
            for (j, b) in changes.iter().enumerate().skip(i) {
                let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                for place in if i == j { vec![i * n + j] } else { vec![i * n + j, j * n + i] } {
                    if let Some(sum) = gram.get_mut(place) {
                        *sum += product;
                    }
                }
            }
        }
    }
    if gram.iter().all(|v| v.is_finite()) { Ok(gram) } else { Err(ProbeError::NotFinite { what: "weight changes" }) }
}

fn io(path: &Path, source: std::io::Error) -> ProbeError {
    ProbeError::Io { path: path.to_owned(), source }
}
