//! What was found before, and is not told again.
//!
//! A baseline says of a finding its rule, its file and its *context*: a digest of its line with every finding masked. So
//! it survives changes elsewhere in the file, and says nothing of the secret. It cannot tell another secret in the same
//! words from the first one, and therefore counts them. With a key ([`KEY_VARIABLE`]) it knows each secret by its keyed
//! fingerprint instead.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    io::Write as _,
    path::Path,
};

use hushgate::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};

use crate::{
    failure::Failure,
    hit::{Hit, Report},
    setup::{KEY_VARIABLE, read},
};

/// The only form that there is so far.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

/// Known by its fingerprint, or else by its context.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    /// How often the context appears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

/// What is known, and how often it may still appear.
#[derive(Default)]
pub(crate) struct Baseline {
    fingerprints: HashSet<(String, String, Fingerprint)>,
    contexts: HashMap<(String, String, Fingerprint), u64>,
}

impl Baseline {
    /// Reads a file. Fingerprints are of no use without the key that they were made with.
    pub(crate) fn read(path: &Path, has_lasting_key: bool) -> Result<Baseline, Failure> {
        let failed = |reason: String| Failure::of(path.display(), reason);
        let file: File =
            serde_json::from_slice(&read(path)?).map_err(|error| failed(error.to_string()))?;
        if file.version != VERSION {
            return Err(failed(format!("is no baseline of version {VERSION}")));
        }
        let mut baseline = Baseline::default();
        let digest = |text: &str| Fingerprint::parse(text).map_err(|why| failed(why.to_owned()));
        for Entry { rule, path, fingerprint, context, count } in file.findings {
            if let Some(fingerprint) = fingerprint {
                if !has_lasting_key {
                    let reason = format!("has fingerprints: want their key in {KEY_VARIABLE}");
                    return Err(failed(reason));
                }
                baseline.fingerprints.insert((rule, path, digest(&fingerprint)?));
            } else {
                let context = context.ok_or_else(|| failed("an entry says too little".into()))?;
                let key = (rule, path, digest(&context)?);
                *baseline.contexts.entry(key).or_default() += count.unwrap_or(1);
            }
        }
        Ok(baseline)
    }

    /// Whether a finding is known. Each context is known as often as it was when the baseline was written.
    pub(crate) fn takes(&mut self, path: &str, hit: &Hit) -> bool {
        let key = |digest| (hit.rule.id.to_owned(), path.to_owned(), digest);
        if let Some(fingerprint) = hit.fingerprint.filter(|_| !self.fingerprints.is_empty())
            && self.fingerprints.contains(&key(fingerprint))
        {
            return true;
        }
        match self.contexts.get_mut(&key(hit.context)) {
            Some(left @ 1..) => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

/// What a baseline is to say.
#[derive(Default)]
pub(crate) struct Recording {
    fingerprints: BTreeSet<(String, &'static str, Fingerprint)>,
    contexts: BTreeMap<(String, &'static str, Fingerprint), u64>,
    has_lasting_key: bool,
}

impl Recording {
    /// Of nothing so far; by fingerprints where there is a key that lasts.
    pub(crate) fn new(has_lasting_key: bool) -> Recording {
        Recording { has_lasting_key, ..Recording::default() }
    }

    /// Takes what was found in a file.
    pub(crate) fn add(&mut self, report: &Report) {
        for hit in &report.hits {
            let key = |digest| (report.path.clone(), hit.rule.id, digest);
            match hit.fingerprint.filter(|_| self.has_lasting_key) {
                Some(fingerprint) => {
                    self.fingerprints.insert(key(fingerprint));
                }
                None => *self.contexts.entry(key(hit.context)).or_default() += 1,
            }
        }
    }

    /// How many entries it has.
    pub(crate) fn len(&self) -> u64 {
        (self.fingerprints.len() + self.contexts.len()) as u64
    }

    /// Writes a file.
    pub(crate) fn write(self, path: &Path) -> Result<(), Failure> {
        let failed = |reason: std::io::Error| Failure::of(path.display(), reason);
        let entry = |(path, rule, digest): (String, &str, Fingerprint), count: Option<u64>| {
            let digest = Some(digest.to_string());
            let (fingerprint, context) =
                if count.is_some() { (None, digest) } else { (digest, None) };
            Entry { rule: rule.to_owned(), path, fingerprint, context, count }
        };
        let by_fingerprint = self.fingerprints.into_iter().map(|key| entry(key, None));
        let by_context = self.contexts.into_iter().map(|(key, count)| entry(key, Some(count)));
        let mut findings: Vec<Entry> = by_fingerprint.chain(by_context).collect();
        findings.sort_by(|a, b| (&a.path, &a.rule).cmp(&(&b.path, &b.rule)));
        let mut text = serde_json::to_vec_pretty(&File { version: VERSION, findings })
            .map_err(|error| Failure::of(path.display(), error))?;
        text.push(b'\n');
        std::fs::File::create(path).and_then(|mut file| file.write_all(&text)).map_err(failed)
    }
}
