//! Why a device cannot be used, with what to do about it.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    #[error("device `{0}`: give auto, cpu, ndarray, cuda or cuda:N")]
    Unknown(String),
    #[error("this transfermap was built without CUDA; build it with `cargo build --release --features cuda`")]
    WithoutCuda,
    #[error("no NVIDIA driver: libcuda.so.1 cannot be loaded")]
    NoDriver,
    #[error("the CUDA toolkit's libnvrtc cannot be loaded; install the toolkit or set LD_LIBRARY_PATH")]
    NoCompiler,
    #[error("the CUDA toolkit's headers are missing; set CUDA_PATH to its folder")]
    NoHeaders,
    #[error("the NVIDIA driver does not work: {0}")]
    Driver(String),
    #[error("there is no card {number}; the driver tells of {cards}, counted from 0")]
    NoCard {
        /// The card asked for, from 0.
        number: usize,
        /// How many there are.
        cards: i32,
    },
}
