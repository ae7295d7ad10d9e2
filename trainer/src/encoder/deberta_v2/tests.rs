//! Buckets of relative positions beside transformers, and configurations that are refused by name.

use serde_json::{Value, json};

use super::config::Buckets;
use crate::encoder::Config;

/// tests/fixtures/make_positions.py, transformers 5.24: `build_relative_position`, shifted and clamped as
/// `disentangled_attention_bias` does.
#[test]
fn buckets_equal_transformers() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/positions.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let cases = cases["deberta_v2"].as_array().unwrap();
    assert!(cases.len() > 2);
    for case in cases {
        let number = |name: &str| case[name].as_i64().unwrap();
        let buckets = Buckets { buckets: number("position_buckets"), furthest: number("max_relative_positions") };
        let first = number("first");
        for (i, row) in case["rows"].as_array().unwrap().iter().enumerate() {
            let distance = first + i as i64;
            assert_eq!(i64::from(buckets.row(distance)), row.as_i64().unwrap(), "{buckets:?} {distance}");
        }
    }
}

#[test]
fn rejects_what_is_not_built_by_name() {
    for (field, value, told) in [
        ("conv_kernel_size", json!(3), "conv_kernel_size `3` is not known; known: 0 (no convolution"),
        ("pos_att_type", json!("p2c|p2p"), "pos_att_type `p2p` is not known; known: c2p, p2c"),
        ("pos_att_type", json!(7), "pos_att_type is 7; give a text as \"p2c|c2p\" or a list of texts"),
        ("norm_rel_ebd", json!("batch_norm"), "norm_rel_ebd `batch_norm`"),
        ("position_buckets", json!(1), "position_buckets is 1 and max_relative_positions 512"),
        ("position_buckets", json!(1022), "position_buckets is 1022 and max_relative_positions 512"),
        ("pooler_hidden_act", json!("tanh"), "pooler_hidden_act `tanh`"),
        ("attention_head_size", json!(7), "attention_head_size is 7; only 8 is known"),
        ("pooler_hidden_size", json!(7), "pooler_hidden_size is 7; only 16 is known"),
        ("cls_dropout", json!(1.5), "cls_dropout is 1.5"),
    ] {
        let mut config = json!({ "model_type": "deberta-v2", "hidden_size": 16, "num_attention_heads": 2 });
        config[field] = value;
        let message = Config::read(config).unwrap_err().to_string();
        assert!(message.starts_with(told), "{message}");
    }
}
