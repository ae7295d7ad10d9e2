//! The only place that names a Burn backend.

/// Where a training runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// The fast CPU backend (burn-flex).
    Cpu,
    /// The reference CPU backend (burn-ndarray), slower; for checking the fast one.
    NdArray,
    /// An NVIDIA GPU by number.
    Cuda(usize),
}

impl Device {
    /// The backend's name in fingerprints and records: `flex`, `ndarray` or `cuda`.
    pub fn backend(self) -> &'static str {
        match self {
            Self::Cpu => "flex",
            Self::NdArray => "ndarray",
            Self::Cuda(_) => "cuda",
        }
    }
}
