//! Writes the pages of a report as plain HTML, to look at them while a page is being written:
//! `cargo run -p transfermap-viewer --features html --example gallery -- report.json OUT [CHOICES]`.

use std::error::Error;
use std::fs;
use std::path::Path;

use transfermap::report::Report;
use transfermap_viewer::choices::{Change, Choice, Choices};
use transfermap_viewer::look::Look;
use transfermap_viewer::page::{Tab, html};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, out, choices @ ..] = arguments.as_slice() else {
        return Err("usage: gallery report.json OUT [CHOICES]".into());
    };
    let report = Report::from_json(&fs::read(file)?)?;
    let choices = Choices::parse(choices.first().map_or("", String::as_str));
    let out = Path::new(out);
    fs::create_dir_all(out)?;
    let mut look = Look::new(file, report, choices)?.ok_or("the report has no transfer run")?;
    let style = [include_str!("../../www/tokens.css"), include_str!("../../www/viewer.css")].concat();
    for tab in Tab::ALL {
        look = look.with(&Change::to(Choice::Tab, tab.name()));
        let page = format!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
             <meta name=color-scheme content='light dark'><style>body{{margin:0;background:var(--paper)}}{style}</style><div class=viewer><main>{}</main></div>",
            html(&look)
        );
        let path = out.join(format!("{}.html", tab.name()));
        fs::write(&path, page)?;
        println!("{}", path.display());
    }
    Ok(())
}
