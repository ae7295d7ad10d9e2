//! The device of a run: chosen once by the parent, handed to the workers by name, told in every record.

use super::{Device, DeviceChoice, DeviceError, card_name};
use crate::error::Wrong;

/// Resolves `auto`, and checks that the device is there. The text says why `auto` fell back to the CPU.
///
/// # Errors
/// An unknown name, or a device that cannot be used.
pub fn choose(argument: &str) -> Result<(Device, Option<String>), Wrong> {
    let choice: DeviceChoice = argument.parse().map_err(|e: DeviceError| Wrong(format!("--device: {e}")))?;
    choice.resolve().map_err(|e| Wrong(format!("--device {argument}: {e}")))
}

/// The device's name as the system tells it.
pub fn name(device: Device) -> String {
    match device {
        Device::Cpu | Device::NdArray => cpu_name(),
        Device::Cuda(number) => card_name(number).unwrap_or_else(|| device.to_string()),
    }
}

fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|l| l.strip_prefix("model name")).and_then(|l| l.split_once(':'));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_always_finds_a_device_with_a_name() {
        let (device, _) = choose("auto").unwrap();
        assert!(!name(device).is_empty());
        assert!(choose("gpu").unwrap_err().to_string().contains("give auto, cpu"));
    }
}
