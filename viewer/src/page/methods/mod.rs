//! How every number was made: definitions with their formulae, the options in force, versions and machine, the study
//! file, and what must not be concluded.

mod provenance;

#[cfg(feature = "app")]
use transfermap::glossary::{Term, terms};
use transfermap::measure::info;
use transfermap::number;

use super::Context;
use crate::chart::Chart;
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::table::Table;

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub options: Table,
    pub provenance: Table,
    pub encoders: Table,
    pub measures: Option<Table>,
    pub command: String,
    /// The study as TOML, or why it cannot be written.
    pub study: Result<String, String>,
    pub cite: String,
    pub warnings: Vec<String>,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        Vec::new()
    }
}

pub fn content(context: &Context<'_>) -> Content {
    Content {
        options: options(context),
        provenance: provenance::made(context),
        encoders: provenance::encoders(context),
        measures: Some(measures(context)).filter(|measures| !measures.rows.is_empty()),
        command: provenance::command(context),
        study: context.report.study.to_toml().map_err(|error| error.to_string()),
        cite: provenance::cite(context),
        warnings: context.report.warnings.clone(),
    }
}

fn options(context: &Context<'_>) -> Table {
    let options = &context.analysis.options;
    let mut table =
        Table::new("options", "Options of the analysis").words("option").words("value").prose("what it does");
    let margins: Vec<f64> = context.pairs().iter().map(|p| p.margin).collect();
    let margin = match (margins.first(), margins.iter().all(|m| margins.first() == Some(m))) {
        (Some(margin), true) => margin.to_string(),
        (Some(_), false) => "each task’s own".to_owned(),
        (None, _) => number::MISSING.to_owned(),
    };
    let family = context.family_analysis();
    let prior = family.and_then(|f| f.prior).map_or_else(
        || "none: no pair can be tested".to_owned(),
        |p| {
            let metric = family.and_then(|f| f.metric);
            format!(
                "{} from {} degrees of freedom",
                metric.map_or_else(
                    || number::plain(p.sd, 4),
                    |m| format!("{} {}", number::score(m, p.sd), number::unit(m)).trim_end().to_owned()
                ),
                p.df.map_or_else(|| "∞".to_owned(), |df| number::plain(df, 1))
            )
        },
    );
    let rows: [(&str, String, &str); 8] = [
        ("metric", options.metric.map_or("each task’s own", |m| m.label()).to_owned(), "What scores and gains are of."),
        ("α", options.alpha.to_string(), "Chance of any false verdict in the family; intervals have level 1 − α."),
        ("margin", margin, "Smallest gain worth having, in the metric’s units."),
        (
            "collapsed runs",
            if options.without_collapsed { "left out" } else { "counted" }.to_owned(),
            "Runs that predict one class throughout.",
        ),
        (
            "controls",
            if options.controls.is_empty() { "none".to_owned() } else { options.controls.join(", ") },
            "Measures that others are judged beside.",
        ),
        ("seed of resampling", options.seed.to_string(), "The same seed gives the same intervals, bit for bit."),
        ("pairs in the family", family.map_or(0, |f| f.family_size).to_string(), "What Holm corrects for."),
        (
            "prior standard deviation",
            prior,
            "Of a difference over seeds, from all pairs together, for the moderated t.",
        ),
    ];
    for (name, value, what) in rows {
        table.row([name.into(), value.into(), what.into()]);
    }
    table
}

/// The measures of the report that are transfermap's own: what they are, what they read, and who proposed them.
fn measures(context: &Context<'_>) -> Table {
    let mut names: Vec<&str> = context.report.measures.iter().map(|m| m.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let known: Vec<_> = names.into_iter().filter_map(info).collect();
    Table::of(&known, "measure-definitions", "Measures of similarity and transferability")
        .words("measure", |m| m.name)
        .prose("definition", |m| m.definition)
        .words("reads the target’s labels", |m| if m.needs_labels { "yes" } else { "no" })
        .prose("proposed by", |m| m.citation)
        .noted("")
}

#[cfg(feature = "app")]
#[component]
pub fn Methods(look: Look) -> impl IntoView {
    let Content { options, provenance, encoders, measures, command, study, cite, warnings } = look.see(content);
    let print = |_| drop(window().print());
    let study = match study {
        Ok(study) => Either::Left(view! {
            <pre class="listing" tabindex="0" role="region" aria-label="The study as TOML">{study}</pre>
        }),
        Err(why) => Either::Right(view! { <p>{why}</p> }),
    };
    let measures = measures.map(|table| {
        view! {
            <h2>"Measures of similarity"</h2>
            <DataTable sheet=table.into() />
        }
    });
    view! {
        <div class="controls">
            <button type="button" class="tool" on:click=print>"Print, or save as PDF"</button>
        </div>
        <h2>"Options in force"</h2>
        <DataTable sheet=options.into() />
        <h2>"Where the numbers come from"</h2>
        <DataTable sheet=provenance.into() />
        <DataTable sheet=encoders.into() />
        {measures}
        <h2>"The command"</h2>
        <pre class="listing" tabindex="0">{command}</pre>
        <h2>"The study file"</h2>
        {study}
        <h2>"How to cite"</h2>
        <p>{cite}</p>
        <h2>"What this study cannot tell you"</h2>
        <p>{super::overview::LIMITS}</p>
        {(!warnings.is_empty()).then(|| view! { <Bullets items=warnings /> })}
        <h2>"Definitions"</h2>
        <Glossary />
    }
}

/// Every definition, as the windows that open beside a word show them.
#[cfg(feature = "app")]
#[component]
fn Glossary() -> impl IntoView {
    let state = crate::state::use_state();
    let line =
        |class: &'static str, words: &'static str| (!words.is_empty()).then(|| view! { <p class=class>{words}</p> });
    let one = move |d: &Term| {
        view! {
            <div id=state.id(&format!("definition-{}", d.key))>
                <dt>{d.name}</dt>
                <dd><p>{d.text}</p> {line("formula", d.formula)} {line("quiet", d.source)}</dd>
            </div>
        }
    };
    view! { <dl class="glossary">{terms().map(one).collect::<Vec<_>>()}</dl> }
}

#[cfg(test)]
mod tests {
    use transfermap::glossary::term;
    use transfermap::report::Report;
    use transfermap::study::Study;

    use super::{Content, content};
    use crate::choices::Choices;
    use crate::look::Look;
    use crate::page::Tab;

    fn look(sample: &str, choices: &str) -> Look {
        let path = format!("{}/../www/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
        let report = Report::from_json(&std::fs::read(path).unwrap()).unwrap();
        Look::new(sample, report, Choices::parse(choices)).unwrap().unwrap()
    }

    #[test]
    fn shows_the_options_in_force() {
        let Content { options, command, .. } = look("real-small", "alpha=0.1").see(content);
        let value = |name: &str| options.rows.iter().find(|r| r[0].text() == name).map(|r| r[1].text());
        assert_eq!(value("α").as_deref(), Some("0.1"));
        assert!(command.contains("--alpha 0.1"), "{command}");
    }

    #[test]
    fn measures_stand_with_who_proposed_them() {
        let table = look("notebook", "").see(content).measures.unwrap();
        let info = transfermap::measure::info("notebook_inverse_cosine").unwrap();
        assert_eq!(table.cell(0, "proposed by").unwrap().text(), info.citation);
        assert_eq!(table.cell(0, "reads the target’s labels").unwrap().text(), "no");
    }

    #[test]
    fn the_study_file_can_be_copied_and_read() {
        let listing = look("real-small", "").see(content).study.unwrap();
        assert_eq!(Study::from_toml(&listing).unwrap().name, "real-small");
    }

    #[test]
    fn charts_ask_only_for_definitions_that_are_there() {
        for sample in ["real-small", "notebook"] {
            let look = look(sample, "");
            for tab in Tab::ALL {
                for chart in look.see(|context| tab.charts(context)) {
                    assert!(term(chart.definition).is_some(), "{}: {}", tab.name(), chart.definition);
                }
            }
        }
    }
}
