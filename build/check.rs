//! The checks of rules: how they are written, and what they become in the tables.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{shape::Shape, source::Rule};

/// A `check` as written.
#[derive(Deserialize, Clone, Debug)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Check {
    Crc32 {
        cover: Cover,
        encoding: Encoding,
        len: u8,
        #[serde(default)]
        gap: u8,
    },
    GitlabRoutable,
    GithubFineGrained,
    Bech32,
    Base58check,
    Base32Crc16,
    Marvin32 {
        seeds: BTreeMap<String, Vec<String>>,
    },
    Cask,
    DevopsPat,
    EntraSecret,
    Jwt {
        #[serde(default)]
        anon: bool,
    },
    Pem,
    Password,
    Basic,
    Named {
        of: Named,
    },
    Contains {
        text: String,
    },
    Base64 {
        #[serde(default)]
        after: String,
        until: Option<char>,
        #[serde(default)]
        starts: String,
        #[serde(default)]
        json: Vec<String>,
        #[serde(default)]
        text: bool,
        #[serde(default)]
        absent: Absent,
    },
    AwsKeyId,
}

impl Check {
    /// Whether it can make a finding certain.
    pub(crate) fn is_checksum(&self) -> bool {
        let is_structure = matches!(
            self,
            Check::Jwt { .. } | Check::Pem | Check::Contains { .. } | Check::Base64 { .. }
        );
        let is_word = matches!(self, Check::Password | Check::Basic | Check::Named { .. });
        !(is_structure || is_word || matches!(self, Check::AwsKeyId))
    }

    /// Whether nothing but a name says what the value is.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Check::Named { .. })
    }
}

/// What a CRC-32 is made of.
#[derive(Deserialize, Clone, Copy, PartialEq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cover {
    Body,
    Whole,
}

/// How a CRC-32 is written.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encoding {
    Base62,
    Base62Lower,
    Base36,
    Hex,
    HexUpper,
    HexLe,
    Base64Le,
}

/// What the name of a value says it is.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Named {
    Password,
    Key,
}

/// What a structure means that is not there.
#[derive(Deserialize, Clone, Copy, Default, PartialEq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Absent {
    #[default]
    Drop,
    Lower,
}

/// The check as an expression of the engine's `Check`.
pub(crate) fn emit(check: Option<&Check>, rule: &Rule) -> Result<String, String> {
    let sealed = |kind: &str| format!("Check::Sealed(crate::rule::check::Sealed::{kind})");
    Ok(match check {
        None => "Check::None".into(),
        Some(Check::Crc32 { cover, encoding, len, gap }) => {
            let skip = if *cover == Cover::Whole { 0 } else { shared_literal(rule)? };
            format!(
                "Check::Crc32 {{ skip: {skip}, encoding: Encoding::{encoding:?}, len: {len}, gap: {gap} }}"
            )
        }
        Some(
            check @ (Check::GitlabRoutable
            | Check::GithubFineGrained
            | Check::Bech32
            | Check::Cask
            | Check::EntraSecret
            | Check::Pem
            | Check::Password
            | Check::Basic
            | Check::AwsKeyId),
        ) => format!("Check::{check:?}"),
        Some(Check::Jwt { anon }) => format!("Check::Jwt {{ anon: {anon} }}"),
        Some(Check::Named { of }) => {
            format!("Check::Named(crate::rule::check::Named::{of:?})")
        }
        Some(Check::Base58check) => sealed("Base58Check"),
        Some(Check::Base32Crc16) => sealed("Base32Crc16"),
        Some(Check::DevopsPat) => sealed("DevopsPat"),
        Some(Check::Marvin32 { seeds }) => sealed(&marvin32(seeds)?),
        Some(Check::Contains { text }) => format!("Check::Contains({text:?})"),
        Some(check @ Check::Base64 { .. }) => base64(check, rule)?,
    })
}

/// The marks of Azure keys with their seeds, as numbers.
fn marvin32(seeds: &BTreeMap<String, Vec<String>>) -> Result<String, String> {
    let mut marks = String::new();
    for (mark, seeds) in seeds {
        let numbers: Option<Vec<u64>> = seeds
            .iter()
            .map(|seed| Some(u64::from_be_bytes(seed.as_bytes().try_into().ok()?)))
            .collect();
        let numbers = numbers.filter(|numbers| mark.len() == 4 && !numbers.is_empty());
        let numbers = numbers.ok_or("check: want marks of 4 bytes, and seeds of 8 for each")?;
        marks.push_str(&format!(
            "crate::rule::check::Mark {{ text: {mark:?}, seeds: &{numbers:?} }}, "
        ));
    }
    Ok(format!("Marvin32(&[{marks}])"))
}

fn base64(check: &Check, rule: &Rule) -> Result<String, String> {
    let Check::Base64 { after, until, starts, json, text, absent } = check else {
        return Err("check: not base64".into());
    };
    if starts.is_empty() && json.is_empty() && !text {
        return Err("check: base64 of what? want starts, json or text".into());
    }
    if !rule.shapes.iter().all(|shape| literal(shape).starts_with(after.as_bytes())) {
        return Err(format!("check: not every shape begins its secret with {after:?}"));
    }
    if until.is_some_and(|until| !until.is_ascii()) {
        return Err("check: until: want ASCII".into());
    }
    Ok(format!(
        "Check::Base64(&crate::rule::check::Base64 {{ skip: {}, until: {:?}, starts: b\"{}\", json: \
         &{json:?}, text: {text}, lowers: {} }})",
        after.len(),
        until.map(|until| until as u8),
        starts.as_bytes().escape_ascii(),
        *absent == Absent::Lower,
    ))
}

/// What a shape's secret begins with, whatever follows.
fn literal(shape: &Shape) -> Vec<u8> {
    let secret = &shape.items[shape.secret.clone()];
    secret.iter().map_while(|item| item.single()).collect()
}

/// The length of the literal that all shapes of a rule begin their secret with.
fn shared_literal(rule: &Rule) -> Result<usize, String> {
    let mut lengths = rule.shapes.iter().map(|shape| literal(shape).len());
    let first = lengths.next().unwrap_or(0);
    if lengths.all(|length| length == first) {
        Ok(first)
    } else {
        Err("check: cover = \"body\" wants literals of one length".into())
    }
}
