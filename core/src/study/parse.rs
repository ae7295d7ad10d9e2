//! Study text → checked [`Study`]: every complaint carries a line and a remedy.

use super::lines::{Lines, line_of};
use super::name::check_name;
use super::{Encoder, LabelsError, Pairs, Protocol, Study, StudyError, Task, is_hub_id, joint, source};

pub(super) fn parse(text: &str) -> Result<Study, StudyError> {
    let study: Study = toml::from_str(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        StudyError { line: line_of(text, at), message: with_remedy(text, at, e.message()) }
    })?;
    check(&study, &Lines::new(text))?;
    Ok(study)
}

/// The message of what is no TOML, with what to do about a path of Windows where that is the reason.
pub(super) fn with_remedy(text: &str, at: usize, message: &str) -> String {
    let said = with_suggestion(message);
    let before = text.get(..at).unwrap_or(text).rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(before..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let of_escape = ["escape", "unicode"].iter().any(|word| message.contains(word));
    if of_escape && line.contains('\\') { format!("{said}; {}", source::BACKSLASH) } else { said }
}

/// Adds "did you mean" to serde's list of the keys that it knows.
fn with_suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(unknown) = quoted.next().filter(|_| message.starts_with("unknown")) else {
        return message.to_owned();
    };
    let known: Vec<&str> = quoted.collect();
    let nearest = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(unknown, k), *k))
        .filter(|(distance, k)| *distance <= k.len().max(unknown.len()).div_ceil(2))
        .min();
    let what = if message.starts_with("unknown field") { "unknown key" } else { "unknown value" };
    match nearest {
        Some((_, k)) => format!("{what} `{unknown}`; did you mean `{k}`? Known here: {}", known.join(", ")),
        None => format!("{what} `{unknown}`; known here: {}", known.join(", ")),
    }
}

/// Checks what the types do not.
pub(super) fn check(study: &Study, lines: &Lines<'_>) -> Result<(), StudyError> {
    let top = |key: &str, message: String| Err(lines.error(key, None, "", message));
    if study.version != 1 {
        return top(
            "version",
            format!("version {} of the study format; this transfermap reads version 1", study.version),
        );
    }
    if study.seeds.is_empty() {
        return top("seeds", "no seeds; give at least one, better five or more".into());
    }
    let mut seen = std::collections::BTreeSet::new();
    if let Some(twice) = study.seeds.iter().find(|s| !seen.insert(**s)) {
        return top("seeds", format!("seed {twice} is given twice; every seed must differ"));
    }
    if study.protocols.is_empty() {
        return top("protocols", "no protocols; give some of \"single\", \"sequential\" and \"joint\"".into());
    }
    if study.protocols.contains(&Protocol::Source) {
        return top(
            "protocols",
            "\"source\" runs come from [recipe.source]; give some of \"single\", \"sequential\" and \"joint\"".into(),
        );
    }
    if study.encoder.is_empty() {
        return top("encoder", "no [[encoder]]; give one".into());
    }
    if study.task.is_empty() {
        return top("task", "no [[task]]; give at least one".into());
    }
    check_names(study, lines)?;
    for (i, encoder) in study.encoder.iter().enumerate() {
        check_encoder(encoder).map_err(|(key, m)| lines.error("encoder", Some(i), key, m))?;
    }
    study.measures.check().map_err(|(key, m)| lines.table_error("measures", key, m))?;
    if study.recipe.source.as_ref().is_some_and(|s| s.source.is_some()) {
        return top("recipe", "[recipe.source.source] means nothing; remove it".into());
    }
    for (i, task) in study.task.iter().enumerate() {
        check_task(task).map_err(|(key, m)| lines.error("task", Some(i), key, format!("task `{}`: {m}", task.name)))?;
        for protocol in [Protocol::Single, Protocol::Source] {
            let recipe = study.recipe_for(task, protocol);
            recipe.check().map_err(|e| lines.recipe_error(i, task, protocol, e.key, e.to_string()))?;
            if recipe.needs_validation() && task.validation.source().is_none() && task.validation.share() == 0.0 {
                return Err(lines.error(
                    "task",
                    Some(i),
                    "name",
                    format!(
                        "task `{}`: early stopping and `load_best_model_at_end` choose on a validation set; add `validation = 0.1`",
                        task.name
                    ),
                ));
            }
        }
    }
    check_pairs(study, lines)?;
    check_joint(study, lines)?;
    let race = study.race.as_ref().map_or(Ok(()), |race| race.check(study));
    race.map_err(|(key, m)| lines.table_error("race", key, m))
}

fn check_joint(study: &Study, lines: &Lines<'_>) -> Result<(), StudyError> {
    if !study.joint.is_empty() && !study.protocols.contains(&Protocol::Joint) {
        let message = "[[joint]] says how, and `protocols` does not ask for it; add \"joint\", or remove the block";
        return Err(lines.error("joint", Some(0), "", message.into()));
    }
    if study.protocols.contains(&Protocol::Joint) && study.task.len() < 2 {
        return Err(lines.error(
            "protocols",
            None,
            "",
            "\"joint\" trains tasks together, and there is one; add a [[task]]".into(),
        ));
    }
    for (i, block) in study.joint.iter().enumerate() {
        joint::check(study, i, block)
            .map_err(|(key, m)| lines.error("joint", Some(i), key, format!("[[joint]] `{}`: {m}", block.name())))?;
    }
    joint::check_controls(study).map_err(|(key, m)| lines.table_error("controls", key, m))
}

fn check_names(study: &Study, lines: &Lines<'_>) -> Result<(), StudyError> {
    let encoders: Vec<&str> = study.encoder.iter().map(|e| e.name.as_str()).collect();
    let tasks: Vec<&str> = study.task.iter().map(|t| t.name.as_str()).collect();
    for (list, names) in [("encoder", encoders), ("task", tasks)] {
        for (i, name) in names.iter().enumerate() {
            check_name(name).map_err(|e| lines.error(list, Some(i), "name", e.to_string()))?;
            if names.iter().take(i).any(|n| n == name) {
                return Err(lines.error(list, Some(i), "name", format!("two {list}s are called `{name}`; rename one")));
            }
        }
    }
    Ok(())
}

type Complaint = (&'static str, String);

fn check_encoder(encoder: &Encoder) -> Result<(), Complaint> {
    let given = [encoder.path.is_some(), encoder.embedded.is_some(), encoder.config.is_some()];
    match given.iter().filter(|g| **g).count() {
        1 => {}
        0 => return Err(("name", format!("encoder `{}`: give `path`, `embedded` or `config`", encoder.name))),
        _ => {
            return Err((
                "name",
                format!("encoder `{}`: give only one of `path`, `embedded` and `config`", encoder.name),
            ));
        }
    }
    if encoder.config.is_some() && encoder.tokenizer.is_none() {
        return Err((
            "config",
            format!("encoder `{}`: random weights need `tokenizer = \"path/to/tokenizer.json\"`", encoder.name),
        ));
    }
    if let Some(revision) = &encoder.revision {
        match &encoder.path {
            Some(path) if is_hub_id(path) => {
                source::check_revision(revision).map_err(|e| ("revision", e.to_string()))?
            }
            _ => {
                let message = "`revision` is for a model of the hub, path = \"organisation/name\"; remove it";
                return Err(("revision", format!("encoder `{}`: {message}", encoder.name)));
            }
        }
    }
    for (key, path) in [("path", &encoder.path), ("tokenizer", &encoder.tokenizer)] {
        let found = path.as_deref().map_or(Ok(()), source::check_path);
        found.map_err(|e| (key, format!("encoder `{}`: {key} = {e}", encoder.name)))?;
    }
    if encoder.max_length < 8 {
        return Err(("max_length", format!("max_length = {}; give at least 8", encoder.max_length)));
    }
    Ok(())
}

pub(super) fn check_task(task: &Task) -> Result<(), Complaint> {
    // Labels that are left out are read from the data later, and checked then.
    if !(task.labels.is_empty() && task.train.may_name_classes()) {
        task.label_set().map_err(|e| {
            let key = if matches!(e, LabelsError::UnknownMerge(_)) { "merge" } else { "labels" };
            (key, e.to_string())
        })?;
    }
    if let Some(margin) = task.margin
        && !(margin.is_finite() && margin > 0.0)
    {
        return Err(("margin", format!("margin = {margin}; give a number above 0")));
    }
    if task.recipe.source.as_ref().is_some_and(|s| s.source.is_some()) {
        return Err(("recipe", "[task.recipe.source.source] means nothing; remove it".into()));
    }
    check_shares(task)?;
    let splits = [("train", Some(&task.train)), ("test", task.test.source()), ("validation", task.validation.source())];
    for (key, source) in splits.into_iter().filter_map(|(k, s)| s.map(|s| (k, s))) {
        source::check(task, key, source).map_err(|e| (key, e.to_string()))?;
    }
    Ok(())
}

/// Shares of the training file: training has to keep rows, and a test needs some.
fn check_shares(task: &Task) -> Result<(), Complaint> {
    for (key, held_out) in [("test", &task.test), ("validation", &task.validation)] {
        let share = held_out.share();
        let from = if key == "test" { "above 0" } else { "from 0" };
        if !(0.0..1.0).contains(&share) || (key == "test" && share == 0.0 && held_out.source().is_none()) {
            return Err((key, format!("{key} = {share}: give a share {from} to below 1")));
        }
    }
    Ok(())
}

fn check_pairs(study: &Study, lines: &Lines<'_>) -> Result<(), StudyError> {
    let error = |m: String| Err(lines.error("pairs", None, "", m));
    let list = match &study.pairs {
        Pairs::Named(word) if word == "all" => return check_heads(study, lines),
        Pairs::Named(word) => {
            return error(format!("pairs = \"{word}\"; give \"all\" or a list of [\"source\", \"target\"]"));
        }
        Pairs::List(list) => list,
    };
    let names: Vec<&str> = study.task.iter().map(|t| t.name.as_str()).collect();
    for (i, (source, target)) in list.iter().enumerate() {
        for name in [source, target] {
            if !names.contains(&name.as_str()) {
                let nearest = names.iter().min_by_key(|n| strsim::damerau_levenshtein(n, name)).copied().unwrap_or("");
                return error(format!(
                    "pair [\"{source}\", \"{target}\"]: no task is called `{name}`; did you mean `{nearest}`?"
                ));
            }
        }
        if source == target {
            return error(format!("pair [\"{source}\", \"{target}\"]: source and target must differ"));
        }
        if list.iter().take(i).any(|p| p == &(source.clone(), target.clone())) {
            return error(format!("pair [\"{source}\", \"{target}\"] is listed twice; remove one"));
        }
    }
    check_heads(study, lines)
}

/// A kept head needs equal class counts.
fn check_heads(study: &Study, lines: &Lines<'_>) -> Result<(), StudyError> {
    if !study.protocols.contains(&Protocol::Sequential) {
        return Ok(());
    }
    let classes = |task: &Task| task.label_set().map_or(0, |l| l.names.len());
    for (source, target) in study.pairs() {
        let (Some(s), Some(i)) = (study.task(&source), study.task.iter().position(|t| t.name == target)) else {
            continue;
        };
        let Some(t) = study.task.get(i) else { continue };
        if s.labels.is_empty() || t.labels.is_empty() {
            continue;
        }
        if study.recipe_for(t, Protocol::Sequential).head != super::Head::Keep || classes(s) == classes(t) {
            continue;
        }
        let message = format!(
            "head = \"keep\": `{source}` has {} classes and `{target}` has {}; give head = \"reset\", merge labels, or leave the pair out",
            classes(s),
            classes(t)
        );
        return Err(lines.recipe_error(i, t, Protocol::Sequential, "head", message));
    }
    Ok(())
}
