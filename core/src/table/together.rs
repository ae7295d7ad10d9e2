//! Alone, after a source, for longer and together: what each came to, and what each was trained on.

use super::{Cell, Medium, Show, Table, Tone, Value};
use crate::analysis::{ArmAnalysis, Choice, Comparison, ConflictAnalysis, ConflictPair, How, Question, Verdict};
use crate::record::RunRecord;
use crate::report::Report;
use crate::study::JointPlan;

/// How an arm's models came to their target, in words.
pub fn arm_words(how: How, block: Option<&str>, others: &[String]) -> String {
    let of_block = match block {
        None | Some("equal") => String::new(),
        Some(block) => format!(" ({block})"),
    };
    match how {
        How::Alone => "alone".to_owned(),
        How::Longer => "alone, for longer".to_owned(),
        How::After => format!("after {}", others.join(", ")),
        How::Together if others.len() > 2 => format!("together with {} others{of_block}", others.len()),
        How::Together => format!("together with {}{of_block}", others.join(" and ")),
    }
}

fn verdict(verdict: Option<Verdict>) -> Cell {
    let tone = match verdict {
        Some(Verdict::Helps) => Some(Tone::Good),
        Some(Verdict::Harms) => Some(Tone::Bad),
        _ => None,
    };
    let value = verdict.map_or(Value::Nothing, |v| Value::Named(v.name(), v.signed()));
    Cell { tone, ..value.into() }
}

fn flags(flags: &[crate::analysis::Flag]) -> Value {
    Value::List(flags.iter().map(|f| f.name()).collect())
}

/// One row per arm of each target.
pub fn arms(arms: &[ArmAnalysis]) -> Table {
    let alone = |a: &ArmAnalysis| a.how == How::Alone;
    let encoders = arms.iter().any(|a| arms.first().is_some_and(|first| first.encoder != a.encoder));
    let table = Table::of(arms, "arms", "Alone, after, together");
    let table =
        if encoders { table.words("encoder", |a| &a.encoder) } else { table.words("", |_| Value::Nothing).on(&[]) };
    table
        .words("target", |a| &a.target)
        .words("arm", |a| arm_words(a.how, a.block.as_deref(), &a.others))
        .numbers("n", |a| a.n)
        .numbers("score", |a| Value::number(a.score, Show::Score(a.metric)))
        .numbers("gain", |a| if alone(a) { Value::Nothing } else { Value::number(a.gain, Show::Gain(a.metric)) })
        .defined("gain")
        .intervals("interval", |a| a.gain_ci, |a| Show::Gain(a.metric))
        .words("verdict", |a| verdict(a.verdict))
        .numbers("target_batches", |a| Value::count(a.target_batches.and_then(|n| usize::try_from(n).ok())))
        .head("target's batches")
        .numbers("body_steps", |a| Value::count(a.body_steps.and_then(|n| usize::try_from(n).ok())))
        .head("body's steps")
        .numbers("batches", |a| Value::count(a.batches.and_then(|n| usize::try_from(n).ok())))
        .head("batches in all")
        .words("flags", |a| flags(&a.flags))
        .noted(
            "Test scores in points, gains over training alone with their interval; the verdicts of pairs are those of the \
             transfer maps, of larger sets those of their comparison. A batch is the examples of one optimizer step.",
        )
}

/// The comparisons of one question.
pub fn comparisons_of(question: Question, all: &[Comparison]) -> Table {
    let rows: Vec<Comparison> = all.iter().filter(|c| c.question == question).cloned().collect();
    Table { id: question.name().to_owned(), title: question.words().to_owned(), ..comparisons(&rows) }
}

/// All comparisons.
pub fn comparisons(all: &[Comparison]) -> Table {
    const CSV: &[Medium] = &[Medium::Csv];
    Table::of(all, "comparisons", "Comparisons")
        .words("encoder", |c| &c.encoder)
        .on(CSV)
        .words("question", |c| c.question.name())
        .on(CSV)
        .words("block", |c| &c.block)
        .words("with", |c| c.others.join(", "))
        .words("target", |c| &c.target)
        .numbers("n", |c| c.n)
        .numbers("score", |c| Value::number(c.score, Show::Score(c.metric)))
        .numbers("reference", |c| Value::number(c.reference, Show::Score(c.metric)))
        .numbers("gain", |c| Value::number(c.gain, Show::Gain(c.metric)))
        .defined("gain")
        .intervals("interval", |c| c.gain_ci, |c| Show::Gain(c.metric))
        .numbers("p", |c| Value::number(c.p, Show::P))
        .numbers("p_holm", |c| Value::number(c.p_holm, Show::P))
        .head("Holm p")
        .words("verdict", |c| verdict(Some(c.verdict)))
        .words("flags", |c| flags(&c.flags))
        .noted("")
}

/// Every joint run, once for each of its tasks.
pub fn joint_runs(report: &Report) -> Table {
    let of_run = |run| {
        let joint = RunRecord::joint_tasks(run);
        joint.map(move |(plan, task)| (run, plan, task))
    };
    let rows: Vec<(&RunRecord, &JointPlan, &str)> = report.runs.iter().flat_map(of_run).collect();
    let score = |(run, _, task): &(&RunRecord, &JointPlan, &str)| {
        let metric = report.study.task(task).map(|t| t.metric)?;
        run.evaluation(task, "test").filter(|_| run.is_ok())?.scores.get(metric.name()).copied()
    };
    Table::of(&rows, "joint", "Joint runs")
        .words("encoder", |(run, ..)| &run.encoder)
        .words("block", |(_, plan, _)| &plan.block)
        .words("set", |(run, ..)| run.targets.join("+"))
        .words("target", |(.., task)| *task)
        .numbers("seed", |(run, ..)| Value::count(run.seed.and_then(|s| usize::try_from(s).ok())))
        .numbers("score", score)
        .numbers("batches", |(run, _, task)| {
            Value::count(run.budget.by_task.get(*task).and_then(|b| usize::try_from(b.batches).ok()))
        })
        .noted("")
}

/// What validation chooses for each target.
pub fn choices(choices: &[Choice]) -> Table {
    Table::of(choices, "choices", "What validation chooses")
        .words("target", |c| &c.target)
        .words("chosen", |c| match (c.how, &c.reason) {
            (Some(how), _) => arm_words(how, c.block.as_deref(), &c.others),
            (None, reason) => reason.clone().unwrap_or_default(),
        })
        .numbers("candidates", |c| c.candidates)
        .numbers("validation", |c| Value::number(c.validation, Show::Score(c.metric)))
        .numbers("gain", |c| Value::number(c.gain, Show::Gain(c.metric)))
        .head("gain on test")
        .intervals("interval", |c| c.gain_ci, |c| Show::Gain(c.metric))
        .numbers("p_holm", |c| Value::number(c.p_holm, Show::P))
        .head("Holm p")
        .words("verdict", |c| verdict(c.verdict))
        .noted("Of alone, after each source and together the arm with the best mean validation score, and its gain on test.")
}

/// How the gradients of tasks agreed.
pub fn conflicts(sets: &[ConflictAnalysis]) -> Table {
    let rows: Vec<(&ConflictAnalysis, &ConflictPair)> =
        sets.iter().flat_map(|set| set.pairs.iter().map(move |pair| (set, pair))).collect();
    Table::of(&rows, "conflicts", "How the gradients agreed")
        .words("block", |(set, _)| &set.block)
        .words("set", |(set, _)| match set.tasks.len() {
            2 => "pair".to_owned(),
            n => format!("{n} tasks"),
        })
        .words("tasks", |(_, pair)| format!("{}, {}", pair.a, pair.b))
        .numbers("cosine", |(_, pair)| Value::number(pair.cosine, Show::Signed(2)))
        .numbers("conflict_rate", |(_, pair)| Value::number(pair.conflict_rate, Show::Percent))
        .head("conflict rate")
        .numbers("noise_floor", |(_, pair)| Value::number(pair.noise_floor, Show::Signed(2)))
        .head("cosine with itself")
        .numbers("magnitude_similarity", |(_, pair)| Value::number(pair.magnitude_similarity, Show::Plain(2)))
        .head("likeness in length")
        .noted(
            "Mean cosine of the gradients of the shared body at sampled steps, and the share of steps with a cosine below 0; \
             beside it the cosine of two batches of the same task: two tasks can hardly agree more than a task with itself.",
        )
}
