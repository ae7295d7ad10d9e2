//! `transfermap fetch`: brings models, data sets, or all that a study names into the cache, and checks what is there.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use transfermap::study::{Study, is_hub_id, is_revision};

use super::study_file;
use crate::error::Wrong;
use crate::hub::resolve::{self, Way};
use crate::hub::{Access, FetchProgress, Hub, HubError, When};

/// Arguments of `fetch`.
#[derive(Debug, Args)]
pub(super) struct Fetch {
    #[command(subcommand)]
    what: What,
    /// Nothing on stderr
    #[arg(long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A model: config.json, tokenizer.json, model.safetensors
    #[command(after_help = "Example:\n\
         \x20 transfermap fetch model albert/albert-base-v2")]
    Model {
        /// Its id, such as albert/albert-base-v2
        id: String,
        /// Commit, branch or tag; default: main
        #[arg(long)]
        revision: Option<String>,
    },
    /// A data set
    #[command(after_help = "Example:\n\
         \x20 transfermap fetch dataset nyu-mll/glue --config rte --split train")]
    Dataset {
        /// Its id, such as nyu-mll/glue
        id: String,
        /// Configuration, where it has several
        #[arg(long)]
        config: Option<String>,
        /// One split; default: all of the configuration
        #[arg(long)]
        split: Option<String>,
        /// Commit, branch or tag; default: main
        #[arg(long)]
        revision: Option<String>,
    },
    /// All that a study names of the hub
    #[command(after_help = "Example:\n\
         \x20 transfermap fetch study study.toml")]
    Study {
        /// Study file
        file: PathBuf,
    },
}

impl Fetch {
    pub(super) fn execute(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if Access::from_environment(false).map_err(HubError::into_told)?.offline.is_some() {
            return Err(Wrong("HF_HUB_OFFLINE is set, and `fetch` asks the hub; unset it".into()).into());
        }
        let mut shown = FetchProgress::new(self.quiet);
        match &self.what {
            What::Model { id, revision } => {
                let access = ready(id, revision.as_deref())?;
                let found = Hub::new(&access, &mut shown).model(id, revision.as_deref(), true, When::Now);
                let found = found.map_err(HubError::into_told)?;
                writeln!(out, "{id}@{}\t{}", found.commit, found.folder.display())?;
            }
            What::Dataset { id, config, split, revision } => {
                let access = ready(id, revision.as_deref())?;
                let found = Hub::new(&access, &mut shown)
                    .dataset(id, config.as_deref(), split.as_deref(), revision.as_deref(), When::Now)
                    .map_err(HubError::into_told)?;
                for split in found {
                    for file in &split.files {
                        writeln!(out, "datasets/{id}@{}\t{}\t{}", split.snapshot.commit, split.split, file.display())?;
                    }
                }
            }
            What::Study { file } => {
                let (text, base) = study_file::read(file)?;
                let mut study = Study::from_toml(&text).map_err(|e| Wrong::at(file.display(), &e))?;
                let way = Way { offline: false, when: When::Now, without_encoders: false, stop: None };
                for commit in resolve::study(&mut study, &base, &way, &mut shown).map_err(HubError::into_told)? {
                    writeln!(out, "{commit}")?;
                }
            }
        }
        Ok(())
    }
}

fn ready(id: &str, revision: Option<&str>) -> anyhow::Result<Access> {
    if !is_hub_id(id) {
        return Err(Wrong(format!("`{id}` is no id of the hub; ids look like `albert/albert-base-v2`")).into());
    }
    if let Some(bad) = revision.filter(|r| !is_revision(r)) {
        return Err(Wrong(format!("--revision {bad}: give a commit, a branch or a tag")).into());
    }
    Access::from_environment(false).map_err(HubError::into_told)
}
