//! The transfer map, with the orders and values in which it can be seen.

use transfermap::metric::Metric;
use transfermap::table::effects;

use super::Context;
use crate::chart::Chart;
use crate::chart::transfer_map::transfer_map;
use crate::choices::Choice;
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::offer::Offer;
use crate::table::Table;
use crate::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub value: Offer,
    pub order: Offer,
    pub map: Chart,
    /// Good donors and good receivers, where the family has them.
    pub effects: Vec<Table>,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        vec![self.map]
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let mut orders = vec![("given".to_owned(), "as given".to_owned()), ("mean".to_owned(), "by mean gain".to_owned())];
    let measures = context.report.measures_of(&context.family.encoder);
    orders.extend(measures.iter().map(|m| (format!("measure/{}", m.name), format!("clustered by {}", m.name))));
    let mut tables = Vec::new();
    if let Some(family) = context.family_analysis() {
        for (id, title, of) in [
            ("donors", "Good donors: sources by their mean gain", &family.donors),
            ("receivers", "Good receivers: targets by their mean gain", &family.receivers),
        ] {
            if of.is_empty() {
                continue;
            }
            let metric = family.metric.or_else(|| context.pairs().first().map(|p| p.metric));
            tables.push(effects(id, title, of, metric.unwrap_or(Metric::Accuracy)));
        }
    }
    let values = Value::ALL.iter().map(|v| (v.name(), v.label()));
    Content {
        value: Offer::new("Value", Choice::Value, values, context.choices),
        order: Offer::new("Order", Choice::Order, orders, context.choices),
        map: transfer_map(context, &order(context)),
        effects: tables,
    }
}

/// Names of the tasks in the chosen order.
pub fn order<'a>(context: &Context<'a>) -> Vec<&'a str> {
    let mut names = context.task_names();
    match context.choices.get(Choice::Order) {
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

#[cfg(feature = "app")]
#[component]
pub fn Map(look: Look) -> impl IntoView {
    let Content { value, order, map, effects } = look.see(content);
    let aside = (!effects.is_empty()).then(|| {
        let tables = effects.into_iter().map(|table| view! { <DataTable sheet=table.into() /> });
        view! { <div class="aside">{tables.collect::<Vec<_>>()}</div> }
    });
    view! {
        <div class="controls">
            <Switch offer=value />
            <Select offer=order />
        </div>
        <div class="beside">
            <ChartFigure chart=map />
            {aside}
        </div>
    }
}
