//! The device by its name on the command line.

use super::wrong::Wrong;
use crate::backend::{Device, probe};

/// A device that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The device.
    pub device: Device,
    /// `cpu`, `ndarray` or `cuda:N`.
    pub argument: String,
    /// Its name, for provenance.
    pub name: String,
    /// What to tell the user about the choice.
    pub note: Option<String>,
}

/// `cpu`, `ndarray`, `cuda` or `cuda:N`.
///
/// # Errors
/// Another name.
pub fn parse(argument: &str) -> Result<Device, Wrong> {
    let unknown = || Wrong(format!("--device {argument}: give auto, cpu, ndarray, cuda or cuda:N"));
    match argument {
        "cpu" => Ok(Device::Cpu),
        "ndarray" => Ok(Device::NdArray),
        "cuda" => Ok(Device::Cuda(0)),
        other => {
            let number = other.strip_prefix("cuda:").ok_or_else(unknown)?;
            number.parse().map(Device::Cuda).map_err(|_| unknown())
        }
    }
}

/// Resolves `auto` and checks that the device is there.
///
/// # Errors
/// An unknown name, or a device that cannot be used.
pub fn choose(argument: &str) -> Result<Chosen, Wrong> {
    if argument == "auto" {
        return Ok(match probe(Device::Cuda(0)) {
            Ok(()) => Chosen::new(Device::Cuda(0), None),
            Err(why) => Chosen::new(Device::Cpu, Some(format!("no GPU ({why}): training on the CPU"))),
        });
    }
    let device = parse(argument)?;
    probe(device).map_err(|why| Wrong(format!("--device {argument}: {why}")))?;
    Ok(Chosen::new(device, None))
}

impl Chosen {
    fn new(device: Device, note: Option<String>) -> Self {
        let name = match device {
            Device::Cpu | Device::NdArray => cpu_name(),
            Device::Cuda(n) => gpu_name(n),
        };
        Self { device, argument: device.to_string(), name, note }
    }
}

/// The graphics card's name as the driver tells it, else its number.
fn gpu_name(number: usize) -> String {
    let query = ["--query-gpu=name", "--format=csv,noheader", "-i", &number.to_string()];
    let answer = std::process::Command::new("nvidia-smi").args(query).output();
    let name = answer.ok().filter(|a| a.status.success()).map(|a| String::from_utf8_lossy(&a.stdout).trim().to_owned());
    name.filter(|n| !n.is_empty()).unwrap_or_else(|| format!("CUDA device {number}"))
}

/// The processor's name as the system tells it, else its architecture.
pub fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|l| l.strip_prefix("model name")).and_then(|l| l.split_once(':'));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_device_names() {
        assert_eq!(parse("cpu").unwrap(), Device::Cpu);
        assert_eq!(parse("cuda").unwrap(), Device::Cuda(0));
        assert_eq!(parse("cuda:3").unwrap(), Device::Cuda(3));
        for wrong in ["gpu", "cuda:", "cuda:x", ""] {
            assert!(parse(wrong).unwrap_err().to_string().contains("give auto, cpu"), "{wrong}");
        }
    }

    #[test]
    fn auto_always_finds_a_device() {
        assert!(!choose("auto").unwrap().name.is_empty());
    }
}
