//! Where the hub and its cache are, and what may be asked of them: HuggingFace's own environment variables.

use std::path::PathBuf;
use std::time::Duration;

use super::cache::Cache;
use super::error::HubError;

/// The hub, unless HF_ENDPOINT names a mirror.
const ENDPOINT: &str = "https://huggingface.co";

/// A secret that no message shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// From text; white space at its ends taken off.
    ///
    /// # Errors
    /// Characters that no HTTP header may hold.
    pub fn new(text: &str) -> Result<Self, HubError> {
        let text = text.trim();
        if text.chars().all(|c| c.is_ascii_graphic()) {
            return Ok(Self(text.to_owned()));
        }
        Err(HubError::Setting {
            name: "HF_TOKEN",
            reason: "holds white space or letters beyond ASCII; copy the token again".into(),
        })
    }

    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(secret)")
    }
}

/// How long a fault is borne.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Tries in a row that bring nothing new.
    pub tries: u32,
    /// Before the second try; doubled before each further one.
    pub pause: Duration,
    /// The longest wait that the hub may ask for.
    pub longest: Duration,
    /// Without a byte for so long, a connection counts as cut.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 5,
            pause: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            silence: Duration::from_secs(60),
        }
    }
}

/// Where to look and whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The hub's address without a slash at its end.
    pub endpoint: String,
    pub cache: Cache,
    /// Who asks.
    pub token: Option<Token>,
    /// Why the network may not be used; absent where it may.
    pub offline: Option<String>,
    /// How long a fault is borne.
    pub patience: Patience,
}

impl Access {
    /// From HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_OFFLINE; `offline` forbids the network.
    ///
    /// # Errors
    /// An address or a token that makes no sense, or no home folder for the cache.
    pub fn from_environment(offline: bool) -> Result<Self, HubError> {
        Self::new(&|name| std::env::var(name).ok(), offline)
    }

    /// As [`from_environment`](Self::from_environment), with variables from elsewhere.
    ///
    /// # Errors
    /// As there.
    pub fn new(variable: &dyn Fn(&'static str) -> Option<String>, offline: bool) -> Result<Self, HubError> {
        let given = |name| variable(name).filter(|v| !v.trim().is_empty());
        let folder = |name| given(name).map(PathBuf::from);
        let home = folder("HF_HOME")
            .or_else(|| folder("XDG_CACHE_HOME").map(|f| f.join("huggingface")))
            .or_else(|| folder("HOME").or_else(|| folder("USERPROFILE")).map(|f| f.join(".cache/huggingface")));
        let none = || HubError::Setting {
            name: "HF_HOME",
            reason: "neither it nor HOME is set; set it to the folder of the cache".into(),
        };
        let cache = match folder("HF_HUB_CACHE") {
            Some(cache) => cache,
            None => home.clone().ok_or_else(none)?.join("hub"),
        };
        let token = match given("HF_TOKEN") {
            Some(token) => Some(token),
            // A file that is not there or not to be read is no token.
            None => folder("HF_TOKEN_PATH")
                .or_else(|| home.map(|h| h.join("token")))
                .and_then(|path| std::fs::read_to_string(path).ok())
                .filter(|t| !t.trim().is_empty()),
        };
        let says_yes = |v: String| matches!(v.trim().to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE");
        let offline = match (offline, given("HF_HUB_OFFLINE").is_some_and(says_yes)) {
            (true, _) => Some("--offline forbids the network".into()),
            (_, true) => Some("HF_HUB_OFFLINE forbids the network".into()),
            _ => None,
        };
        Ok(Self {
            endpoint: endpoint(given("HF_ENDPOINT"))?,
            cache: Cache::new(std::path::absolute(&cache).unwrap_or(cache)),
            token: token.as_deref().map(Token::new).transpose()?,
            offline,
            patience: Patience::default(),
        })
    }
}

fn endpoint(given: Option<String>) -> Result<String, HubError> {
    let Some(given) = given else { return Ok(ENDPOINT.into()) };
    let address = given.trim().trim_end_matches('/');
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['@', '?', '#', ' ']) => Ok(address.to_owned()),
        _ => Err(HubError::Setting {
            name: "HF_ENDPOINT",
            reason: format!("`{address}` is no address; give one such as {ENDPOINT}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(variables: &[(&str, &str)], offline: bool) -> Result<Access, HubError> {
        let find =
            |name: &'static str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Access::new(&find, offline)
    }

    #[test]
    fn huggingfaces_variables_are_honoured() {
        let plain = access(&[("HOME", "/home/me")], false).unwrap();
        assert_eq!(plain.endpoint, ENDPOINT);
        assert_eq!(plain.cache, Cache::new("/home/me/.cache/huggingface/hub".into()));
        assert_eq!((plain.token, plain.offline), (None, None));
        let cache = |more: &[(&str, &str)]| access(&[&[("HOME", "/h")], more].concat(), false).unwrap().cache;
        assert_eq!(cache(&[("XDG_CACHE_HOME", "/x")]), Cache::new("/x/huggingface/hub".into()));
        assert_eq!(cache(&[("XDG_CACHE_HOME", "/x"), ("HF_HOME", "/hf")]), Cache::new("/hf/hub".into()));
        assert_eq!(cache(&[("HF_HUB_CACHE", "/c"), ("HF_HOME", "/hf")]), Cache::new("/c".into()));
        let mirror = access(&[("HOME", "/h"), ("HF_ENDPOINT", "http://127.0.0.1:8000/hub/")], false).unwrap();
        assert_eq!(mirror.endpoint, "http://127.0.0.1:8000/hub");
        for yes in ["1", "on", "YES", "true"] {
            assert!(access(&[("HOME", "/h"), ("HF_HUB_OFFLINE", yes)], false).unwrap().offline.is_some(), "{yes}");
        }
        assert_eq!(access(&[("HOME", "/h"), ("HF_HUB_OFFLINE", "0")], false).unwrap().offline, None);
        assert!(access(&[("HOME", "/h")], true).unwrap().offline.is_some());
    }

    #[test]
    fn the_token_comes_from_the_variable_or_the_file_and_is_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_str().unwrap();
        std::fs::write(dir.path().join("token"), "hf_file\n").unwrap();
        let of = |more: &[(&str, &str)]| access(&[&[("HF_HOME", home)], more].concat(), false).unwrap();
        assert_eq!(of(&[]).token.unwrap().secret(), "hf_file");
        let both = of(&[("HF_TOKEN", " hf_variable ")]);
        assert!(!format!("{both:?}").contains("hf_variable"));
        assert_eq!(both.token.unwrap().secret(), "hf_variable");
        std::fs::write(dir.path().join("other"), "hf_other").unwrap();
        let path = dir.path().join("other");
        assert_eq!(of(&[("HF_TOKEN_PATH", path.to_str().unwrap())]).token.unwrap().secret(), "hf_other");
        let message = access(&[("HF_HOME", home), ("HF_TOKEN", "hf_a b")], false).unwrap_err().to_string();
        assert!(message.contains("copy the token again") && !message.contains("hf_a"), "{message}");
    }

    #[test]
    fn rejects_settings_that_make_no_sense() {
        for bad in ["huggingface.co", "ftp://x", "https://", "https://user@host"] {
            let message = access(&[("HOME", "/h"), ("HF_ENDPOINT", bad)], false).unwrap_err().to_string();
            assert!(message.starts_with("HF_ENDPOINT: "), "{message}");
        }
        assert!(access(&[], false).unwrap_err().to_string().contains("set it to the folder"));
    }
}
