//! Buckets of relative positions beside transformers, what the decoder reads, and configurations that are refused.

use serde_json::{Value, json};

use super::stack::Buckets;
use super::{last_places, shift_right};
use crate::encoder::Config;

/// tests/fixtures/make_positions.py, transformers 5.24: `T5Attention._relative_position_bucket`.
#[test]
fn buckets_equal_transformers() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/positions.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let cases = cases["t5"].as_array().unwrap();
    assert!(cases.len() > 3);
    for case in cases {
        let number = |name: &str| case[name].as_u64().unwrap() as usize;
        let buckets = Buckets {
            buckets: number("relative_attention_num_buckets"),
            distance: number("relative_attention_max_distance"),
            both_ways: case["bidirectional"].as_bool().unwrap(),
        };
        let first = case["first"].as_i64().unwrap();
        for (i, row) in case["rows"].as_array().unwrap().iter().enumerate() {
            let distance = first + i as i64;
            assert_eq!(i64::from(buckets.row(distance)), row.as_i64().unwrap(), "{buckets:?} {distance}");
        }
    }
}

#[test]
fn the_decoder_reads_the_text_from_its_start_and_is_asked_at_its_last_end() {
    // Two texts of a pair, then padding; and one text that fills its row.
    let ids = [5, 1, 6, 1, 0, 0, 7, 8, 9, 5, 6, 1];
    assert_eq!(shift_right(&ids, 6, 3), [3, 5, 1, 6, 1, 0, 3, 7, 8, 9, 5, 6]);
    assert_eq!(last_places(&ids, 6, 1), [3, 11]);
    assert_eq!(last_places(&ids, 6, 4), [5, 11]);
}

#[test]
fn rejects_fields_that_make_no_model_by_name() {
    for (field, value, told) in [
        ("num_heads", json!(0), "num_heads is 0"),
        ("d_kv", json!(0), "d_kv is 0"),
        ("num_decoder_layers", json!(0), "num_decoder_layers is 0"),
        ("feed_forward_proj", json!("gated-tanh"), "feed_forward_proj `tanh`"),
        ("feed_forward_proj", json!("double-relu"), "feed_forward_proj `double-relu`"),
        ("relative_attention_num_buckets", json!(3), "relative_attention_num_buckets is 3"),
        ("relative_attention_max_distance", json!(16), "relative_attention_num_buckets is 32 and"),
        ("eos_token_id", json!(32_128), "eos_token_id 32128 is outside vocab_size 32128"),
        ("decoder_start_token_id", json!(40_000), "decoder_start_token_id 40000 is outside"),
        ("dropout_rate", json!(-0.1), "dropout_rate is -0.1"),
        ("pooling", json!("max"), "pooling is \"max\""),
    ] {
        let mut config = json!({ "model_type": "t5" });
        config[field] = value;
        let message = Config::read(config).unwrap_err().to_string();
        assert!(message.starts_with(told), "{message}");
    }
    // Of t5-base: heads of a size of their own.
    assert!(Config::read(json!({ "model_type": "t5", "d_model": 100, "num_heads": 12, "d_kv": 64 })).is_ok());
}
