//! Figures of selection against those that the authors of TaskWeb computed on their own 441 transfers.
//!
//! Kim et al., *TaskWeb: Selecting better source tasks for multi-task NLP*, 2023; the data stay outside the repository.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use transfermap::selection::{self, Candidate, Candidates, evaluate};

/// What joins everything here: source, target.
type Pair = (String, String);

/// The folder of the data; `None`, said loudly, when it is absent.
fn data() -> Option<PathBuf> {
    let named = std::env::var_os("TRANSFERMAP_SHARED").map(PathBuf::from);
    // From `core`: the repository's neighbour, or that of the folder of a git worktree.
    let shared = ["../../shared", "../../../shared"].map(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let found = named.into_iter().chain(shared).map(|shared| shared.join("data/taskweb")).find(|path| path.exists());
    if found.is_none() {
        eprintln!("SKIPPED: ../shared/data/taskweb is absent, so this test checked NOTHING");
    }
    found
}

/// The rows of a CSV file, by column.
fn rows(reader: impl Read) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(reader).deserialize().map(|row| row.unwrap()).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

fn pair(row: &BTreeMap<String, String>) -> Pair {
    (row["source"].clone(), row["target"].clone())
}

fn t5_large_fine_tuned(row: &BTreeMap<String, String>) -> bool {
    row["model"] == "t5l" && row["adaptation"] == "finetune"
}

/// What the authors' script read and printed.
struct TaskWeb {
    /// Mean over seeds.
    score: BTreeMap<Pair, f64>,
    relevance: BTreeMap<Pair, f64>,
    predicted: BTreeMap<Pair, f64>,
    /// Target, NDCG and regret@5.
    expected: Vec<(String, f64, f64)>,
}

impl TaskWeb {
    fn read(folder: &Path) -> Self {
        let open = |name: &str| File::open(folder.join(name)).unwrap();
        let mut scores: BTreeMap<Pair, Vec<f64>> = BTreeMap::new();
        for row in
            rows(flate2::read::GzDecoder::new(open("transfers.csv.gz"))).iter().filter(|r| t5_large_fine_tuned(r))
        {
            scores.entry(pair(row)).or_default().push(number(row, "score"));
        }
        assert!(scores.values().all(|seeds| seeds.len() == 8));
        let relevance =
            |row| 0.5 * number(row, "relative_change") + 0.5 * (0.2 * number(row, "positive_fraction") - 0.1);
        let published = rows(open("published_transfer.csv"));
        Self {
            score: scores.into_iter().map(|(pair, seeds)| (pair, seeds.iter().sum::<f64>() / 8.0)).collect(),
            relevance: published.iter().filter(|r| t5_large_fine_tuned(r)).map(|r| (pair(r), relevance(r))).collect(),
            predicted: rows(open("predictor_roe.csv")).iter().map(|row| (pair(row), number(row, "score"))).collect(),
            expected: rows(open("expected_selection_roe.csv"))
                .iter()
                .map(|row| (row["target"].clone(), number(row, "ndcg"), number(row, "regret_at_5")))
                .collect(),
        }
    }

    /// The candidates for a target that have everything, by name of the source.
    fn candidates(&self, target: &str) -> Vec<Candidate> {
        let here = self.score.iter().filter(|((source, t), _)| t == target && source != target);
        here.filter_map(|(pair, &score)| {
            let (&relevance, &predicted) = (self.relevance.get(pair)?, self.predicted.get(pair)?);
            Some(Candidate { score, relevance, gain: None, predicted })
        })
        .collect()
    }
}

/// The same candidates with equal relevance told apart by position, as the authors' stable sort does.
fn without_relevance_ties(mut rows: Vec<Candidate>) -> Vec<Candidate> {
    rows.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
    rows.iter().enumerate().map(|(place, row)| Candidate { relevance: -(place as f64), ..*row }).collect()
}

#[test]
fn roe_on_t5_large_equals_the_published_figures() {
    let Some(folder) = data() else { return };
    let taskweb = TaskWeb::read(&folder);
    assert_eq!(taskweb.expected.len(), 20);
    let mut all = Vec::new();
    for (target, ndcg, regret) in &taskweb.expected {
        let rows = taskweb.candidates(target);
        assert_eq!(rows.len(), 21, "{target}");
        let as_published = evaluate(&Candidates::new(without_relevance_ties(rows.clone())).unwrap());
        let ours = evaluate(&Candidates::new(rows).unwrap());
        for figures in [&as_published, &ours] {
            assert!((figures.regret_at_5_mean.unwrap() - regret).abs() < 1e-6, "{target}: {figures:?}");
        }
        assert!((as_published.ndcg_rank.unwrap() - ndcg).abs() < 1e-6, "{target}: {as_published:?}");
        // wsc alone has sources of equal relevance (five and three): the published figure ranks them by name.
        let difference = ours.ndcg_rank.unwrap() - ndcg;
        let by_ties = if target == "wsc" { -0.000_202_620 } else { 0.0 };
        assert!((difference - by_ties).abs() < 1e-6, "{target}: {difference}");
        all.push(ours);
    }
    let mean = selection::mean(&all);
    assert!(all.iter().all(|f| f.ndcg_rank.is_some() && f.regret_at_5_mean.is_some()));
    let percent = |mean: Option<f64>| format!("{:.2}", 100.0 * mean.unwrap());
    assert_eq!((percent(mean.ndcg_rank), percent(mean.regret_at_5_mean)), ("64.52".to_owned(), "4.11".to_owned()));
}
