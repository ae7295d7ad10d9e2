//! The example of `core` in somebody else's program does what it says, and README shows it as it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[allow(dead_code, reason = "its main is not called here")]
#[path = "../examples/embed.rs"]
mod embed;

#[test]
fn prints_a_line_for_every_pair() {
    let lines = embed::verdicts(include_bytes!("../../www/samples/real-pretrained.json")).unwrap();
    assert_eq!(lines.lines().count(), 20);
    assert!(lines.contains("sst2 → yelp_reviews: +2.5 helps\n"), "{lines}");
    assert!(embed::verdicts(b"{}").is_err());
}

#[test]
fn readme_shows_the_example() {
    let (readme, example) = (include_str!("../../README.md"), include_str!("../examples/embed.rs"));
    let shown =
        example.split_once("-> Result<String, Box<dyn Error>> {\n").unwrap().1.split_once("    Ok(lines)").unwrap().0;
    let shown: String = shown.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect();
    assert!(readme.contains(&shown), "README.md does not show:\n{shown}");
}
