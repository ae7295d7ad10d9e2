//! The encoder of the demo, which ships in the binary: see [`crate::pretrain`].

/// The embedded encoder of this name: config.json, tokenizer.json and model.safetensors.
pub fn embedded(name: &str) -> Option<(&'static str, &'static [u8], &'static [u8])> {
    (name == "demo-albert").then_some((
        include_str!("../../assets/demo-albert/config.json"),
        include_bytes!("../../assets/demo-albert/tokenizer.json").as_slice(),
        include_bytes!("../../assets/demo-albert/model.safetensors").as_slice(),
    ))
}
