//! The words that reports use for what a rule says of itself.

use std::fmt::Debug;

use hushgate::rule::Rule;
use serde::Serialize;

/// A rule's labels, as they stand in JSON.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Labels {
    provider: &'static str,
    kind: String,
    severity: String,
    exposure: String,
}

impl Labels {
    /// Those of a rule.
    pub(crate) fn of(rule: &Rule) -> Labels {
        Labels {
            provider: rule.provider,
            kind: word(rule.kind),
            severity: word(rule.severity),
            exposure: word(rule.exposure),
        }
    }
}

/// The configuration's word for a variant: `ApiKey` is `api_key`.
pub(crate) fn word(variant: impl Debug) -> String {
    let mut word = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

/// A number with its noun: `1 finding`, `2 findings`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A number with a comma for every thousand.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text without anything that a terminal would take for a command.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{b7}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use hushgate::rule::{Exposure, Kind};

    use super::*;

    #[test]
    fn words_are_those_of_the_configuration() {
        assert_eq!(word(Kind::ConnectionString), "connection_string");
        assert_eq!(word(Exposure::Secret), "secret");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(1, "finding"), "1 finding");
        assert_eq!(count(0, "finding"), "0 findings");
        assert_eq!([999, 1_000, 1_234_567].map(grouped), ["999", "1,000", "1,234,567"]);
    }

    #[test]
    fn control_characters_are_not_printed() {
        assert_eq!(printable("a\u{1b}[2J\tb\u{e4}"), "a\u{b7}[2J\u{b7}b\u{e4}");
    }
}
