//! The published schema of `analyze --json` is that of the types, and the samples keep to it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use serde_json::{Value, json};
use transfermap::analysis::{Analysis, Options, schema};
use transfermap::report::Report;

fn committed() -> Value {
    serde_json::from_str(include_str!("../../../docs/analysis.schema.json")).unwrap()
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let remedy = "cargo run -p transfermap --features schema --example analysis_schema > docs/analysis.schema.json";
    assert_eq!(committed(), schema().to_value(), "{remedy}");
}

#[test]
fn every_sample_validates_against_the_schema() {
    let validator = jsonschema::validator_for(&committed()).unwrap();
    for report in [
        &include_bytes!("../../../www/samples/real-pretrained.json")[..],
        include_bytes!("../../../www/samples/real-small.json"),
        include_bytes!("../../../www/samples/notebook.json"),
        include_bytes!("../../../www/samples/four-encoders.json"),
    ] {
        let report = Report::from_json(report).unwrap();
        let analysis = serde_json::to_value(Analysis::new(&report, &Options::default()).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&analysis).take(5).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", report.study.name);
        assert_eq!(analysis["schema"], "transfermap.analysis/2");
    }
    assert!(!validator.is_valid(&json!({"schema": "transfermap.analysis/2"})), "the schema asks for fields");
}
