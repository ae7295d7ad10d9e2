//! The device by its name on the command line.

use super::stand_in::backend;
use super::wrong::Wrong;
use crate::backend::Device;

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
        return Ok(match backend::probe(Device::Cuda(0)) {
            Ok(name) => Chosen { device: Device::Cuda(0), argument: "cuda:0".into(), name, note: None },
            Err(why) => Chosen {
                device: Device::Cpu,
                argument: "cpu".into(),
                name: cpu_name(),
                note: cfg!(feature = "cuda").then(|| format!("no GPU ({why}): training on the CPU")),
            },
        });
    }
    let device = parse(argument)?;
    let name = backend::probe(device).map_err(|why| Wrong(format!("--device {argument}: {why}")))?;
    let argument = match device {
        Device::Cpu => "cpu".to_owned(),
        Device::NdArray => "ndarray".to_owned(),
        Device::Cuda(n) => format!("cuda:{n}"),
    };
    Ok(Chosen { device, argument, name, note: None })
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
