//! The only place that names a Burn backend.
//!
//! Everything else is generic over [`AutodiffBackend`]; [`run_on`] picks the type. Burn 0.22 replaces the type
//! parameter by a run-time device: that move should touch little more than this file.

use std::any::TypeId;
use std::fmt;
use std::str::FromStr;

use burn::backend::Autodiff;
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn_flex::Flex;
use burn_ndarray::NdArray;

/// The backend for small work that no user chooses a device for.
pub type Host = Flex;

/// Whether a backend's tensors are 32-bit numbers in this process's memory that move in and out without a copy. Not
/// so for NdArray, though its memory is ours too: the reference computes as Burn does.
pub fn in_memory<B: Backend>() -> bool {
    TypeId::of::<B>() == TypeId::of::<Flex>()
}

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

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A GPU where there is one, else the CPU.
    Auto,
    /// This one.
    Device(Device),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("device `{text}`: give auto, cpu, ndarray, cuda or cuda:N");
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Device(Device::Cpu)),
            "ndarray" => Ok(Self::Device(Device::NdArray)),
            "cuda" => Ok(Self::Device(Device::Cuda(0))),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(wrong)?;
                number.parse().map(|n| Self::Device(Device::Cuda(n))).map_err(|_| wrong())
            }
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => write!(f, "cpu"),
            Self::NdArray => write!(f, "ndarray"),
            Self::Cuda(n) => write!(f, "cuda:{n}"),
        }
    }
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

impl DeviceChoice {
    /// The device to use, and, where `auto` fell back to the CPU, why.
    ///
    /// # Errors
    /// A GPU was asked for by name and cannot be used; the text says what is missing.
    pub fn resolve(self) -> Result<(Device, Option<String>), String> {
        match self {
            Self::Auto => match cuda::probe(0) {
                Ok(()) => Ok((Device::Cuda(0), None)),
                Err(why) => Ok((Device::Cpu, Some(format!("no GPU ({why}); training on the CPU")))),
            },
            Self::Device(Device::Cuda(n)) => cuda::probe(n).map(|()| (Device::Cuda(n), None)),
            Self::Device(device) => Ok((device, None)),
        }
    }
}

/// Something to do on whatever backend is asked for.
pub trait Work {
    /// What comes out.
    type Output;

    /// Does it.
    fn run<B: AutodiffBackend>(self, device: &B::Device) -> Self::Output;
}

/// Does `work` on `device`.
///
/// # Errors
/// This binary was built without CUDA, or the driver is missing.
pub fn run_on<W: Work>(device: Device, work: W) -> Result<W::Output, String> {
    match device {
        Device::Cpu => Ok(work.run::<Autodiff<Flex>>(&Default::default())),
        Device::NdArray => Ok(work.run::<Autodiff<NdArray>>(&Default::default())),
        Device::Cuda(n) => cuda::run(n, work),
    }
}

#[cfg(not(feature = "cuda"))]
mod cuda {
    use super::Work;

    const MISSING: &str =
        "this transfermap was built without CUDA; build it with `cargo build --release --features cuda`";

    pub fn probe(_: usize) -> Result<(), String> {
        Err(MISSING.into())
    }

    pub fn run<W: Work>(_: usize, _: W) -> Result<W::Output, String> {
        Err(MISSING.into())
    }
}

#[cfg(feature = "cuda")]
mod cuda {
    //! Burn's CUDA backend panics without a driver or the toolkit's headers, so both are looked for first.

    use std::path::{Path, PathBuf};

    use burn::backend::cuda::CudaDevice;
    use burn::backend::{Autodiff, Cuda};
    use libloading::Library;

    use super::Work;

    pub fn probe(_: usize) -> Result<(), String> {
        library(&["libcuda.so.1", "libcuda.so", "nvcuda.dll"])
            .ok_or("no NVIDIA driver: libcuda.so.1 cannot be loaded")?;
        library(&["libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll"])
            .ok_or("the CUDA toolkit's libnvrtc cannot be loaded; install the toolkit or set LD_LIBRARY_PATH")?;
        if !header_folders().iter().any(|f| f.join("cuda_runtime.h").exists() || f.join("cuda.h").exists()) {
            return Err("the CUDA toolkit's headers are missing; set CUDA_PATH to its folder".into());
        }
        Ok(())
    }

    pub fn run<W: Work>(number: usize, work: W) -> Result<W::Output, String> {
        probe(number)?;
        Ok(work.run::<Autodiff<Cuda<f32, i32>>>(&CudaDevice::new(number)))
    }

    fn header_folders() -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> =
            ["CUDA_PATH", "CUDA_HOME"].iter().filter_map(std::env::var_os).map(PathBuf::from).collect();
        folders.extend(["/usr/local/cuda", "/opt/cuda", "/usr"].map(PathBuf::from));
        folders.iter().map(|f| Path::join(f, "include")).collect()
    }

    #[allow(unsafe_code, reason = "loading a library runs its initialisers; there is no safe way to ask for a driver")]
    fn library(names: &[&str]) -> Option<Library> {
        // SAFETY: these are the vendor's libraries, which Burn loads the same way a moment later.
        names.iter().find_map(|name| unsafe { Library::new(name) }.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_devices() {
        assert_eq!("cuda:3".parse(), Ok(DeviceChoice::Device(Device::Cuda(3))));
        assert_eq!("cpu".parse(), Ok(DeviceChoice::Device(Device::Cpu)));
        assert!("gpu".parse::<DeviceChoice>().unwrap_err().contains("give auto, cpu"));
        assert!("cuda:x".parse::<DeviceChoice>().is_err());
    }
}
