//! What may be wrong with an Envoy configuration that hushgate is part of.
//!
//! Each warning is about something that was seen to leak or to fail open in a real Envoy (`docs/hosts.md`,
//! `SECURITY.md`). What is not warned of is not thereby right.

mod clusters;
mod filters;
mod listeners;

use super::yaml::{self, Node};

/// What is wrong, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Warning {
    /// The line, from 1.
    pub(crate) line: usize,
    /// A short name of the kind of mistake.
    pub(crate) name: &'static str,
    /// What it leads to, and what to do.
    pub(crate) message: String,
}

/// Collects warnings.
#[derive(Default)]
struct Warnings(Vec<Warning>);

impl Warnings {
    fn add(&mut self, at: &Node, name: &'static str, message: impl Into<String>) {
        self.0.push(Warning { line: at.line, name, message: message.into() });
    }
}

/// A filter of ours.
struct Filter<'a> {
    /// The entry of the filter chain.
    entry: &'a Node,
    /// The plugin's configuration: name, VM, failure policy.
    plugin: &'a Node,
    /// What it is called, for people.
    name: &'a str,
    /// The JSON that it reads, with its place; `None` where there is none.
    json: Option<(serde_json::Value, &'a Node)>,
}

impl<'a> Filter<'a> {
    /// The filter that an entry of a filter chain is, if it is one of ours.
    fn of(entry: &'a Node) -> Option<Filter<'a>> {
        let config = entry.get("typed_config").filter(|it| it.is_a(".wasm.v3.Wasm"))?;
        let plugin = config.get("config")?;
        let local = plugin.path(&["vm_config", "code", "local", "filename"]).and_then(Node::text);
        let names =
            [entry.text_of("name"), plugin.text_of("name"), plugin.text_of("root_id"), local];
        let name = names.into_iter().flatten().find(|name| name.contains("hushgate"))?;
        let json = plugin.get("configuration").and_then(|it| Some((json(it)?, it)));
        Some(Filter { entry, plugin, name, json })
    }

    /// Whether it injects: then it holds credentials.
    fn is_injecting(&self) -> bool {
        self.bindings().is_some() || ["inject", "edge"].iter().any(|word| self.name.contains(word))
    }

    /// What may be sent where.
    fn bindings(&self) -> Option<&Vec<serde_json::Value>> {
        self.json.as_ref()?.0.get("bindings")?.as_array()
    }
}

/// A plugin's configuration: JSON in a text, or a struct.
fn json(configuration: &Node) -> Option<serde_json::Value> {
    let value = configuration.get("value")?;
    match value.text() {
        Some(text) => serde_json::from_str(text).ok(),
        None => Some(value.json()),
    }
}

/// The filters of ours in a chain, with their places.
fn of_chain(chain: &[Node]) -> impl Iterator<Item = (usize, Filter<'_>)> {
    chain.iter().enumerate().filter_map(|(place, entry)| Some((place, Filter::of(entry)?)))
}

/// Looks at a configuration.
///
/// # Errors
/// Where it is no YAML, or has no filter of ours.
pub(crate) fn check(text: &str) -> Result<Vec<Warning>, String> {
    let documents = yaml::read(text)?;
    let mut warnings = Warnings::default();
    let mut count = 0;
    for document in &documents {
        let chains = listeners::connection_managers(document);
        let upstream = clusters::upstream_chains(document);
        let all = chains.iter().chain(&upstream).flat_map(|chain| of_chain(chain.filters));
        let all: Vec<Filter<'_>> = all.map(|(_, filter)| filter).collect();
        count += all.len();
        filters::check(&all, document, &mut warnings);
        listeners::check(&chains, &all, document, &mut warnings);
        clusters::check(&all, document, &mut warnings);
    }
    if count == 0 {
        return Err("has no filter of hushgate's".to_owned());
    }
    warnings.0.sort();
    warnings.0.dedup();
    Ok(warnings.0)
}

/// A chain of HTTP filters, and what it belongs to.
struct Chain<'a> {
    owner: &'a Node,
    filters: &'a [Node],
}

#[cfg(test)]
mod tests;
