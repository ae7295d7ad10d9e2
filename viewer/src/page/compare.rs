//! Two reports or two families side by side: where does a source help more than elsewhere?

use transfermap::analysis::{Analysis, ComparedPair, FamilyKey, compare, comparison_sentence};
use transfermap::report::Report;

use super::Context;
use crate::chart::Chart;
use crate::chart::difference::difference;
use crate::chart::transfer_map::transfer_maps;
use crate::choices::{Change, Choice, family_name};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::table::{Sheet, Show, Table, Value};

struct Other<'a> {
    report: &'a Report,
    family: FamilyKey,
    /// Its name in the address.
    value: String,
    /// Its name for people.
    words: String,
}

/// Whether there is anything to compare with.
pub fn shown(context: &Context<'_>) -> bool {
    context.loaded.len() > 1 || context.families.len() > 1
}

fn others<'a>(context: &Context<'a>) -> Vec<Other<'a>> {
    let here = context.choices.report().min(context.loaded.len().saturating_sub(1));
    let mut others = Vec::new();
    for (i, (name, report)) in context.loaded.iter().enumerate() {
        let families = if i == here { context.families.to_vec() } else { report.families() };
        for family in families.iter().filter(|f| i != here || *f != context.family) {
            let label = family_label(family, &families);
            let words = match (context.loaded.len() > 1, families.len() > 1) {
                (true, true) => format!("{name}: {label}"),
                (true, false) => (*name).to_owned(),
                (false, _) => label,
            };
            others.push(Other { report, family: family.clone(), value: format!("{i}/{}", family_name(family)), words });
        }
    }
    others
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    pub other: Option<Offer>,
    /// Why nothing is compared.
    pub missing: Option<String>,
    pub compared: Option<Compared>,
}

/// Two analyses side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub answer: String,
    pub maps: Vec<Chart>,
    pub difference: Chart,
    pub pairs: Sheet,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        self.compared.map_or_else(Vec::new, |c| c.maps.into_iter().chain([c.difference]).collect())
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let others = others(context);
    let offer = Offer::new(
        "Compare with",
        Choice::Other,
        others.iter().map(|o| (o.value.clone(), o.words.clone())),
        context.choices,
    );
    let Some(other) = others.get(offer.chosen) else {
        let missing = "There is nothing to compare with: open a second report, or one of several encoders, variants or protocols.";
        return Content { missing: Some(missing.to_owned()), ..Content::default() };
    };
    match compared(context, other) {
        Ok(compared) => Content { other: Some(offer), compared: Some(compared), missing: None },
        Err(why) => Content { other: Some(offer), missing: Some(why), compared: None },
    }
}

fn compared(context: &Context<'_>, other: &Other<'_>) -> Result<Compared, String> {
    let there = other.report.of_family(&other.family);
    let options = &context.analysis.options;
    let compared = compare((context.report, context.family), (&there, &other.family), options)
        .map_err(|error| format!("The two cannot be compared: {error}."))?;
    if compared.is_empty() {
        return Err(format!(
            "No ordered pair with the same names and the same metric stands in both this report and {}.",
            other.words
        ));
    }
    let names = context.task_names();
    let used = |n: &&str| compared.iter().any(|c| c.source == **n || c.target == **n);
    let order: Vec<&str> = names.into_iter().filter(used).collect();
    let here = match context.loaded.get(context.choices.report()) {
        Some((name, _)) if context.loaded.len() > 1 => (*name).to_owned(),
        _ => family_label(context.family, context.families),
    };
    let maps = Analysis::tests(&there, options).map_or_else(
        |_| Vec::new(),
        |analysis| {
            let there = Context { report: &there, analysis: &analysis, family: &other.family, ..*context };
            transfer_maps(&[(&here, *context), (&other.words, there)], &order)
        },
    );
    Ok(Compared {
        answer: comparison_sentence(&compared, "here", &format!("in {}", other.words)),
        maps,
        difference: difference(&compared, &order, [&here, &other.words]),
        pairs: table(&compared),
    })
}

fn table(compared: &[ComparedPair]) -> Sheet {
    let size = |c: &ComparedPair| c.difference.map_or(-1.0, f64::abs);
    let mut sorted: Vec<&ComparedPair> = compared.iter().collect();
    sorted.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let gain = |c: &ComparedPair, v| Value::number(v, Show::Gain(c.metric));
    let table = Table::of(&sorted, "compared", "Every pair that both have, largest difference first")
        .words("pair", |c| format!("{} → {}", c.source, c.target))
        .numbers("gain here", |c| gain(c, c.here))
        .defined("gain")
        .numbers("gain there", |c| gain(c, c.there))
        .numbers("difference", |c| gain(c, c.difference))
        .defined("difference")
        .intervals("interval", |c| c.ci, |c| Show::Gain(c.metric))
        .numbers("Holm p", |c| Value::number(c.p_holm, Show::P))
        .words("finding", |c| Value::Named(c.finding.name(), c.finding.signed()))
        .noted("");
    let links = sorted.iter().map(|c| Some(Change::open(&c.source, &c.target))).collect();
    Sheet::linked(table, "pair", links)
}

/// A family in words; parts that all families share are left out.
pub fn family_label(family: &FamilyKey, all: &[FamilyKey]) -> String {
    let mut parts = Vec::new();
    if all.iter().any(|f| f.encoder != family.encoder) {
        parts.push(family.encoder.as_str());
    }
    if all.iter().any(|f| f.variant != family.variant) {
        parts.push(family.variant.as_str());
    }
    let protocol = family.protocol_name();
    if all.iter().any(|f| f.protocol_name() != protocol) || parts.is_empty() {
        parts.push(&protocol);
    }
    parts.join(", ")
}

#[cfg(feature = "app")]
#[component]
pub fn Compare(look: Look) -> impl IntoView {
    let Content { other, missing, compared } = look.see(content);
    let compared = compared.map(|Compared { answer, maps, difference, pairs }| {
        view! {
            <Answer words=answer />
            <Beside charts=maps />
            <ChartFigure chart=difference />
            <DataTable sheet=pairs />
        }
    });
    view! {
        {other.map(|offer| view! { <div class="controls"><Select offer=offer /></div> })}
        {missing.map(|words| view! { <p>{words}</p> })}
        {compared}
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::content;
    use crate::choices::Choices;
    use crate::look::Look;
    use crate::page::{Context, Tab};

    fn report() -> Report {
        Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap()
    }

    #[test]
    fn a_second_report_makes_the_page_and_its_differences() {
        let look = Look::new("one", report(), Choices::default()).unwrap().unwrap();
        assert!(look.see(|context| !Tab::Compare.shown(context)));
        let mut second = report();
        // Every transfer run of the second scores 5 points more: every gain is 5 points less here.
        for run in second.runs.iter_mut().filter(|r| !r.sources.is_empty()) {
            for evaluation in run.evaluations.values_mut().flat_map(|e| e.values_mut()) {
                if let Some(score) = evaluation.scores.get_mut("accuracy") {
                    *score += 0.05;
                }
            }
        }
        let first = report();
        let loaded = [("one", &first), ("two", &second)];
        look.see(|context| {
            let context = Context { loaded: &loaded, ..*context };
            assert!(Tab::Compare.shown(&context));
            let compared = content(&context).compared.unwrap();
            let table = &compared.pairs.table;
            assert_eq!(table.rows.len(), 20);
            assert!(table.rows.iter().all(|row| row[3].text() == "−5.0"), "{table:?}");
            assert!(compared.answer.contains("Of 20 ordered pairs that both have"), "{}", compared.answer);
            // The two maps on one scale, then their difference; every chart has an id of its own.
            let charts = Tab::Compare.charts(&context);
            let ids: Vec<&str> = charts.iter().map(|c| c.id.as_str()).collect();
            assert_eq!(ids, ["transfer-map-1", "transfer-map-2", "difference"]);
        });
    }

    #[test]
    fn reports_without_common_tasks_are_told_apart() {
        let look = Look::new("one", report(), Choices::default()).unwrap().unwrap();
        let other = Report::from_json(include_bytes!("../../../www/samples/notebook.json")).unwrap();
        let mut strange = other.clone();
        for task in &mut strange.study.task {
            task.name += "_x";
        }
        for run in &mut strange.runs {
            for name in run.sources.iter_mut().chain(&mut run.targets) {
                *name += "_x";
            }
        }
        let loaded = [("one", &other), ("<b>", &strange)];
        let missing = look.see(|context| content(&Context { loaded: &loaded, ..*context })).missing.unwrap();
        assert!(missing.contains("No ordered pair with the same names"), "{missing}");
    }
}
