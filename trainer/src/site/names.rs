//! Short names that tell files apart.

use std::path::{Path, PathBuf};

/// For every path its file name; where several are equal, as many folders before it as tell them apart.
pub(super) fn short(paths: &[PathBuf]) -> Vec<String> {
    let parts: Vec<Vec<String>> = paths.iter().map(|p| parts(p)).collect();
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let tails = |length: usize| -> Vec<String> {
        parts.iter().map(|p| p.get(p.len().saturating_sub(length)..).unwrap_or_default().join("/")).collect()
    };
    let mut names = tails(1);
    for length in 2..=longest {
        let doubled: Vec<bool> = names.iter().map(|n| names.iter().filter(|m| *m == n).count() > 1).collect();
        for ((name, longer), doubled) in names.iter_mut().zip(tails(length)).zip(doubled) {
            if doubled {
                *name = longer;
            }
        }
    }
    names
}

fn parts(path: &Path) -> Vec<String> {
    path.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).filter(|c| c != "/").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_short_as_they_differ() {
        let paths: Vec<PathBuf> =
            ["out/albert/report.json", "out/bert/report.json", "/x/vu.json"].map(PathBuf::from).to_vec();
        assert_eq!(short(&paths), ["albert/report.json", "bert/report.json", "vu.json"]);
        assert_eq!(short(&paths[..1]), ["report.json"]);
        let same: Vec<PathBuf> = ["a.json", "a.json"].map(PathBuf::from).to_vec();
        assert_eq!(short(&same), ["a.json", "a.json"]);
    }
}
