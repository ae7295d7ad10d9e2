//! Every chart of every page as files, drawn by the code that draws them in the browser.

use std::path::{Path, PathBuf};

use transfermap::analysis::FamilyKey;
use transfermap_viewer::chart::Chart;
use transfermap_viewer::choices::{Change, Choice, Choices, family_name};
use transfermap_viewer::look::Look;
use transfermap_viewer::page::Tab;

use super::Shown;
use super::png::Fonts;
use crate::atomic;
use crate::error::Wrong;

/// Writes every chart of every page to `out`, as SVG and PNG, in a folder for each family where there are several;
/// returns what was written. `choices` is what stands behind `#` in the viewer's address: what a page shows.
///
/// # Errors
/// No transfer run, a machine without fonts (the SVG files are there then), or a file that cannot be written.
pub fn write(shown: &Shown, choices: &str, out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let families = shown.report.families();
    if families.is_empty() {
        return Err(Wrong(format!("{}: no transfer run, so there is nothing to draw", shown.name)).into());
    }
    let fonts = Fonts::of_this_machine();
    let mut written = Vec::new();
    for family in &families {
        let folder = if families.len() > 1 { out.join(folder_of(family)) } else { out.to_owned() };
        for (name, chart) in charts(shown, choices, family)? {
            let svg = chart.svg_file();
            let path = folder.join(format!("{name}.svg"));
            atomic::write(&path, svg.as_bytes())?;
            written.push(path);
            if let Some(fonts) = &fonts {
                let path = folder.join(format!("{name}.png"));
                atomic::write(&path, &fonts.png(&svg)?)?;
                written.push(path);
            }
        }
    }
    if fonts.is_none() {
        return Err(Wrong(format!(
            "this machine has no fonts, which PNG files need (on Debian: apt-get install fonts-dejavu-core); \
             the SVG files are in {}",
            out.display()
        ))
        .into());
    }
    Ok(written)
}

/// The charts of a family with names for their files. A chart that several pages show is there once.
fn charts(shown: &Shown, choices: &str, family: &FamilyKey) -> anyhow::Result<Vec<(String, Chart)>> {
    let choices = Choices::parse(choices).with(&Change::to(Choice::Family, family_name(family)));
    let look = Look::new(&shown.name, shown.report.clone(), choices).map_err(|e| Wrong::at(&shown.name, &e))?;
    let mut found: Vec<(String, Chart)> = Vec::new();
    let Some(look) = look else { return Ok(found) };
    for tab in Tab::ALL {
        for chart in look.see(|context| tab.charts(context)) {
            if found.iter().any(|(_, other)| *other == chart) {
                continue;
            }
            let mut name = safe(&chart.id);
            if found.iter().any(|(other, _)| *other == name) {
                name = format!("{}-{name}", tab.name());
            }
            let doubled = found.iter().filter(|(other, _)| other.trim_end_matches(char::is_numeric) == name).count();
            if doubled > 0 {
                name = format!("{name}{}", doubled + 1);
            }
            found.push((name, chart));
        }
    }
    Ok(found)
}

fn folder_of(family: &FamilyKey) -> String {
    let protocol = family.protocol_name().replace('/', "-");
    safe(&[family.encoder.as_str(), &family.variant, &protocol].join("-"))
}

/// A name that is no path and that every file system takes.
fn safe(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = name.chars().map(kept).take(100).collect();
    name.trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> Shown {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/samples").join(name);
        Shown::read(&[path]).unwrap().remove(0)
    }

    #[test]
    fn every_chart_of_every_page_is_drawn() {
        let shown = sample("real-small.json");
        let family = shown.report.families().remove(0);
        let charts = charts(&shown, "", &family).unwrap();
        let names: Vec<&str> = charts.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"transfer-map"), "{names:?}");
        let look = Look::new("x", shown.report.clone(), Choices::default()).unwrap().unwrap();
        for tab in Tab::ALL {
            for chart in look.see(|context| tab.charts(context)) {
                assert!(charts.iter().any(|(_, c)| c.svg_file() == chart.svg_file()), "{} {}", tab.name(), chart.id);
            }
        }
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names.len());
    }

    #[test]
    fn names_of_files_are_no_paths() {
        assert_eq!(safe("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(safe("scatter task→outcome"), "scatter-task-outcome");
    }
}
