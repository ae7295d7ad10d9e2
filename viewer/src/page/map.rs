//! The transfer map, with the orders and values in which it can be seen.

use transfermap::number;
use transfermap::sort;

use super::{Context, Page, select, switch};
use crate::chart::transfer_map::transfer_map;
use crate::node::el;
use crate::table::Table;
use crate::value::Value;

/// Draws the page.
pub fn page(context: &Context<'_>) -> Page {
    let mut page = Page::default();
    let values: Vec<(&str, &str)> = Value::ALL.iter().map(|v| (v.name(), v.label())).collect();
    let mut orders = vec![("given".to_owned(), "as given".to_owned()), ("mean".to_owned(), "by mean gain".to_owned())];
    let measures = context.report.measures_of(&context.family.encoder);
    orders.extend(measures.iter().map(|m| (format!("measure/{}", m.name), format!("clustered by {}", m.name))));
    page.add(el("div").class("controls").child(switch("Value", "value", &values, context.choices)).child(select(
        "Order",
        "order",
        &orders,
        context.choices,
    )));
    let map = transfer_map(context, &order(context));
    let mut aside = el("div").class("aside");
    if let Some(family) = context.family_analysis() {
        for (id, title, effects) in [
            ("donors", "Good donors: sources by their mean gain", &family.donors),
            ("receivers", "Good receivers: targets by their mean gain", &family.receivers),
        ] {
            if effects.is_empty() {
                continue;
            }
            let table = effects_table(context, id, title, effects);
            aside = aside.child(table.node());
            page.tables.push(table);
        }
    }
    let aside = (!page.tables.is_empty()).then_some(aside);
    page.add(el("div").class("beside").child(map.figure()).maybe(aside));
    page.charts.push(map);
    page
}

/// Names of the tasks in the chosen order.
pub fn order<'a>(context: &Context<'a>) -> Vec<&'a str> {
    let mut names = context.task_names();
    match context.choices.get("order") {
        Some("mean") => {
            let effect = |name: &str| {
                let family = context.family_analysis()?;
                family.donors.iter().find(|e| e.task == name).map(|e| e.effect)
            };
            sort::by(&mut names, |a, b| {
                effect(b).unwrap_or(f64::NEG_INFINITY).total_cmp(&effect(a).unwrap_or(f64::NEG_INFINITY))
            });
            names
        }
        Some(order) => {
            let measure = order.strip_prefix("measure/");
            let measure = measure.and_then(|name| {
                let of_encoder = context.report.measures_of(&context.family.encoder);
                of_encoder.into_iter().find(|m| m.name == name)
            });
            match measure {
                Some(measure) => transfermap::dyadic::cluster_order(measure, &names),
                None => names,
            }
        }
        None => names,
    }
}

fn effects_table(context: &Context<'_>, id: &str, title: &str, effects: &[transfermap::analysis::TaskEffect]) -> Table {
    let family = context.family_analysis();
    let metric = family.and_then(|f| f.metric).or_else(|| context.pairs().first().map(|p| p.metric));
    let mut table = Table::new(id, title)
        .words("task")
        .numbers("beside the mean of all pairs")
        .defined("additive-model")
        .words("interval over seeds");
    let mut sorted: Vec<_> = effects.iter().collect();
    sort::by(&mut sorted, |a, b| b.effect.total_cmp(&a.effect));
    for effect in sorted {
        let Some(metric) = metric else { continue };
        table.row([
            effect.task.as_str().into(),
            number::gain(metric, effect.effect).into(),
            effect.ci.map_or_else(|| number::MISSING.to_owned(), |ci| number::gain_interval(metric, ci)).into(),
        ]);
    }
    table
}
