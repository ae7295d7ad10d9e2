//! The files of a model that training needs, and what to do about models that lack them.

use super::cache::Repo;
use super::error::HubError;
use super::repository::{Hub, Listing, MAIN, Snapshot, When};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const WEIGHTS: &str = "model.safetensors";

impl Hub<'_> {
    /// config.json, model.safetensors and, where `tokenizer`, tokenizer.json of a model; `revision` is a commit, a
    /// branch or a tag, `main` where absent.
    ///
    /// # Errors
    /// What the hub, the network or the disk refuses; a model without these files, with the remedy.
    pub fn model(
        &mut self,
        id: &str,
        revision: Option<&str>,
        tokenizer: bool,
        when: When,
    ) -> Result<Snapshot, HubError> {
        let repo = Repo::model(id);
        let revision = revision.unwrap_or(MAIN);
        let wanted: Vec<String> = [CONFIG, WEIGHTS, TOKENIZER]
            .iter()
            .filter(|f| tokenizer || **f != TOKENIZER)
            .map(|f| (*f).into())
            .collect();
        let cache = &self.access.cache;
        if when == When::Missing
            && let Some(commit) = cache.commit(&repo, revision)
            && wanted.iter().all(|file| cache.find(&repo, &commit, file).is_some())
        {
            let folder = cache.snapshot(&repo, &commit);
            return Ok(Snapshot { repo, commit, folder });
        }
        let listing = self.listing(&repo, revision, when)?;
        if !listing.guessed {
            complete(&repo, &listing, tokenizer)?;
        }
        let snapshot = self.bring(&repo, &listing, &wanted, when)?;
        self.access.cache.set_commit(&repo, revision, &listing.commit)?;
        Ok(snapshot)
    }
}

/// Refuses a repository that lacks a file, before anything is fetched.
fn complete(repo: &Repo, listing: &Listing, tokenizer: bool) -> Result<(), HubError> {
    let has = |name: &str| listing.files.iter().any(|f| f == name);
    let lacks = |reason: &str| Err(HubError::content(repo, reason));
    if !has(WEIGHTS) {
        if has("model.safetensors.index.json") {
            return lacks(
                "its weights are split over several files, which are not read: load it with transformers, give `save_pretrained(FOLDER, max_shard_size=\"100GB\")`, and name the folder in `path`",
            );
        }
        if has("pytorch_model.bin") {
            return lacks(
                "only pytorch_model.bin is there, no model.safetensors; a .bin can run code when it is read: convert it with transformers' `save_pretrained(FOLDER, safe_serialization=True)` and name the folder in `path`, or name a revision that has safetensors",
            );
        }
        return lacks("no model.safetensors in it; is it a model for transformers?");
    }
    if !has(CONFIG) {
        return lacks("no config.json in it; is it a model for transformers?");
    }
    if tokenizer && !has(TOKENIZER) {
        return lacks(
            "no tokenizer.json in it: give `tokenizer = \"path/to/tokenizer.json\"`; transformers' `AutoTokenizer.from_pretrained(ID).save_pretrained(FOLDER)` writes one",
        );
    }
    Ok(())
}
