//! A matrix of scores, a row per source and a column per target, as rows of transfers.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::ImportError;
use super::file::{Row, Sheet};
use super::mapping::{Fields, Mapping};

/// Rows that are the targets alone.
const ALONE: [&str; 8] = ["alone", "single", "none", "baseline", "no transfer", "no source", "scratch", "-"];

/// Columns over all targets.
const MEANS: [&str; 6] = ["avg", "avg.", "average", "mean", "overall", "total"];

/// Fields that may stand beside the targets.
const BESIDE: [&str; 3] = ["seed", "encoder", "variant"];

/// Whether a file that names no source and no target is a matrix: columns are called as the values of the first are.
pub(super) fn is_matrix(sheet: &Sheet<'_>) -> bool {
    let sources: IndexSet<&str> = sheet.rows.iter().map(|row| row.text(0)).collect();
    let targets = sheet.columns.get(1..).unwrap_or_default();
    let both = targets.iter().filter(|name| sources.contains(name.as_str())).count();
    both >= 2 && 2 * both >= targets.len() && ["source", "target"].iter().all(|name| sheet.column(name).is_none())
}

/// Makes rows of a matrix: source, target and score; the diagonal, or a row called alone, is each target's baseline. Says in
/// words how it was read.
pub(super) fn to_rows(sheet: &mut Sheet<'_>, mappings: &[Mapping]) -> Result<String, ImportError> {
    let fields = Fields::new(sheet, mappings);
    let mapped = |field: &str| fields.text(field, &[field]).map(|text| text.map(|t| (field.to_owned(), t.column)));
    let beside: Vec<(String, usize)> =
        BESIDE.iter().map(|field| mapped(field)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let is_beside = |column: usize| beside.iter().any(|(_, c)| *c == column);
    let first = (0..sheet.columns.len()).find(|c| !is_beside(*c)).unwrap_or(0);
    let source = mapped("source")?.map_or(first, |(_, column)| column);
    let sources: IndexSet<&str> = sheet.rows.iter().map(|row| row.text(source)).collect();
    let is_mean = |name: &str| MEANS.contains(&name.to_lowercase().as_str()) && !sources.contains(name);
    let others = sheet.columns.iter().enumerate().filter(|(c, _)| *c != source && !is_beside(*c));
    let (means, targets): (Vec<_>, Vec<_>) = others.partition(|(_, name)| is_mean(name));
    let is_alone = |row: &Row| {
        let name = row.text(source);
        ALONE.contains(&name.to_lowercase().as_str()) && !targets.iter().any(|(_, target)| *target == name)
    };
    // Baselines are of the same seed, encoder and variant.
    let setting = |row: &Row| beside.iter().map(|(_, c)| row.text(*c).to_owned()).collect::<Vec<String>>();
    let mut alone: HashMap<(Vec<String>, &str), String> = HashMap::new();
    for row in &sheet.rows {
        for (column, target) in &targets {
            if (is_alone(row) || row.text(source) == target.as_str()) && !row.text(*column).is_empty() {
                alone.insert((setting(row), target.as_str()), row.text(*column).to_owned());
            }
        }
    }
    let mut rows = Vec::new();
    for row in sheet.rows.iter().filter(|row| !is_alone(row)) {
        for (column, target) in targets.iter().filter(|(_, target)| row.text(source) != target.as_str()) {
            let baseline = alone.get(&(setting(row), target.as_str())).map_or("", String::as_str);
            let mut cells = vec![row.text(source), target.as_str(), row.text(*column)];
            cells.extend((!alone.is_empty()).then_some(baseline));
            cells.extend(beside.iter().map(|(_, c)| row.text(*c)));
            rows.push(Row::new(row.line, cells));
        }
    }
    let left_out: Vec<String> = means.iter().map(|(_, name)| format!("`{name}`")).collect();
    let left_out =
        if left_out.is_empty() { String::new() } else { format!("; left out as means: {}", left_out.join(", ")) };
    let diagonal = if alone.is_empty() { "" } else { "; the diagonal is each task alone" };
    let note =
        format!("{}: read as a matrix, sources in rows and targets in columns{diagonal}{left_out}.", sheet.file.name);
    let baseline = (!alone.is_empty()).then(|| "baseline".to_owned());
    let heads = ["source", "target", "score"].map(str::to_owned).into_iter().chain(baseline);
    let columns = heads.chain(beside.iter().filter_map(|(_, c)| sheet.columns.get(*c).cloned())).collect();
    sheet.replace(columns, rows);
    Ok(note)
}
