//! tokenizer.json as transformers takes it: what tokenizer_config.json says in so many words has its way, as far as the
//! tokenizer's class lets it. What it does not say stays as tokenizer.json has it, and a note tells where transformers has
//! a default that differs.
//!
//! By transformers 5.24, `models/*/tokenization_*.py`, which builds the tokenizer anew; version 4 does the same with BERT
//! and RoBERTa, by changing normalizer and pre-tokenizer.

use serde_json::{Value, json};

use super::parts::{bert_normalizer, flag, has_normalizer, is_unigram, normalizers, pre_tokenizer};
use super::settings::{Class, Settings};
use crate::pretrained::note::NoteKind;

/// One key of tokenizer_config.json.
struct Setting {
    key: &'static str,
    classes: &'static [Class],
    /// What tokenizer.json does; `None` where it has no part that could.
    found: fn(&Value, Class) -> Option<bool>,
    /// What transformers takes where nothing is said.
    default: fn(&Value, Class) -> bool,
    /// In words, where it is false and where it is true.
    words: [&'static str; 2],
    /// Makes it so; says whether it could.
    set: fn(&mut Value, bool) -> bool,
}

const SETTINGS: [Setting; 5] = [
    Setting {
        key: "do_lower_case",
        classes: &[Class::Bert, Class::Albert, Class::Deberta],
        found: |t, _| Some(lower_cases(t)),
        default: |_, class| class != Class::Deberta,
        words: ["keeps the case of texts", "puts texts into lower case"],
        set: set_lower_case,
    },
    Setting {
        key: "strip_accents",
        classes: &[Class::Bert],
        found: |t, _| Some(strips_accents(t)),
        default: |t, _| lower_cases(t),
        words: ["keeps accents", "strips accents"],
        set: |t, on| set_bert(t, "strip_accents", on),
    },
    Setting {
        key: "tokenize_chinese_chars",
        classes: &[Class::Bert],
        found: |t, _| bert_normalizer(t).map(|n| flag(n, "handle_chinese_chars", true)),
        default: |_, _| true,
        words: ["keeps Chinese characters together", "takes every Chinese character for a word"],
        set: |t, on| set_bert(t, "handle_chinese_chars", on),
    },
    Setting {
        key: "keep_accents",
        classes: &[Class::Albert],
        found: |t, _| Some(!strips_accents(t)),
        default: |_, _| false,
        words: ["strips accents", "keeps accents"],
        set: set_keep_accents,
    },
    Setting {
        key: "add_prefix_space",
        classes: &[Class::Roberta, Class::Albert, Class::Metaspace],
        found: puts_a_space_first,
        default: |_, class| class != Class::Roberta,
        words: ["puts no space before the first word", "puts a space before the first word"],
        set: set_prefix_space,
    },
];

/// Changes `tokenizer`, a tokenizer.json, as `settings` say; answers what is to be said of it. Where nothing is
/// [`NoteKind::Adjusted`], it is as it was.
pub fn adjust(tokenizer: &mut Value, settings: &Settings) -> Vec<NoteKind> {
    let class = settings.class;
    let mut notes = Vec::new();
    for setting in &SETTINGS {
        let applies = setting.classes.contains(&class);
        if !applies && class != Class::Verbatim {
            continue;
        }
        let Some(found) = (setting.found)(tokenizer, class) else { continue };
        let default = (setting.default)(tokenizer, class);
        // The one key of which null says something: BERT's accents go with case.
        let null = settings.is_null(setting.key) && setting.key == "strip_accents" && comparable(tokenizer, class);
        let said = settings.flag(setting.key).or(null.then_some(default));
        let words = setting.words[usize::from(found)];
        let as_said = |said: bool| {
            let value = if null { "null".to_owned() } else { said.to_string() };
            format!("{} = {value}", setting.key)
        };
        notes.extend(match said {
            Some(said) if said == found => None,
            Some(said) if applies && (setting.set)(tokenizer, said) => {
                Some(NoteKind::Adjusted { found: words, said: as_said(said) })
            }
            Some(said) => Some(NoteKind::Kept { found: words, said: as_said(said) }),
            None if applies && found != default && comparable(tokenizer, class) => {
                Some(NoteKind::Unsaid { found: words, key: setting.key, default, wanted: found })
            }
            None => None,
        });
    }
    notes
}

/// Whether the tokenizer is of the family of its class; of another, transformers' defaults say nothing.
fn comparable(tokenizer: &Value, class: Class) -> bool {
    match class {
        Class::Bert => bert_normalizer(tokenizer).is_some(),
        Class::Albert | Class::Metaspace | Class::Deberta => is_unigram(tokenizer),
        Class::Roberta => true,
        Class::Verbatim => false,
    }
}

/// Whether texts are put into lower case.
pub fn lower_cases(tokenizer: &Value) -> bool {
    bert_normalizer(tokenizer).is_some_and(|n| flag(n, "lowercase", true)) || has_normalizer(tokenizer, "Lowercase")
}

/// Whether accents are stripped. BERT's normalizer does it with lower case where it does not say.
pub fn strips_accents(tokenizer: &Value) -> bool {
    let bert = bert_normalizer(tokenizer);
    bert.is_some_and(|n| flag(n, "strip_accents", flag(n, "lowercase", true)))
        || has_normalizer(tokenizer, "StripAccents")
}

/// Whether a space is put before the first word, by the part that the class looks at.
pub fn puts_a_space_first(tokenizer: &Value, class: Class) -> Option<bool> {
    let byte_level = || pre_tokenizer(tokenizer, "ByteLevel").map(|p| flag(p, "add_prefix_space", true));
    let metaspace = || {
        let found = pre_tokenizer(tokenizer, "Metaspace")?;
        let never = found.get("prepend_scheme").and_then(Value::as_str) == Some("never");
        Some(!never && flag(found, "add_prefix_space", true))
    };
    match class {
        Class::Roberta => byte_level(),
        Class::Albert | Class::Metaspace | Class::Deberta => metaspace(),
        Class::Verbatim => byte_level().or_else(metaspace),
        Class::Bert => None,
    }
}

fn set_bert(tokenizer: &mut Value, key: &str, on: bool) -> bool {
    let Some(list) = tokenizer.get_mut("normalizer") else { return false };
    normalizers::any(list, "BertNormalizer", &mut |n| n[key] = on.into())
}

fn set_lower_case(tokenizer: &mut Value, on: bool) -> bool {
    if set_bert(tokenizer, "lowercase", on) {
        return true;
    }
    if !is_unigram(tokenizer) {
        return false;
    }
    let Some(steps) = normalizers::steps(tokenizer) else { return false };
    steps.retain(|n| !normalizers::is(n, "Lowercase"));
    if on {
        let at = normalizers::before(steps, &["Precompiled"]);
        steps.insert(at, json!({ "type": "Lowercase" }));
    }
    true
}

fn set_keep_accents(tokenizer: &mut Value, on: bool) -> bool {
    if !is_unigram(tokenizer) {
        return false;
    }
    let Some(steps) = normalizers::steps(tokenizer) else { return false };
    steps.retain(|n| !["NFKD", "NFD", "StripAccents"].iter().any(|kind| normalizers::is(n, kind)));
    if !on {
        let at = normalizers::before(steps, &["Lowercase", "Precompiled"]);
        steps.splice(at..at, [json!({ "type": "NFKD" }), json!({ "type": "StripAccents" })]);
    }
    true
}

fn set_prefix_space(tokenizer: &mut Value, on: bool) -> bool {
    let Some(list) = tokenizer.get_mut("pre_tokenizer") else { return false };
    let byte_level = normalizers::any(list, "ByteLevel", &mut |p| p["add_prefix_space"] = on.into());
    byte_level
        || normalizers::any(list, "Metaspace", &mut |p| {
            if let Some(fields) = p.as_object_mut() {
                fields.remove("add_prefix_space");
                fields.insert("prepend_scheme".into(), if on { "always" } else { "never" }.into());
            }
        })
}
