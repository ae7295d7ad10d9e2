//! The `hidden_act` of a configuration.

use super::error::ConfigFault;
use transfermap_kernels::activation::Activation;

/// Reads the field `hidden_act`, or what an architecture calls it.
///
/// # Errors
/// An unknown name, with the list of the known ones.
pub fn parse(field: &'static str, name: &str) -> Result<Activation, ConfigFault> {
    match name {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Activation::GeluNew),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        _ => Err(ConfigFault::Unknown {
            field,
            value: name.to_owned(),
            known: "gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu, silu, swish",
        }),
    }
}
