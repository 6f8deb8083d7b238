//! The rule files as they stand on disk, and what a rule must say to build.

use std::{collections::BTreeSet, fs, path::Path};

use serde::Deserialize;

use crate::{
    check::Check,
    shape::{self, Shape},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: String,
    #[serde(default)]
    home_hosts: Vec<String>,
    rule: Vec<Source>,
}

/// One `[[rule]]` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) provider: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) severity: Severity,
    pub(crate) exposure: Exposure,
    pub(crate) confidence: Confidence,
    pub(crate) home_hosts: Option<Vec<String>>,
    pub(crate) shapes: Vec<String>,
    #[serde(default)]
    pub(crate) left: Left,
    #[serde(default)]
    pub(crate) right: Right,
    pub(crate) check: Option<Check>,
    #[serde(default)]
    pub(crate) context: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) label: bool,
    #[serde(default)]
    pub(crate) yields: bool,
    #[serde(default = "distinct_min")]
    pub(crate) distinct_min: u8,
    #[serde(rename = "source")]
    pub(crate) _source: String,
    pub(crate) examples: Vec<String>,
    pub(crate) negative_examples: Vec<String>,
}

fn yes() -> bool {
    true
}

fn distinct_min() -> u8 {
    5
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident),* }) => {
        $(#[$meta])*
        #[derive(Deserialize, Clone, Copy, Debug)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$inner])* $variant),* }
    };
}

words!(Kind {
    ApiKey,
    Token,
    Password,
    PrivateKey,
    Webhook,
    Session,
    ConnectionString,
    SignedUrl,
    Identifier
});
words!(Severity { Low, Medium, High, Critical });
words!(Exposure { Public, Identifier, Secret });
words!(Confidence { Possible, Likely, Certain });
words!(
    #[derive(Default, PartialEq)]
    Left {
        #[default]
        Word,
        Value,
        Any
    }
);
words!(
    #[derive(Default, PartialEq)]
    Right {
        #[default]
        Class,
        Value,
        Any
    }
);

/// A rule that may be built: the source, its owner's names, its parsed shapes.
pub(crate) struct Rule {
    pub(crate) source: Source,
    pub(crate) provider: String,
    pub(crate) home_hosts: Vec<String>,
    pub(crate) shapes: Vec<Shape>,
}

/// Reads every `.toml` of the folder, in the order of their names.
pub(crate) fn read_dir(dir: &Path) -> Result<Vec<Rule>, String> {
    let mut paths: Vec<_> = fs::read_dir(dir)
        .map_err(|error| format!("{}: {error}", dir.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort();
    let mut rules = Vec::new();
    let mut ids = BTreeSet::new();
    for path in paths {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let file: File = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for source in file.rule {
            let id = source.id.clone();
            let rule = admit(source, &file.provider, &file.home_hosts)
                .map_err(|reason| format!("{name}: rule {id}: {reason}"))?;
            if !ids.insert(id.clone()) {
                return Err(format!("{name}: rule {id}: the id is taken"));
            }
            rules.push(rule);
        }
    }
    Ok(rules)
}

fn admit(source: Source, provider: &str, home_hosts: &[String]) -> Result<Rule, String> {
    if !is_id(&source.id) {
        return Err("id: want vendor.kind, of a-z, 0-9 and _".into());
    }
    if source.examples.is_empty() {
        return Err("examples: a rule without an example is not tested".into());
    }
    if source.negative_examples.is_empty() {
        return Err("negative_examples: a rule without a near miss is not tested".into());
    }
    if let Some(word) = source.context.iter().find(|word| !is_context(word)) {
        return Err(format!("context: {word:?}: want three or more of a-z, 0-9, _ and -"));
    }
    let mut shapes = Vec::new();
    for text in &source.shapes {
        shapes.extend(shape::parse(text).map_err(|reason| format!("shape {text:?}: {reason}"))?);
    }
    if shapes.is_empty() || shapes.len() > 64 {
        return Err(format!("shapes: {} after expansion, want 1 to 64", shapes.len()));
    }
    Ok(Rule {
        provider: source.provider.clone().unwrap_or_else(|| provider.to_owned()),
        home_hosts: source.home_hosts.clone().unwrap_or_else(|| home_hosts.to_vec()),
        source,
        shapes: shape::by_family(shapes),
    })
}

fn is_context(word: &str) -> bool {
    let is_allowed =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    let word = word.strip_suffix('$').unwrap_or(word);
    word.len() >= 3 && word.bytes().all(is_allowed)
}

fn is_id(id: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    id.split_once('.').is_some_and(|(vendor, kind)| word(vendor) && word(kind))
}
