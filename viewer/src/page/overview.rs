//! The answer for whoever has ten seconds: one sentence, what to do about each target, the map, the strongest help and
//! harm, warnings.

use transfermap::analysis::{PairAnalysis, Verdict, leaning};
use transfermap::{number, table};

use super::Context;
use crate::chart::Chart;
use crate::chart::transfer_map::transfer_map;
use crate::choices::{Change, Choice};
#[cfg(feature = "app")]
use crate::component::prelude::*;
use crate::table::Table;

/// What no verdict says.
pub const LIMITS: &str = "A verdict is about these tasks, this encoder, this recipe and these test rows. It does not say \
    what another encoder, more training data or another metric would show. An undecided pair may still help or harm, by \
    less than this study could see. Intervals of single pairs cover these test rows only, unless they are called intervals \
    over seeds and examples. Correlations over few tasks are weak evidence, whatever their p.";

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The sentence on top.
    pub answer: String,
    pub decisions: Vec<Decision>,
    /// Sizes of the study: name and value.
    pub cards: Vec<(&'static str, String)>,
    pub strongest: Vec<Strongest>,
    pub map: Chart,
    /// Where the seeds of a race went.
    pub race: Option<(String, Table)>,
    pub warnings: Vec<String>,
}

/// What to do about one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub target: String,
    pub words: String,
    /// Opens the page that says why.
    pub why: Change,
}

/// The pair with the largest gain or loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Strongest {
    pub title: &'static str,
    pub pair: String,
    pub open: Change,
    pub numbers: String,
    pub verdict: Verdict,
    /// How an undecided pair leans; empty for others.
    pub leans: String,
}

impl Content {
    pub fn charts(self) -> Vec<Chart> {
        vec![self.map]
    }
}

pub fn content(context: &Context<'_>) -> Content {
    let sentence = context.family_analysis().map_or("This report has no pair of tasks.", |f| f.sentence.as_str());
    Content {
        answer: sentence.to_owned(),
        decisions: decisions(context),
        cards: cards(context),
        strongest: strongest(context),
        map: transfer_map(context, &super::map::order(context)),
        race: context.analysis.race.as_ref().map(|race| (race.sentence.clone(), table::race(&context.pairs()))),
        warnings: context.analysis.warnings.clone(),
    }
}

fn decisions(context: &Context<'_>) -> Vec<Decision> {
    let of = |r: &transfermap::analysis::Recommendation| Decision {
        target: r.target.clone(),
        words: r.decision(),
        why: Change::to(Choice::Tab, "choose").and(Choice::Target, r.target.clone()),
    };
    context.advice().iter().map(of).collect()
}

fn cards(context: &Context<'_>) -> Vec<(&'static str, String)> {
    let report = context.report;
    let failed = report.runs.iter().filter(|r| !r.is_ok()).count();
    let collapsed =
        report.runs.iter().filter(|r| r.evaluations.values().any(|e| e.get("test").is_some_and(|t| t.constant)));
    let seconds: f64 = report.runs.iter().map(|r| r.cost.seconds).filter(|s| s.is_finite()).sum();
    let devices = distinct(report.runs.iter().map(|r| r.provenance.device.as_str()));
    let encoders = distinct(report.encoders.iter().map(|e| e.name.as_str()));
    let mut cards = vec![
        ("tasks", report.study.task.len().to_string()),
        ("runs", report.runs.len().to_string()),
        ("failed runs", failed.to_string()),
        ("collapsed runs", collapsed.count().to_string()),
        ("encoder", encoders.join(", ")),
    ];
    if !devices.is_empty() {
        cards.push(("device", devices.join(", ")));
    }
    if seconds > 0.0 {
        cards.push(("training time", hours(seconds)));
    }
    cards
}

/// Seconds for people.
pub fn hours(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{} s", number::plain(s, 0)),
        s if s < 5400.0 => format!("{} min", number::plain(s / 60.0, 0)),
        s => format!("{} h", number::plain(s / 3600.0, 1)),
    }
}

/// Each name once, empty ones left out.
pub fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names.filter(|n| !n.is_empty()) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// The largest gain and the largest loss, with what may be said of them.
fn strongest(context: &Context<'_>) -> Vec<Strongest> {
    let pairs = context.pairs();
    let by_gain = |a: &&&PairAnalysis, b: &&&PairAnalysis| a.gain.unwrap_or(0.0).total_cmp(&b.gain.unwrap_or(0.0));
    let best = pairs.iter().filter(|p| p.gain.is_some_and(|g| g > 0.0)).max_by(by_gain);
    let worst = pairs.iter().filter(|p| p.gain.is_some_and(|g| g < 0.0)).min_by(by_gain);
    let line = |title: &'static str, pair: &PairAnalysis| {
        let interval = pair.gain_ci.map(|ci| format!(" {}", number::gain_interval(pair.metric, ci)));
        let gain = number::or_missing(pair.gain, |g| number::gain(pair.metric, g));
        Strongest {
            title,
            pair: format!("{} → {}", pair.key.source, pair.key.target),
            open: Change::open_pair(&pair.key),
            numbers: format!(" {gain} {}{} ", number::unit(pair.metric), interval.unwrap_or_default()),
            verdict: pair.verdict,
            leans: match (pair.verdict, pair.probability_positive) {
                (Verdict::Undecided, Some(p)) => format!(", {}", leaning(p)),
                _ => String::new(),
            },
        }
    };
    let lines = [best.map(|p| line("Largest gain: ", p)), worst.map(|p| line("Largest loss: ", p))];
    lines.into_iter().flatten().collect()
}

/// How a verdict is coloured.
pub fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Helps => "helps",
        Verdict::Harms => "harms",
        _ => "quiet",
    }
}

#[cfg(feature = "app")]
#[component]
pub fn Overview(look: Look) -> impl IntoView {
    let Content { answer, decisions, cards, strongest, map, race, warnings } = look.see(content);
    let state = crate::state::use_state();
    let decisions = decisions.into_iter().map(|Decision { target, words, why }| {
        view! { <li><Link words=target change=why />": " {words}</li> }
    });
    let cards = cards.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    let strongest = strongest.into_iter().map(|s| {
        view! {
            <li>
                {s.title} <Link words=s.pair change=s.open /> {s.numbers}
                <span class=tone(s.verdict)>{s.verdict.signed()}</span>
                {s.leans}
            </li>
        }
    });
    let race = race.map(|(sentence, table)| {
        view! {
            <h2>"Where the seeds went"</h2>
            <p>{sentence}</p>
            <DataTable sheet=table.into() />
        }
    });
    let limits = (!warnings.is_empty()).then(|| {
        view! {
            <h2>"What limits the conclusions"</h2>
            <Bullets items=warnings />
        }
    });
    view! {
        <div class="overview">
            <div class="top">
                <p class="answer" id=state.id("answer")>{answer}</p>
                <h2>"What to train first"</h2>
                <ul class="decisions">{decisions.collect::<Vec<_>>()}</ul>
            </div>
            <div class="map"><ChartFigure chart=map /></div>
            <div class="rest">
                <ul class="strongest">{strongest.collect::<Vec<_>>()}</ul>
                <dl class="cards">{cards.collect::<Vec<_>>()}</dl>
                {limits}
                <h2>"What this study cannot tell you"</h2>
                <p>{LIMITS}</p>
            </div>
        </div>
        {race}
    }
}

#[cfg(test)]
mod tests {
    use transfermap::report::Report;

    use super::content;
    use crate::choices::Choices;
    use crate::look::Look;

    #[test]
    fn every_target_has_its_line_from_the_recommendation() {
        let report = Report::from_json(include_bytes!("../../../www/samples/real-small.json")).unwrap();
        let look = Look::new("r", report.clone(), Choices::default()).unwrap().unwrap();
        let shown = look.see(content).decisions;
        assert_eq!(shown.len(), 5);
        let one = look.see(|c| c.analysis.recommend(&report, "rte")).unwrap().remove(0);
        let line = shown.iter().find(|d| d.target == "rte").unwrap();
        assert_eq!(line.words, one.decision());
    }
}
