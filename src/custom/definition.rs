//! One custom rule: what is written, and whether it may be.

use std::{fmt, ops::Range};

use regex_syntax::hir::Hir;

use super::{CustomError, LENGTH_BYTES, matcher::Matcher};
use crate::{
    pattern,
    rule::{self, Confidence, Exposure, Kind, Severity},
};

/// A pattern that matches fewer bytes than this finds everything.
const MATCH_BYTES_MIN: usize = 4;
/// How many keywords, examples or negative examples a rule may have.
const LIST_MAX: usize = 16;
/// How long a title, a keyword or an example may be, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;
/// How long an id may be, in bytes: it stands in labels and in names of counters.
const ID_BYTES_MAX: usize = 64;

/// One custom rule, as it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct Definition {
    /// `vendor.kind`, of `[a-z0-9_]`; no built-in rule's.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// The regular expression.
    pub pattern: String,
    /// Of these texts one must stand in the match, where there are any.
    pub keywords: Vec<String>,
    /// The longest match, in bytes.
    ///
    /// ### Default
    /// 512.
    pub length_max: usize,
    /// What kind of credential it is.
    pub kind: Kind,
    /// What its loss costs.
    pub severity: Severity,
    /// Whether it is meant to be seen.
    pub exposure: Exposure,
    /// How sure a match is.
    pub confidence: Confidence,
    /// Texts in which the rule must find the secret: all of it, or what stands between `<<` and `>>`.
    pub examples: Vec<String>,
    /// Texts in which it must find nothing.
    pub negative_examples: Vec<String>,
}

impl Default for Definition {
    fn default() -> Definition {
        Definition {
            id: String::new(),
            title: String::new(),
            pattern: String::new(),
            keywords: Vec::new(),
            length_max: 512,
            kind: Kind::Token,
            severity: Severity::High,
            exposure: Exposure::Secret,
            confidence: Confidence::Likely,
            examples: Vec::new(),
            negative_examples: Vec::new(),
        }
    }
}

/// A pattern may say much of a secret: the id is all that is shown.
impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Definition {
    /// Checks it, and reads its pattern; `place` is what an error says of it.
    pub(super) fn check(&self, place: usize) -> Result<Hir, CustomError> {
        let error = |field: &str, reason: String| Err(CustomError::new(place, field, reason));
        if !is_id(&self.id) {
            let reason = format!("want vendor.kind of [a-z0-9_], at most {ID_BYTES_MAX} bytes");
            return error("id", reason);
        }
        if rule::find(&self.id).is_some() || self.id.starts_with("known.") {
            return error("id", "a built-in rule has that id".to_owned());
        }
        if self.title.len() > TEXT_BYTES_MAX {
            return error("title", format!("longer than {TEXT_BYTES_MAX} bytes"));
        }
        if !LENGTH_BYTES.contains(&self.length_max) {
            let (min, max) = (LENGTH_BYTES.start(), LENGTH_BYTES.end());
            return error("length_max", format!("want a whole number from {min} to {max}"));
        }
        self.check_texts(place)?;
        let hir = pattern::parse(&self.pattern)
            .map_err(|reason| CustomError::new(place, "pattern", reason))?;
        // None where nothing matches at all.
        match hir.properties().minimum_len() {
            Some(len) if len < MATCH_BYTES_MIN => {
                error("pattern", format!("may match fewer than {MATCH_BYTES_MIN} bytes"))
            }
            Some(len) if len <= self.length_max => Ok(hir),
            _ => error("pattern", "matches nothing of at most length_max bytes".to_owned()),
        }
    }

    fn check_texts(&self, place: usize) -> Result<(), CustomError> {
        let lists = [
            ("keywords", &self.keywords),
            ("examples", &self.examples),
            ("negative_examples", &self.negative_examples),
        ];
        for (name, list) in lists {
            if list.len() > LIST_MAX {
                return Err(CustomError::new(place, name, format!("more than {LIST_MAX}")));
            }
            let bad = |text: &String| text.is_empty() || text.len() > TEXT_BYTES_MAX;
            if let Some(at) = list.iter().position(bad) {
                let field = format!("{name}[{at}]");
                return Err(CustomError::new(
                    place,
                    &field,
                    format!("want 1 to {TEXT_BYTES_MAX} bytes"),
                ));
            }
        }
        Ok(())
    }

    /// Tries its examples on it alone.
    pub(super) fn check_examples(
        &self,
        matcher: &Matcher,
        place: usize,
    ) -> Result<(), CustomError> {
        let error = |name: &str, at: usize, reason: &str| {
            Err(CustomError::new(place, &format!("{name}[{at}]"), reason))
        };
        for (at, example) in self.examples.iter().enumerate() {
            let (text, secret) = marked(example);
            if !matcher.find_all(text.as_bytes()).contains(&secret) {
                return error("examples", at, "the rule does not find the secret there");
            }
        }
        for (at, text) in self.negative_examples.iter().enumerate() {
            if !matcher.find_all(text.as_bytes()).is_empty() {
                return error("negative_examples", at, "the rule finds something there");
            }
        }
        Ok(())
    }
}

/// The text of an example, and where the secret stands in it: between `<<` and `>>`, or all of it.
fn marked(example: &str) -> (String, Range<usize>) {
    let parts = example.split_once("<<").and_then(|(before, rest)| {
        let (secret, after) = rest.split_once(">>")?;
        Some((before, secret, after))
    });
    match parts {
        Some((before, secret, after)) => {
            let end = before.len() + secret.len();
            ([before, secret, after].concat(), before.len()..end)
        }
        None => (example.to_owned(), 0..example.len()),
    }
}

/// `vendor.kind`.
fn is_id(id: &str) -> bool {
    let is_word = |word: &str| {
        let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        !word.is_empty() && word.bytes().all(is_good)
    };
    let parts = id.split_once('.');
    id.len() <= ID_BYTES_MAX && parts.is_some_and(|(vendor, kind)| is_word(vendor) && is_word(kind))
}
