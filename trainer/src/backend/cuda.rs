//! An NVIDIA card. Burn's CUDA backend panics without a driver, the toolkit's compiler or its headers, so all three are
//! looked for first.
//!
//! Kernels are compiled when they are first needed, and a training needs a hundred or two, which take half a minute. They
//! are kept in the user's cache folder, so that only the first training on a machine waits for them. Burn can also time
//! several kernels for each product and keep the fastest (its feature `autotune`): no training had begun after two
//! minutes of that on an H100, and another choice in another process means other bits, so it is left out.

use std::path::{Path, PathBuf};
use std::sync::Once;

use burn::backend::cuda::CudaDevice;
use burn::backend::{Autodiff, Cuda};
use cubecl::config::cache::CacheConfig;
use cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use cudarc::driver::{DriverError, result};
use libloading::Library;
use transfermap::fingerprint::digest;

use super::error::DeviceError;
use super::work::Work;
use transfermap_kernels::gpu::cuts;

pub fn run<W: Work>(number: usize, work: W) -> Result<W::Output, DeviceError> {
    static CONFIGURED: Once = Once::new();
    let name = name(number)?;
    CONFIGURED.call_once(|| configure(&name));
    Ok(work.run::<Autodiff<Cuda<f32, i32>>>(&CudaDevice::new(number)))
}

/// See [`super::Device::products`].
pub fn products() -> Option<String> {
    Some(digest(cuts::table().as_bytes()))
}

/// What the driver calls a card that can be used.
pub fn name(number: usize) -> Result<String, DeviceError> {
    library(&["libcuda.so.1", "libcuda.so", "nvcuda.dll"]).ok_or(DeviceError::NoDriver)?;
    library(&["libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll"])
        .ok_or(DeviceError::NoCompiler)?;
    // Kernels include this one.
    if !header_folder().is_some_and(|f| f.join("cuda_runtime.h").exists()) {
        return Err(DeviceError::NoHeaders);
    }
    let failed = |e: DriverError| DeviceError::Driver(e.to_string());
    result::init().map_err(failed)?;
    let cards = result::device::get_count().map_err(failed)?;
    let Some(number) = i32::try_from(number).ok().filter(|n| *n < cards) else {
        return Err(DeviceError::NoCard { number, cards });
    };
    result::device::get(number).and_then(result::device::get_name).map_err(failed)
}

/// Has kernels kept on disk, unless the user's cubecl.toml says where. A folder per card: kernels are compiled for one.
fn configure(card: &str) {
    let mut config = CubeClRuntimeConfig::from_current_dir().override_from_env();
    if config.compilation.cache.is_none() {
        config.compilation.cache = kernel_folder(card).map(CacheConfig::File);
    }
    CubeClRuntimeConfig::set(config);
}

/// Where kernels are kept; nowhere if nothing can be written there.
fn kernel_folder(card: &str) -> Option<PathBuf> {
    let card: String = card.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let folder = dirs::cache_dir()?.join("transfermap").join("kernels").join(card);
    std::fs::create_dir_all(&folder).ok()?;
    tempfile::tempfile_in(&folder).ok()?;
    Some(folder)
}

/// The one folder where Burn looks for headers (cubecl-cuda, `install`).
fn header_folder() -> Option<PathBuf> {
    let folder = match std::env::var_os("CUDA_PATH") {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(windows) => "C:/Program Files/NVIDIA GPU Computing Toolkit/CUDA/".into(),
        None => [("/usr/local/cuda", "/usr/local/cuda"), ("/opt/cuda", "/opt/cuda"), ("/usr/bin/nvcc", "/usr")]
            .into_iter()
            .find(|(sign, _)| Path::new(sign).exists())
            .map(|(_, folder)| folder.into())?,
    };
    Some(folder.join("include"))
}

#[allow(unsafe_code, reason = "loading a library runs its initialisers; there is no safe way to ask for a driver")]
fn library(names: &[&str]) -> Option<Library> {
    // SAFETY: these are the vendor's libraries, which Burn loads the same way a moment later.
    names.iter().find_map(|name| unsafe { Library::new(name) }.ok())
}
