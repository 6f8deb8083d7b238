//! Traps: clean documents full of what looks like a credential and is none.
//!
//! A [`Trap`] is a template of one kind of document; a seed makes a document of it, laid out as such documents are.
//! `draft.rs` expands templates, with the values of `value.rs` and the codings of `coding.rs`; the other files are
//! the families of documents. What must not be found in them is said in `tests/traps.rs`.

mod chance;
mod coding;
mod draft;
mod value;

mod api;
mod cursors;
mod encoded;
mod examples;
mod hashes;
mod ids;
mod infra;
mod keys;
mod language;
mod locks;
mod logs;
mod mail;
mod media;
mod named;
mod pages;
mod script;

/// A kind of clean document.
#[derive(Debug)]
pub struct Trap {
    /// The name: `family.kind`.
    pub name: &'static str,
    /// The media type that such a document is served with.
    pub media: &'static str,
    template: &'static str,
}

impl Trap {
    /// The document that a seed makes.
    pub fn document(&self, seed: u64) -> Vec<u8> {
        // Each trap has numbers of its own, or all cursors would be the same one.
        let name =
            self.name.bytes().fold(7_u64, |sum, byte| sum * 31 % 0xFFFF_FFFB + u64::from(byte));
        draft::Draft::expand(self.template, seed << 32 | name)
    }
}

/// Every trap, family after family.
pub fn traps() -> impl Iterator<Item = &'static Trap> {
    FAMILIES.iter().copied().flatten()
}

const FAMILIES: [&[Trap]; 16] = [
    api::TRAPS,
    cursors::TRAPS,
    encoded::TRAPS,
    examples::TRAPS,
    hashes::TRAPS,
    ids::TRAPS,
    infra::TRAPS,
    keys::TRAPS,
    language::TRAPS,
    locks::TRAPS,
    logs::TRAPS,
    mail::TRAPS,
    media::TRAPS,
    named::TRAPS,
    pages::TRAPS,
    script::TRAPS,
];

const CSS: &str = "text/css";
const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const XML: &str = "application/xml";
const YAML: &str = "application/yaml";
