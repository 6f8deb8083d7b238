//! The configuration of injection: JSON in, an [`InjectConfig`] that cannot be wrong out.
//!
//! It is written as the redacting one is: an unknown field is an error that names it, and no error shows a value.

mod binding;
mod credential;
mod surface;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, rc::Rc};

use serde_json::{Map, Value};

pub use self::{
    binding::{Binding, Elsewhere},
    credential::{Credential, Forms, OnFailure},
};
use super::{strip::Managed, workload::Claim};
use crate::{
    config::{
        Config, ConfigError, Host, Unscannable, log_format, read_host,
        value::{flag, known, list, object, size, text, word},
    },
    fingerprint::Fingerprinter,
    known::VALUE_BYTES,
    record::line::LogFormat,
};

/// How many credentials there may be.
pub const CREDENTIALS_MAX: usize = 32;
/// How many bindings there may be.
pub const BINDINGS_MAX: usize = 256;
/// How many honeytokens there may be.
pub const HONEYTOKENS_MAX: usize = 32;

/// Which workload may send which credential where, and how.
#[derive(Debug)]
pub struct InjectConfig {
    /// Which proxy the filter runs in.
    pub host: Host,
    /// The stores, by name, as the store clients read them.
    pub stores: Map<String, Value>,
    /// What there is to inject.
    pub credentials: Vec<Credential>,
    /// Who may send it where, and how. The first that fits is taken.
    pub bindings: Vec<Binding>,
    /// Placeholders that nobody may ever use.
    pub honeytokens: Vec<Honeytoken>,
    /// What becomes of a request that no binding fits.
    pub unbound: Unbound,
    /// Whether all is decided and told, and nothing done.
    pub dry_run: bool,
    /// What becomes of an upstream's Set-Cookie on an answer to an injected request.
    pub set_cookie: SetCookie,
    /// How long a request may wait for a credential, in milliseconds.
    pub wait_ms_max: u64,
    /// How many requests may wait in one worker.
    pub waiting_max: usize,
    /// How long a body may be that a credential is set in, in bytes.
    pub body_bytes_max: usize,
    /// What becomes of a coded answer, in which no echo can be seen.
    pub coded_bodies: Unscannable,
    /// Whether the proxy lets headers wait while the body comes (Envoy: `allow_on_headers_stop_iteration`).
    pub hold_headers: bool,
    /// What becomes of a part of a document (206), in which half an echo may stand.
    pub ranges: Unscannable,
    /// How many records are logged a second; the others are counted.
    pub log_records_per_second_max: u32,
    /// How they are written.
    pub log_format: LogFormat,
    /// The claims that bindings ask for.
    pub claims: Vec<Claim>,
    /// What is managed in requests to each cluster.
    pub(crate) managed: BTreeMap<String, Managed>,
    /// The other job, where one module does both.
    pub redact: Option<Rc<Config>>,
}

/// A placeholder that nobody may ever use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Honeytoken {
    /// What records call it.
    pub name: String,
    /// The text.
    pub value: String,
}

/// What becomes of a request that no binding fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbound {
    /// It is refused.
    Refuse,
    /// It passes, stripped, without a credential.
    Pass,
}

/// What becomes of an upstream's Set-Cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetCookie {
    /// It is removed.
    Remove,
    /// It passes, redacted like any header.
    Keep,
}

const FIELDS: &[&str] = &[
    "host",
    "stores",
    "credentials",
    "bindings",
    "honeytokens",
    "unbound",
    "dry_run",
    "set_cookie",
    "wait_ms_max",
    "waiting_max",
    "body_bytes_max",
    "coded_bodies",
    "hold_headers",
    "ranges",
    "trust_source_address",
    "log_records_per_second_max",
    "log_format",
    "redact",
];

impl InjectConfig {
    /// Reads a configuration. `fingerprinter` is the key that configured fingerprints were made with.
    ///
    /// # Errors
    /// Where it is no JSON object, has a field that is not known, or one that is wrong by itself or beside another.
    pub fn parse(
        json: &[u8],
        fingerprinter: Option<Rc<Fingerprinter>>,
    ) -> Result<InjectConfig, ConfigError> {
        let value: Value = serde_json::from_slice(json)
            .map_err(|error| ConfigError::new("", format!("no valid JSON: {error}")))?;
        let Value::Object(mut fields) = value else {
            return Err(ConfigError::new("", "want a JSON object"));
        };
        known(&fields, "", FIELDS)?;
        required(&fields, "", &["credentials", "bindings"])?;
        let mut config = InjectConfig::empty();
        let trusts = fields.get("trust_source_address");
        let trusts = trusts.is_some_and(|value| value == &Value::Bool(true));
        for (name, value) in &mut fields {
            config.read(name, value, trusts, &fingerprinter)?;
        }
        config.checked()
    }

    /// Says whether the module does the other job as well.
    ///
    /// # Errors
    /// Where it does not, and the configuration asks for it: what is asked for and not done would be no protection.
    pub fn do_both(&mut self, is_both: bool) -> Result<(), ConfigError> {
        match (is_both, &self.redact) {
            (false, Some(_)) => {
                Err(ConfigError::new("redact", "is for the module that does both jobs: edge"))
            }
            (true, None) => {
                self.redact = Some(Rc::default());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn empty() -> InjectConfig {
        InjectConfig {
            host: Host::Envoy,
            stores: Map::new(),
            credentials: Vec::new(),
            bindings: Vec::new(),
            honeytokens: Vec::new(),
            unbound: Unbound::Refuse,
            dry_run: false,
            set_cookie: SetCookie::Remove,
            wait_ms_max: 5_000,
            waiting_max: 1_024,
            body_bytes_max: 1_048_576,
            coded_bodies: Unscannable::Refuse,
            hold_headers: false,
            ranges: Unscannable::Refuse,
            log_records_per_second_max: 10,
            log_format: LogFormat::Text,
            claims: Vec::new(),
            managed: BTreeMap::new(),
            redact: None,
        }
    }

    fn read(
        &mut self,
        name: &str,
        value: &mut Value,
        trusts_source: bool,
        fingerprinter: &Option<Rc<Fingerprinter>>,
    ) -> Result<(), ConfigError> {
        let unscannable = [("refuse", Unscannable::Refuse), ("pass", Unscannable::Pass)];
        match name {
            "host" => {
                self.host = read_host(name, value)?;
                if self.host.is_nginx() {
                    // Its calls, ticks and removed headers need guards that are not there: refused, and not tried.
                    return Err(ConfigError::new(name, "nginx cannot inject yet"));
                }
            }
            "stores" => match value {
                Value::Object(stores) => self.stores = std::mem::take(stores),
                _ => return Err(ConfigError::new(name, "want an object of stores by name")),
            },
            "credentials" => {
                let key = fingerprinter.as_deref();
                self.credentials = list(name, value, |at, it| Credential::read(at, it, key))?;
            }
            "bindings" => {
                let claims = std::cell::RefCell::new(Vec::new());
                let read = |at: &str, it: &mut Value| {
                    Binding::read(at, it, trusts_source, &mut claims.borrow_mut())
                };
                self.bindings = list(name, value, read)?;
                self.claims = claims.into_inner();
            }
            "honeytokens" => self.honeytokens = list(name, value, honeytoken)?,
            "unbound" => {
                let words = [("refuse", Unbound::Refuse), ("pass", Unbound::Pass)];
                self.unbound = word(name, value, &words)?;
            }
            "dry_run" => self.dry_run = flag(name, value)?,
            "set_cookie" => {
                let words = [("remove", SetCookie::Remove), ("keep", SetCookie::Keep)];
                self.set_cookie = word(name, value, &words)?;
            }
            "wait_ms_max" => self.wait_ms_max = milliseconds(name, value, 10, 60_000)?,
            "waiting_max" => self.waiting_max = size(name, value, 1, 65_536)?,
            "body_bytes_max" => self.body_bytes_max = size(name, value, 1, 16_777_216)?,
            "coded_bodies" => self.coded_bodies = word(name, value, &unscannable)?,
            "hold_headers" => self.hold_headers = flag(name, value)?,
            "ranges" => self.ranges = word(name, value, &unscannable)?,
            "log_format" => self.log_format = log_format(name, value)?,
            "trust_source_address" => _ = flag(name, value)?,
            "redact" => {
                let json = value.to_string();
                let config = Config::parse_with(json.as_bytes(), fingerprinter.clone())
                    .map_err(|error| error.below(name))?;
                if config.host.is_nginx() {
                    return Err(ConfigError::new("redact.host", "nginx cannot inject yet"));
                }
                self.redact = Some(Rc::new(config));
            }
            _ => {
                let rate = size(name, value, 0, 10_000)?;
                self.log_records_per_second_max = u32::try_from(rate).unwrap_or(u32::MAX);
            }
        }
        Ok(())
    }

    /// Checks what one field says against another.
    fn checked(mut self) -> Result<InjectConfig, ConfigError> {
        let counts = [
            ("credentials", self.credentials.len(), CREDENTIALS_MAX),
            ("bindings", self.bindings.len(), BINDINGS_MAX),
            ("honeytokens", self.honeytokens.len(), HONEYTOKENS_MAX),
        ];
        if let Some((field, _, max)) = counts.into_iter().find(|(_, count, max)| count > max) {
            return Err(ConfigError::new(field, format!("more than {max}")));
        }
        unique("credentials", self.credentials.iter().map(|it| it.name.as_str()))?;
        unique("bindings", self.bindings.iter().map(|it| it.name.as_str()))?;
        for (place, credential) in self.credentials.iter().enumerate() {
            if !self.stores.contains_key(&credential.store) {
                let field = format!("credentials[{place}].store");
                return Err(ConfigError::new(&field, "there is no such store"));
            }
        }
        for (place, binding) in self.bindings.iter_mut().enumerate() {
            let number = self.credentials.iter().position(|it| it.name == binding.credential);
            binding.number = number.ok_or_else(|| {
                let field = format!("bindings[{place}].credential");
                ConfigError::new(&field, "there is no such credential")
            })?;
            let managed = self.managed.entry(binding.cluster.clone()).or_default();
            managed.add(&binding.surface);
        }
        Ok(self)
    }
}

fn honeytoken(field: &str, value: &mut Value) -> Result<Honeytoken, ConfigError> {
    let fields = object(field, value, &["name", "value"])?;
    required(fields, &format!("{field}."), &["name", "value"])?;
    let mut honeytoken = Honeytoken { name: String::new(), value: String::new() };
    for (name, value) in fields {
        let field = format!("{field}.{name}");
        match name.as_str() {
            "name" => honeytoken.name = label(&field, value)?,
            _ => honeytoken.value = placeholder(&field, value)?,
        }
    }
    Ok(honeytoken)
}

/// A text that is long enough to be looked for.
fn placeholder(field: &str, value: &mut Value) -> Result<String, ConfigError> {
    let text = text(field, value)?;
    let (min, max) = (*VALUE_BYTES.start(), 512);
    let is_good = (min..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let reason = format!("want {min} to {max} printable ASCII characters");
    if is_good { Ok(text) } else { Err(ConfigError::new(field, reason)) }
}

/// A name that may stand in a record.
fn label(field: &str, value: &mut Value) -> Result<String, ConfigError> {
    let text = text(field, value)?;
    let is_of = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let is_good = (1..=64).contains(&text.len()) && text.bytes().all(is_of);
    let reason = "want 1 to 64 letters, digits, _, - or .";
    if is_good { Ok(text) } else { Err(ConfigError::new(field, reason)) }
}

fn milliseconds(field: &str, value: &Value, min: usize, max: usize) -> Result<u64, ConfigError> {
    size(field, value, min, max).map(|number| number as u64)
}

fn required(fields: &Map<String, Value>, parent: &str, names: &[&str]) -> Result<(), ConfigError> {
    match names.iter().find(|name| !fields.contains_key(**name)) {
        Some(name) => Err(ConfigError::new(&format!("{parent}{name}"), "is missing")),
        None => Ok(()),
    }
}

fn unique<'a>(field: &str, names: impl Iterator<Item = &'a str>) -> Result<(), ConfigError> {
    let mut seen = std::collections::BTreeSet::new();
    for (place, name) in names.enumerate() {
        if !seen.insert(name) {
            let field = format!("{field}[{place}].name");
            return Err(ConfigError::new(&field, "another one has this name"));
        }
    }
    Ok(())
}
