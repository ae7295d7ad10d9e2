//! The only place that names a Burn backend.
//!
//! Everything else is generic over [`Trains`](transfermap_kernels::Trains); [`run_on`] picks the type. Burn 0.22 replaces
//! the type parameter by a run-time device: that move should touch little more than this file and [`transfermap_kernels`].

use std::fmt;
use std::str::FromStr;

use burn::backend::Autodiff;
use burn_flex::Flex;
use burn_ndarray::NdArray;

pub use error::DeviceError;
pub use work::Work;

pub mod device;
mod error;
mod work;

/// The backend for small work that no user chooses a device for.
pub type Host = Flex;

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
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let wrong = || DeviceError::Unknown(text.to_owned());
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

    /// Hash of the table by which a GPU's products are cut; `None` on a CPU.
    pub fn products(self) -> Option<String> {
        match self {
            Self::Cpu | Self::NdArray => None,
            Self::Cuda(_) => cuda::products(),
        }
    }
}

impl DeviceChoice {
    /// The device to use, and, where `auto` fell back to the CPU, why.
    ///
    /// # Errors
    /// A GPU was asked for by name and cannot be used; the text says what is missing.
    pub fn resolve(self) -> Result<(Device, Option<String>), DeviceError> {
        match self {
            Self::Auto => match cuda::name(0) {
                Ok(_) => Ok((Device::Cuda(0), None)),
                Err(why) => Ok((Device::Cpu, Some(format!("no GPU ({why}); training on the CPU")))),
            },
            Self::Device(Device::Cuda(n)) => cuda::name(n).map(|_| (Device::Cuda(n), None)),
            Self::Device(device) => Ok((device, None)),
        }
    }
}

/// What the driver calls a card.
pub fn card_name(number: usize) -> Option<String> {
    cuda::name(number).ok()
}

/// Does `work` on `device`.
///
/// # Errors
/// This binary was built without CUDA, or the driver is missing.
pub fn run_on<W: Work>(device: Device, work: W) -> Result<W::Output, DeviceError> {
    match device {
        Device::Cpu => Ok(work.run::<Autodiff<Flex>>(&Default::default())),
        Device::NdArray => Ok(work.run::<Autodiff<NdArray>>(&Default::default())),
        Device::Cuda(n) => cuda::run(n, work),
    }
}

#[cfg(not(feature = "cuda"))]
mod cuda {
    use super::error::DeviceError;
    use super::work::Work;

    pub fn name(_: usize) -> Result<String, DeviceError> {
        Err(DeviceError::WithoutCuda)
    }

    pub fn products() -> Option<String> {
        None
    }

    pub fn run<W: Work>(_: usize, _: W) -> Result<W::Output, DeviceError> {
        Err(DeviceError::WithoutCuda)
    }
}

#[cfg(feature = "cuda")]
mod cuda;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_devices() {
        assert_eq!("cuda:3".parse(), Ok(DeviceChoice::Device(Device::Cuda(3))));
        assert_eq!("cpu".parse(), Ok(DeviceChoice::Device(Device::Cpu)));
        assert!("gpu".parse::<DeviceChoice>().unwrap_err().to_string().contains("give auto, cpu"));
        assert!("cuda:x".parse::<DeviceChoice>().is_err());
    }
}
