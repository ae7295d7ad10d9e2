//! The files of a split, or of a whole configuration, of a data set.

use std::path::PathBuf;

use super::cache::Repo;
use super::card::Card;
use super::error::HubError;
use super::repository::{Hub, Listing, MAIN, Snapshot, When};
use super::splits::{self, NoSplit, Split};
use crate::data::Features;

/// Where the hub keeps its own Parquet copy of data sets that come as something else.
const CONVERTED: &str = "refs/convert/parquet";

const README: &str = "README.md";

/// The longest page whose head is read, in bytes.
const LONGEST_PAGE: u64 = 4 << 20;

/// A split that is in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFiles {
    pub split: String,
    /// The commit that it is of.
    pub snapshot: Snapshot,
    /// Its files, in the order of their rows.
    pub files: Vec<PathBuf>,
    /// What the data set's page says of the columns.
    pub features: Features,
}

/// A configuration's splits in a listing.
struct Layout {
    /// Revisions by which the cache finds the commits again.
    revisions: Vec<(String, String)>,
    listing: Listing,
    splits: Vec<(String, Split)>,
    card: Card,
}

impl Hub<'_> {
    /// Splits of a data set: the one named, else all of the configuration `config`, which may be left out where there is
    /// one or a default. `revision` is a commit, a branch or a tag; where absent `main`, or, where that holds nothing
    /// that is read, the hub's own Parquet copy.
    ///
    /// # Errors
    /// What the hub, the network or the disk refuses; no such configuration or split, with those that there are.
    pub fn dataset(
        &mut self,
        id: &str,
        config: Option<&str>,
        split: Option<&str>,
        revision: Option<&str>,
        when: When,
    ) -> Result<Vec<SplitFiles>, HubError> {
        let repo = Repo::dataset(id);
        let layout = self.layout(&repo, config, split, revision, when)?;
        let mut out = Vec::new();
        for (name, found) in &layout.splits {
            if layout.listing.guessed && !splits::is_complete(&found.files) {
                // Rows that are missing would change the study without a word.
                self.online(&repo, Some(&format!("a part of the split `{name}`")))?;
            }
            let snapshot = self.bring(&repo, &layout.listing, &found.files, when)?;
            out.push(SplitFiles {
                split: name.clone(),
                files: found.files.iter().map(|f| snapshot.folder.join(f)).collect(),
                features: layout.card.features_of(&found.config).cloned().unwrap_or_default(),
                snapshot,
            });
        }
        for (revision, commit) in &layout.revisions {
            self.access.cache.set_commit(&repo, revision, commit)?;
        }
        Ok(out)
    }

    fn layout(
        &mut self,
        repo: &Repo,
        config: Option<&str>,
        split: Option<&str>,
        revision: Option<&str>,
        when: When,
    ) -> Result<Layout, HubError> {
        let main = revision.unwrap_or(MAIN);
        let listing = self.listing(repo, main, when)?;
        let card = self.card(repo, &listing, when)?;
        let complaint = |why: NoSplit| match why {
            NoSplit::Config(what) | NoSplit::Split(what) => HubError::content(repo, what),
            NoSplit::NoFiles => HubError::content(
                repo,
                "it holds no Parquet, CSV, TSV or JSONL file, and the hub has no Parquet copy of it: download it another way and name the files in `file`",
            ),
        };
        match choose(&listing, &card, config, split) {
            Ok(splits) => {
                let revisions = vec![(main.to_owned(), listing.commit.clone())];
                Ok(Layout { revisions, listing, splits, card })
            }
            Err(NoSplit::NoFiles) if revision.is_none() => {
                let copy = match self.listing(repo, CONVERTED, when) {
                    Err(error) if error.is_absence() => return Err(complaint(NoSplit::NoFiles)),
                    copy => copy?,
                };
                // The copy has no page of its own, and folders of its own.
                let card = Card { configs: Vec::new(), ..card };
                let splits = choose(&copy, &card, config, split).map_err(complaint)?;
                let revisions = vec![(main.to_owned(), listing.commit), (CONVERTED.to_owned(), copy.commit.clone())];
                Ok(Layout { revisions, listing: copy, splits, card })
            }
            Err(why) => Err(complaint(why)),
        }
    }

    /// What the data set's page says; a page that cannot be read says nothing, and that is said.
    fn card(&mut self, repo: &Repo, listing: &Listing, when: When) -> Result<Card, HubError> {
        if !listing.files.iter().any(|f| f == README) {
            return Ok(Card::default());
        }
        let snapshot = self.bring(repo, listing, &[README.into()], when)?;
        let path = snapshot.folder.join(README);
        let mut page = Vec::new();
        std::fs::File::open(&path)
            .and_then(|file| std::io::Read::read_to_end(&mut std::io::Read::take(file, LONGEST_PAGE), &mut page))
            .map_err(|e| HubError::file("read", &path, e))?;
        Ok(Card::new(&String::from_utf8_lossy(&page)).unwrap_or_else(|e| {
            self.watch.say(&format!("{repo}: the head of its page cannot be read, so names of files tell ({e})"));
            Card::default()
        }))
    }
}

fn choose(
    listing: &Listing,
    card: &Card,
    config: Option<&str>,
    split: Option<&str>,
) -> Result<Vec<(String, Split)>, NoSplit> {
    match split {
        Some(split) => splits::find(&listing.files, card, config, split).map(|s| vec![(split.to_owned(), s)]),
        None => match splits::all(&listing.files, card, config)? {
            all if all.is_empty() => Err(NoSplit::Split("no file of it names a split; name files in `file`".into())),
            all => Ok(all),
        },
    }
}
