//! Prints the JSON Schema of `transfermap analyze --json`, which is docs/analysis.schema.json.
//! `cargo run -p transfermap --features schema --example analysis_schema > docs/analysis.schema.json`

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&transfermap::analysis::schema())?);
    Ok(())
}
