//! What a stream leaves in the proxy's filter state, for its access log: `%FILTER_STATE(wasm.hushgate_path:PLAIN)%`.
//!
//! Never a byte of a credential: the path is redacted whatever the actions are, and findings are names of rules.

use std::fmt::Write as _;

use hushgate::record::Record;

use crate::abi;

/// The path, as a log may show it.
pub(crate) const PATH: &str = "hushgate_path";
/// What was found and what was done, such as `github.pat:redact,jwt.token:report`.
const FINDINGS: &str = "hushgate_findings";
/// How many different findings are named; more are `...`.
const NAMED_MAX: usize = 8;

/// What a stream has left so far.
#[derive(Default)]
pub(crate) struct State {
    findings: Vec<String>,
    is_cut: bool,
}

impl State {
    /// Leaves the path. A proxy that does not take it shows none.
    pub(crate) fn path(path: &[u8]) {
        _ = abi::set_property(PATH, path);
    }

    /// Leaves what was found, if one of these records is news.
    pub(crate) fn note(&mut self, records: &[Record]) {
        let before = (self.findings.len(), self.is_cut);
        for record in records {
            self.add(record);
        }
        if before != (self.findings.len(), self.is_cut) {
            _ = abi::set_property(FINDINGS, self.text().as_bytes());
        }
    }

    fn add(&mut self, record: &Record) {
        let Record::Found { rule, action, is_dry_run, .. } = record else { return };
        let mut name = format!("{rule}:");
        let dry_run = if *is_dry_run { "dry_run." } else { "" };
        _ = write!(name, "{dry_run}{}", action.name());
        match self.findings.contains(&name) {
            true => {}
            false if self.findings.len() < NAMED_MAX => self.findings.push(name),
            false => self.is_cut = true,
        }
    }

    fn text(&self) -> String {
        let more = if self.is_cut { ",..." } else { "" };
        format!("{}{more}", self.findings.join(","))
    }
}

#[cfg(test)]
mod tests {
    use hushgate::{
        policy::{Action, Direction, Place},
        rule::Confidence,
    };

    use super::*;

    fn found(rule: &'static str, is_dry_run: bool) -> Record {
        Record::Found {
            rule,
            confidence: Confidence::Certain,
            direction: Direction::Response,
            place: Place::Body,
            action: Action::Redact,
            offset: 0,
            policy: None,
            fingerprint: None,
            is_dry_run,
        }
    }

    #[test]
    fn each_finding_is_named_once() {
        let mut state = State::default();
        state.note(&[found("a.b", false), found("a.b", false), found("c.d", true)]);
        assert_eq!(state.text(), "a.b:redact,c.d:dry_run.redact");
    }

    #[test]
    fn only_so_many_are_named() {
        let mut state = State::default();
        let rules = ["1", "2", "3", "4", "5", "6", "7", "8"];
        state.note(&rules.map(|rule| found(rule, false)));
        assert!(state.text().ends_with(",8:redact"));
        state.note(&[found("9", false), found("10", false)]);
        assert!(state.text().ends_with(",8:redact,..."), "{}", state.text());
    }
}
