//! Reports in a page: one file with everything inside, or a folder for a static host.

use std::path::{Path, PathBuf};

use transfermap_viewer::choices::Choices;
use transfermap_viewer::first_sight::{first_sight as drawn, without_pairs};
use transfermap_viewer::look::Look;

use super::Shown;
use super::template::{escape, json_in_script};
use super::viewer::Viewer;
use crate::atomic;
use crate::error::Wrong;

/// One page with reports and viewer inside; it needs nothing but a browser.
///
/// # Errors
/// A viewer that cannot be read, or a report that cannot be analysed.
pub fn single_file(viewer: &Viewer, reports: &[Shown]) -> anyhow::Result<String> {
    let scripts: Vec<String> = reports
        .iter()
        .enumerate()
        .map(|(i, shown)| {
            format!(
                "<script type=\"application/json\" id=\"{}\" data-name=\"{}\">{}</script>\n    ",
                numbered("transfermap-report", i, ""),
                escape(&shown.name),
                json_in_script(&shown.json)
            )
        })
        .collect();
    Ok(viewer.single()?.fill(&title(reports), "", &first_sight(reports)?, &scripts.concat()))
}

/// Writes a page, what it needs, and the reports to `out`; returns what was written, the page first.
///
/// # Errors
/// As [`single_file`], or a file that cannot be written.
pub fn site(viewer: &Viewer, reports: &[Shown], out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let page = index(viewer, reports, "")?;
    let beside = viewer.beside()?;
    let index = out.join("index.html");
    let mut written = vec![index.clone()];
    for (i, shown) in reports.iter().enumerate() {
        let path = out.join(numbered("report", i, ".json"));
        atomic::write(&path, shown.json.as_bytes())?;
        written.push(path);
    }
    for (name, bytes) in beside {
        let path = out.join(name);
        atomic::write(&path, &bytes)?;
        written.push(path);
    }
    // Last: whoever sees it finds everything that it needs.
    atomic::write(&index, page.as_bytes())?;
    Ok(written)
}

/// The page of a site, with more of its head.
pub(super) fn index(viewer: &Viewer, reports: &[Shown], more: &str) -> anyhow::Result<String> {
    let mut head = String::new();
    for (i, shown) in reports.iter().enumerate() {
        let file = numbered("report", i, ".json");
        head += &format!(
            "\n    <link rel=\"preload\" href=\"{file}\" as=\"fetch\" crossorigin>\n    \
             <meta name=\"transfermap-report\" content=\"{file}\" data-name=\"{}\">",
            escape(&shown.name)
        );
    }
    Ok(viewer.index()?.fill(&title(reports), &(head + more), &first_sight(reports)?, ""))
}

/// `report.json`, `report-2.json`, `report-3.json` …
fn numbered(stem: &str, i: usize, end: &str) -> String {
    if i == 0 { format!("{stem}{end}") } else { format!("{stem}-{}{end}", i + 1) }
}

fn title(reports: &[Shown]) -> String {
    let names: Vec<&str> = reports.iter().map(|r| r.report.study.name.as_str()).collect();
    if names.is_empty() { "transfermap".into() } else { format!("{} · transfermap", names.join(", ")) }
}

/// What the first report's page shows before any script runs: its answer and its map.
fn first_sight(reports: &[Shown]) -> anyhow::Result<String> {
    let Some(first) = reports.first() else { return Ok(String::new()) };
    let look = Look::new(&first.name, first.report.clone(), Choices::default());
    let look = look.map_err(|e| Wrong::at(&first.name, &e))?;
    let report = &first.report;
    Ok(look.map_or_else(|| without_pairs(report), |look| drawn(&look)).markup())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture;

    fn sample(name: &str) -> Shown {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/samples").join(name);
        Shown::read(&[path]).unwrap().remove(0)
    }

    /// The markup before the first script element that is code: what a browser without scripts shows.
    fn before_scripts(html: &str) -> &str {
        html.split("<script").next().unwrap()
    }

    fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
        let start = format!(" {attribute}=\"");
        html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn the_answer_stands_in_the_page_before_any_script() {
        let (_keep, viewer) = fixture::viewer();
        let shown = [sample("real-small.json")];
        let out = tempfile::tempdir().unwrap();
        site(&viewer, &shown, out.path()).unwrap();
        let index = std::fs::read_to_string(out.path().join("index.html")).unwrap();
        for html in [single_file(&viewer, &shown).unwrap(), index] {
            let seen = before_scripts(&html);
            // From the README: the sentence, and the one pair that can be told from chance.
            assert!(seen.contains("of 20 ordered pairs 0 help, 1 harms, 0 are equivalent and 19 are undecided"));
            for number in ["−17.6 ▼", "−5.3 ?", "+2.9 ?", "−6.9 ?"] {
                assert!(seen.contains(&format!(">{number}<")), "{number}");
            }
            assert!(seen.contains("<title>real-small · transfermap</title>"));
            assert!(!seen.contains("A report of your own"), "the start text is gone");
        }
    }

    #[test]
    fn one_file_refers_to_nothing_outside() {
        let (_keep, viewer) = fixture::viewer();
        let html = single_file(&viewer, &[sample("notebook.json")]).unwrap();
        let outside = |value: &&str| !value.starts_with("data:") && !value.starts_with('#');
        for attribute in ["src", "href", "srcset", "action", "data"] {
            assert_eq!(
                values(&html, attribute).into_iter().filter(outside).collect::<Vec<_>>(),
                [""; 0],
                "{attribute}"
            );
        }
        for (place, _) in html.match_indices("url(") {
            assert!(html[place..].starts_with("url(#"), "{}", &html[place..place + 40]);
        }
        assert!(!html.contains("@import"));
        assert!(html.contains("script-src 'sha256-"));
    }

    #[test]
    fn the_report_inside_is_the_report() {
        let (_keep, viewer) = fixture::viewer();
        let shown = sample("notebook.json");
        let html = single_file(&viewer, std::slice::from_ref(&shown)).unwrap();
        let (_, rest) = html.split_once("id=\"transfermap-report\" data-name=\"notebook.json\">").unwrap();
        let (json, _) = rest.split_once("</script>").unwrap();
        assert!(!json.contains('<'));
        assert_eq!(Shown::new("x".into(), json.into()).unwrap().report, shown.report);
    }

    #[test]
    fn hostile_names_are_text() {
        let (_keep, viewer) = fixture::viewer();
        let attack =
            "</script><script>alert(1)</script><img src=x onerror=alert(2)>\\\" onload=\\\"alert(3)<!-- /page -->";
        let original = sample("notebook.json");
        let task = original.report.study.task.first().unwrap().name.clone();
        let json = original.json.replace(&format!("\"{task}\""), &format!("\"{attack}\""));
        let json = json.replace(&format!("\"{}\"", original.report.study.name), &format!("\"{attack}\""));
        assert_ne!(json, original.json);
        let mut shown = Shown::new("<b>\"x\".json".into(), json).unwrap();
        let out = tempfile::tempdir().unwrap();
        site(&viewer, std::slice::from_ref(&shown), out.path()).unwrap();
        let index = std::fs::read_to_string(out.path().join("index.html")).unwrap();
        let single = single_file(&viewer, std::slice::from_ref(&shown)).unwrap();
        for html in [&index, &single] {
            assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains("<b>"));
            assert!(!html.contains("\" onload=\""));
            assert_eq!(html.matches("<!-- /page -->").count(), 0);
        }
        assert_eq!(single.matches("</script>").count(), 3, "report, wasm, module");
        shown.json = String::from("{");
        assert!(Shown::new("cut.json".into(), shown.json).is_err_and(|e| e.to_string().starts_with("cut.json")));
    }

    #[test]
    fn several_reports_are_all_in_the_page_or_beside_it() {
        let (_keep, viewer) = fixture::viewer();
        let shown = [sample("real-small.json"), sample("notebook.json")];
        let single = single_file(&viewer, &shown).unwrap();
        assert!(single.contains("id=\"transfermap-report\" data-name=\"real-small.json\""));
        assert!(single.contains("id=\"transfermap-report-2\" data-name=\"notebook.json\""));
        let out = tempfile::tempdir().unwrap();
        let written = site(&viewer, &shown, out.path()).unwrap();
        assert!(written.iter().all(|path| path.is_file()));
        let index = std::fs::read_to_string(out.path().join("index.html")).unwrap();
        for (file, shown) in ["report.json", "report-2.json"].into_iter().zip(&shown) {
            assert_eq!(std::fs::read_to_string(out.path().join(file)).unwrap(), shown.json);
            assert!(index.contains(&format!("content=\"{file}\" data-name=\"{}\"", shown.name)));
        }
    }

    #[test]
    fn a_report_without_pairs_says_so() {
        let (_keep, viewer) = fixture::viewer();
        let mut report = sample("notebook.json").report;
        report.runs.retain(|r| r.sources.is_empty());
        let shown = Shown::new("singles.json".into(), serde_json::to_string(&report).unwrap()).unwrap();
        let html = single_file(&viewer, &[shown]).unwrap();
        let seen = before_scripts(&html);
        assert!(seen.contains("has no transfer run yet"));
        assert!(report.study.task.iter().any(|t| seen.contains(&format!("{} alone: ", t.name))), "baselines are shown");
    }
}
