//! The files of a model that training needs, and what to do about models that lack them.

use super::cache::Repo;
use super::error::HubError;
use super::repository::{Hub, MAIN, Snapshot, When};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// What the tokenizer is made of where there is no tokenizer.json, together.
const VOCABULARIES: [&[&str]; 2] = [&["vocab.txt"], &["vocab.json", "merges.txt"]];

/// What says more of such a vocabulary.
const OF_VOCABULARY: [&str; 2] = ["special_tokens_map.json", "added_tokens.json"];

/// What says how the tokenizer is to be taken.
const SETTINGS: &str = "tokenizer_config.json";

/// Files of a model.
struct Wanted {
    /// Without them nothing is trained.
    needed: Vec<String>,
    /// They go with the tokenizer.
    more: Vec<String>,
}

impl Hub<'_> {
    /// config.json, the weights and, where `tokenizer`, the tokenizer of a model; `revision` is a commit, a
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
        let cache = &self.access.cache;
        if when == When::Missing
            && let Some(commit) = cache.commit(&repo, revision)
        {
            let files = cache.listing(&repo, &commit).unwrap_or_else(|| cache.present(&repo, &commit));
            let offline = self.access.offline.is_some();
            if let Ok(wanted) = wanted(&files, tokenizer)
                && wanted.needed.iter().all(|file| cache.find(&repo, &commit, file).is_some())
                && (offline || wanted.more.iter().all(|file| cache.find(&repo, &commit, file).is_some()))
            {
                let folder = cache.snapshot(&repo, &commit);
                return Ok(Snapshot { repo, commit, folder });
            }
        }
        let listing = self.listing(&repo, revision, when)?;
        let files: Vec<String> = match wanted(&listing.files, tokenizer) {
            Ok(wanted) => wanted.needed.into_iter().chain(wanted.more).collect(),
            // What is in the cache may not be all.
            Err(_) if listing.guessed => {
                let basic = [CONFIG, WEIGHTS, TOKENIZER].into_iter().filter(|file| tokenizer || *file != TOKENIZER);
                basic.map(str::to_owned).collect()
            }
            Err(reason) => return Err(HubError::content(&repo, reason)),
        };
        let snapshot = self.bring(&repo, &listing, &files, when)?;
        self.access.cache.set_commit(&repo, revision, &listing.commit)?;
        Ok(snapshot)
    }
}

/// What is wanted of a repository with these files; else what it lacks, before anything is fetched.
fn wanted(files: &[String], tokenizer: bool) -> Result<Wanted, &'static str> {
    let has = |name: &str| files.iter().any(|f| f == name);
    let mut needed = Vec::new();
    if has(WEIGHTS) {
        needed.push(WEIGHTS.to_owned());
    } else if has(INDEX) {
        // model-00001-of-00003.safetensors.
        let is_part = |f: &&String| f.starts_with("model-") && f.ends_with(".safetensors") && !f.contains('/');
        let parts: Vec<String> = files.iter().filter(is_part).cloned().collect();
        if parts.is_empty() {
            return Err(
                "model.safetensors.index.json is there, and not the files that it names: load it with transformers, give `save_pretrained(FOLDER, max_shard_size=\"100GB\")`, and name the folder in `path`",
            );
        }
        needed.push(INDEX.to_owned());
        needed.extend(parts);
    } else if has("pytorch_model.bin") || has("pytorch_model.bin.index.json") {
        return Err(
            "only pytorch_model.bin is there, no model.safetensors; a .bin can run code when it is read: convert it with transformers' `save_pretrained(FOLDER, safe_serialization=True)` and name the folder in `path`, or name a revision that has safetensors",
        );
    } else {
        return Err("no model.safetensors in it; is it a model for transformers?");
    }
    if !has(CONFIG) {
        return Err("no config.json in it; is it a model for transformers?");
    }
    needed.insert(0, CONFIG.to_owned());
    let mut more: Vec<&str> = Vec::new();
    if tokenizer {
        more.push(SETTINGS);
        if has(TOKENIZER) {
            needed.push(TOKENIZER.to_owned());
        } else {
            let found = VOCABULARIES.into_iter().find(|files| files.iter().all(|file| has(file)));
            let found = found.ok_or(
                "no tokenizer.json in it: give `tokenizer = \"path/to/tokenizer.json\"`; transformers' `AutoTokenizer.from_pretrained(ID).save_pretrained(FOLDER)` writes one",
            )?;
            needed.extend(found.iter().map(|file| (*file).to_owned()));
            more.extend(OF_VOCABULARY);
        }
    }
    let more = more.into_iter().filter(|file| has(file)).map(str::to_owned).collect();
    Ok(Wanted { needed, more })
}
