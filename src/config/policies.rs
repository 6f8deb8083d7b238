//! Reading `policies`: each is a name, a condition, and fields of the configuration that are other there.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::{
    Config, ConfigError,
    actions::some,
    value::{list, object, text, word},
};
use crate::{
    inject::{Network, Pattern},
    policy::{
        self, Condition, HostPattern, POLICIES_MAX, Policies, Policy, Preset, StatusPattern,
        TypePattern,
    },
};

/// What a policy may change.
pub(super) const CHANGES: &[&str] = &[
    "requests",
    "responses",
    "actions",
    "coded_bodies",
    "oversize_bodies",
    "host_errors",
    "held_tails",
    "decoded_bytes_max",
    "decoded_ratio_max",
    "ranges",
    "signed_messages",
    "upgrades",
    "tail_bytes_max",
    "open_bytes_max",
    "held_bytes_max",
    "block_held_bytes_max",
    "profile",
    "rules_off",
    "allow",
    "replacement",
    "dry_run",
];
const CONDITIONS: &[&str] = &[
    "preset",
    "hosts",
    "paths",
    "methods",
    "clusters",
    "routes",
    "sources",
    "uri_sans",
    "request_content_types",
    "response_content_types",
    "statuses",
];
/// The longest name of a cluster, route or SAN.
const TEXT_BYTES_MAX: usize = 2_048;

/// All policies, each of which changes something of `base`.
pub(super) fn policies(
    field: &str,
    value: &mut Value,
    base: &Config,
) -> Result<Policies, ConfigError> {
    let list = list(field, value, |field, value| policy(field, value, base))?;
    if list.len() > POLICIES_MAX {
        return Err(ConfigError::new(field, format!("want at most {POLICIES_MAX} policies")));
    }
    for (place, policy) in list.iter().enumerate() {
        if list.iter().take(place).any(|other| other.name == policy.name) {
            let field = format!("{field}[{place}].name");
            return Err(ConfigError::new(&field, "is the name of an earlier policy, too"));
        }
    }
    Ok(Policies::new(list))
}

fn policy(field: &str, value: &mut Value, base: &Config) -> Result<Policy, ConfigError> {
    let names: Vec<&str> = ["name", "match"].iter().chain(CHANGES).copied().collect();
    let fields = object(field, value, &names)?;
    let at = |name: &str| format!("{field}.{name}");
    let missing = |name| ConfigError::new(&at(name), "is missing");
    let mut name = fields.remove("name").ok_or_else(|| missing("name"))?;
    let mut condition = fields.remove("match").ok_or_else(|| missing("match"))?;
    let name = policy::name(&text(&at("name"), &mut name)?)
        .map_err(|reason| ConfigError::new(&at("name"), reason))?;
    let stated = condition.to_string();
    let condition = self::condition(&at("match"), &mut condition, base)?;
    let early = ["requests", "upgrades"].iter().find(|name| fields.contains_key(**name));
    if let Some(early) = early.filter(|_| condition.asks_response()) {
        let reason = "cannot wait for match.statuses or match.response_content_types: the request has \
                      gone when they are known; give it a policy without them";
        return Err(ConfigError::new(&at(early), reason));
    }
    let mut entries = fields.remove("actions");
    let config = Config { policy: Some(name), ..base.clone() };
    let mut config = config.read(fields).map_err(|error| error.below(field))?;
    if let Some(entries) = &mut entries {
        config.entries = super::actions::entries(&at("actions"), entries)?;
    }
    if let Some(preset) = condition.preset {
        // What such a page is for goes before what holds everywhere, and behind what the policy itself says.
        let own = entries.is_some().then(|| std::mem::take(&mut config.entries));
        let rest = std::mem::take(&mut config.entries);
        config.entries = own.into_iter().flatten().chain(preset.actions()).chain(rest).collect();
    }
    let config = config.checked().map_err(|error| error.below(field))?;
    Ok(Policy { name, condition, stated, config: Rc::new(config) })
}

fn condition(field: &str, value: &mut Value, base: &Config) -> Result<Condition, ConfigError> {
    let fields = object(field, value, CONDITIONS)?;
    let presets = Preset::ALL.map(|preset| (preset.name(), preset));
    let at = |name: &str| format!("{field}.{name}");
    let preset = fields.get("preset").map(|value| word(&at("preset"), value, &presets));
    let condition = Condition {
        preset: preset.transpose()?,
        hosts: parsed(fields, field, "hosts", HostPattern::parse)?,
        paths: parsed(fields, field, "paths", Pattern::parse)?,
        methods: parsed(fields, field, "methods", method)?,
        clusters: parsed(fields, field, "clusters", name)?,
        routes: parsed(fields, field, "routes", name)?,
        sources: parsed(fields, field, "sources", Network::parse)?,
        uri_sans: parsed(fields, field, "uri_sans", uri)?,
        request_content_types: parsed(fields, field, "request_content_types", TypePattern::parse)?,
        response_content_types: parsed(
            fields,
            field,
            "response_content_types",
            TypePattern::parse,
        )?,
        statuses: some(fields, field, "statuses", status)?,
    };
    if condition.is_empty() {
        let reason =
            "want at least one condition; what holds everywhere else stands outside of policies";
        return Err(ConfigError::new(field, reason));
    }
    if !condition.sources.is_empty() && !base.trusts_source_address {
        let reason = "want trust_source_address: true, for an address can be forged by \
                      X-Forwarded-For unless the proxy sets use_remote_address";
        return Err(ConfigError::new(&at("sources"), reason));
    }
    Ok(condition)
}

fn parsed<T>(
    fields: &mut Map<String, Value>,
    parent: &str,
    name: &str,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Vec<T>, ConfigError> {
    some(fields, parent, name, |field, value| {
        parse(&text(field, value)?).map_err(|reason| ConfigError::new(field, reason))
    })
}

/// A number, or a text.
fn status(field: &str, value: &mut Value) -> Result<StatusPattern, ConfigError> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    StatusPattern::parse(&text).map_err(|reason| ConfigError::new(field, reason))
}

fn method(text: &str) -> Result<String, &'static str> {
    let is_good = (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-' || byte == b'_');
    is_good.then(|| text.to_owned()).ok_or("want a method in upper case, such as GET")
}

fn name(text: &str) -> Result<String, &'static str> {
    let is_good = (1..=TEXT_BYTES_MAX).contains(&text.len());
    is_good.then(|| text.to_owned()).ok_or("want 1 to 2048 bytes")
}

fn uri(text: &str) -> Result<String, &'static str> {
    // The proxy joins several with commas.
    let is_uri = text.contains(':') && !text.contains(',') && text.len() <= TEXT_BYTES_MAX;
    is_uri.then(|| text.to_owned()).ok_or("want a URI without a comma")
}

#[cfg(test)]
mod tests;
