//! The transfer map, with the orders and values in which it can be seen.

use transfermap::metric::Metric;
use transfermap::table::effects;

use super::{Context, Page, select, switch};
use crate::chart::transfer_map::transfer_map;
use crate::node::el;
use crate::table;
use crate::value::Value;

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
        for (id, title, of) in [
            ("donors", "Good donors: sources by their mean gain", &family.donors),
            ("receivers", "Good receivers: targets by their mean gain", &family.receivers),
        ] {
            if of.is_empty() {
                continue;
            }
            let metric = family.metric.or_else(|| context.pairs().first().map(|p| p.metric));
            let table = effects(id, title, of, metric.unwrap_or(Metric::Accuracy));
            aside = aside.child(table::node(&table));
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
            names.sort_by(|a, b| {
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
                Some(measure) => measure.cluster_order(&names),
                None => names,
            }
        }
        None => names,
    }
}
