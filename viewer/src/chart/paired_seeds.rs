//! Every seed of a pair: its score alone and after the source, joined by a line.

use transfermap::metric::Metric;
use transfermap::number;

use super::plot::{Axis, Plot, shape};
use super::{Chart, Drawing, label};
use crate::mark::Mark;
use crate::node::{Node, el};
use crate::table::Table;

/// The scores of one seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// In words.
    pub name: String,
    /// Alone.
    pub single: Option<f64>,
    /// After the source.
    pub transfer: Option<f64>,
    /// A run of it predicts one class throughout.
    pub collapsed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PairedSeeds {
    /// Trained first.
    pub source: String,
    /// Measured.
    pub target: String,
    pub metric: Metric,
    pub seeds: Vec<Seed>,
    /// Mean of both arms over the seeds that count.
    pub means: [Option<f64>; 2],
    /// What always answering the most frequent class scores.
    pub chance: Option<f64>,
}

impl PairedSeeds {
    pub fn chart(&self) -> Chart {
        let metric = self.metric;
        let title = format!("Every seed of {} → {}", self.source, self.target);
        let mut values: Vec<f64> = self.seeds.iter().flat_map(|s| [s.single, s.transfer]).flatten().collect();
        values.extend(self.means.into_iter().flatten());
        let show = |v: f64, d: usize| number::plain(number::scale(metric) * v, tick_decimals(metric, d));
        let y = Axis::around(score_title(metric), &values, &show);
        let ticks =
            vec![(0.0, "alone".to_owned()), (1.0, format!("after {}", crate::scale::fit(&self.source, 12.0, 110.0)))];
        let x = Axis { title: String::new(), domain: [-0.45, 1.45], ticks };
        let mut plot = Plot::new([356.0, 320.0], &x, &y);
        let [low, high] = y.domain;
        let chance = self.chance.filter(|c| *c >= low && *c <= high);
        if let Some(chance) = chance {
            plot.path(&[[-0.45, chance], [1.45, chance]], "var(--quiet)", 1.0, 1.0, true);
        }
        for seed in &self.seeds {
            self.seed(&mut plot, seed);
        }
        for (at, mean) in [(0.0, self.means[0]), (1.0, self.means[1])] {
            let Some(mean) = mean else { continue };
            let (x, y) = (plot.x.at(at), plot.y.at(mean));
            let out = if at == 0.0 { -1.0 } else { 1.0 };
            let mark = el("line").at("x1", x + out * 10.0).at("x2", x + out * 26.0).at("y1", y).at("y2", y);
            plot.add(mark.attr("stroke", "var(--ink)").attr("stroke-width", "2.5"));
            let anchor = if at == 0.0 { "end" } else { "start" };
            let words = label(x + out * 30.0, y + 4.5, 12.0, anchor, number::score(metric, mean));
            // A ground of paper, so that no grid line strikes through the number.
            let words = words.attr("paint-order", "stroke").attr("stroke", "var(--paper)").attr("stroke-width", "4");
            plot.add(words.attr("font-weight", "600"));
        }
        let dot = |hollow: bool| {
            let fill = if hollow { "var(--paper)" } else { "var(--accent)" };
            Node::from(shape(0, [12.0, 0.0], 4.5).attr("fill", fill).attr("stroke", "var(--accent)"))
        };
        let bar = el("line").attr("x1", "4").attr("x2", "20").attr("stroke", "var(--ink)").attr("stroke-width", "2.5");
        let mut legend = vec![(dot(false), "one run".to_owned()), (bar.into(), "mean".to_owned())];
        if self.seeds.iter().any(|s| s.collapsed) {
            legend.push((dot(true), "collapsed to one class".to_owned()));
        }
        if chance.is_some() {
            let line = el("line").attr("x1", "0").attr("x2", "24").attr("stroke", "var(--quiet)");
            let line = line.attr("stroke-dasharray", "5 4");
            legend.push((line.into(), "always the most frequent class".to_owned()));
        }
        plot.legend(&legend);
        Chart {
            id: "seeds".to_owned(),
            title,
            reading: Some(self.reading().to_owned()),
            definition: "paired-seeds",
            drawing: Drawing::Plain(plot.picture()),
            data: self.data(),
        }
    }

    fn reading(&self) -> &'static str {
        let joined = self.seeds.iter().filter(|s| s.single.is_some() && s.transfer.is_some()).count();
        match joined {
            0 => "Each dot is one run; no seed has both sides, so nothing is joined.",
            1 => "One result of either side.",
            _ => "Each line is one seed: the same data order and classifier, without and with the source.",
        }
    }

    fn seed(&self, plot: &mut Plot, seed: &Seed) {
        let metric = self.metric;
        let both = seed.single.zip(seed.transfer);
        if let Some((single, transfer)) = both {
            plot.path(&[[0.0, single], [1.0, transfer]], "var(--accent)", 1.5, 0.6, false);
        }
        let gain =
            both.map(|(s, t)| format!(", gain {} {}", number::gain(metric, metric.gain(t, s)), number::unit(metric)));
        let show = |v: Option<f64>| number::or_missing(v, |v| number::score(metric, v));
        let collapsed = if seed.collapsed { ", collapsed" } else { "" };
        let tip = format!(
            "seed {}: {} alone, {} after {}{}{collapsed}",
            seed.name,
            show(seed.single),
            show(seed.transfer),
            self.source,
            gain.unwrap_or_default().trim_end()
        );
        for (at, value) in [(0.0, seed.single), (1.0, seed.transfer)] {
            let Some(value) = value else { continue };
            let mark = shape(0, [plot.x.at(at), plot.y.at(value)], 5.0);
            let fill = if seed.collapsed { "var(--paper)" } else { "var(--accent)" };
            let mark = mark.attr("fill", fill).attr("stroke", "var(--accent)").attr("stroke-width", "1.5");
            let mark = mark.class("mark").attr("tabindex", "0").attr("role", "img").attr("aria-label", tip.clone());
            plot.add(mark.mark(Mark::new(tip.clone()).key(format!("seed {}", seed.name))));
        }
    }

    fn data(&self) -> Table {
        let gain = |s: &Seed| Some(self.metric.gain(s.transfer?, s.single?));
        Table::of(&self.seeds, "seeds", "Scores by seed")
            .words("seed", |s| &s.name)
            .numbers("single", |s| s.single)
            .numbers("transfer", |s| s.transfer)
            .numbers("gain", gain)
            .words("collapsed", |s| if s.collapsed { "yes" } else { "no" })
            .noted("")
    }
}

/// Ticks are steps of the fraction; in points they need two decimals less.
pub fn tick_decimals(metric: Metric, decimals: usize) -> usize {
    if number::scale(metric) > 1.0 { decimals.saturating_sub(2) } else { decimals }
}

/// The name of an axis of scores.
pub fn score_title(metric: Metric) -> String {
    if number::unit(metric).is_empty() {
        metric.label().to_owned()
    } else {
        format!("{} in {}", metric.label(), number::unit(metric))
    }
}
