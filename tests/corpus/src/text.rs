//! The texts of a case: templates, repetitions and bytes that are no text.

use crate::secret::{self, Names, Planted};

/// What a text becomes once its templates are expanded; what they plant is added to the list.
///
/// `{{rule}}` is a secret (see `secret.rs`), `{{*3 text}}` is `text` three times, `\xff` is a byte.
pub(crate) fn expand(
    text: &str,
    names: &Names,
    planted: &mut Vec<Planted>,
) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '\\']) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at..];
        rest = if let Some(inside) = rest.strip_prefix("{{") {
            let (inside, after) =
                inside.split_once("}}").ok_or_else(|| format!("{rest:?} is not closed"))?;
            part(inside, names, planted, &mut out).map_err(|e| format!("{inside:?}: {e}"))?;
            after
        } else if let Some(digits) = rest.strip_prefix("\\x") {
            let digits = digits.get(..2).ok_or("two digits follow \\x")?;
            out.push(u8::from_str_radix(digits, 16).map_err(|e| format!("{digits:?}: {e}"))?);
            &rest[4..]
        } else {
            out.push(rest.as_bytes()[0]);
            &rest[1..]
        };
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

fn part(
    inside: &str,
    names: &Names,
    planted: &mut Vec<Planted>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    if let Some(repetition) = inside.strip_prefix('*') {
        let (count, text) = repetition.split_once(' ').ok_or("want a count and a text")?;
        let count: usize = count.parse().map_err(|_| "want a count")?;
        out.extend(text.repeat(count).bytes());
        return Ok(());
    }
    let (text, secret) = secret::expand(inside, names)?;
    out.extend(text);
    if !planted.contains(&secret) {
        planted.push(secret);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> (String, Vec<Planted>) {
        let mut planted = Vec::new();
        let bytes = expand(text, &Names::new(), &mut planted).unwrap();
        (String::from_utf8(bytes).unwrap(), planted)
    }

    #[test]
    fn secrets_and_their_replacements_are_as_long() {
        let (plain, planted) = expanded("a {{github.pat}} z");
        let (label, again) = expanded("a {{github.pat|label}} z");
        assert_eq!(label, "a [REDACTED:github.pat]******************* z");
        assert_eq!((plain.len(), planted.len()), (label.len(), 1));
        assert!(planted == again);
        assert!(planted[0].leaks_in(plain.as_bytes()) && !planted[0].leaks_in(label.as_bytes()));
        assert_ne!(expanded("a {{github.pat@2}} z").0, plain);
        assert_eq!(expanded("{{github.pat|prefix4}}").0, format!("ghp_{}", "*".repeat(36)));
        assert_eq!(expanded("{{github.pat|fill}}").0, "*".repeat(40));
        assert_eq!(expanded("{{github.pat|url}}").0, "*REDACTED*github.pat********************");
    }

    #[test]
    fn other_braces_are_text() {
        assert_eq!(expanded(r#"{"a":{"b":"\n"}}"#).0, r#"{"a":{"b":"\n"}}"#);
        assert_eq!(expanded("{{*3 ab}}-").0, "ababab-");
        let bytes = expand("\\xff\\x00", &Names::new(), &mut Vec::new());
        assert_eq!(bytes.unwrap(), [0xff, 0]);
    }

    #[test]
    fn mistakes_are_told() {
        for text in ["{{no.such_rule}}", "{{github.pat", "{{github.pat|x}}", "{{github.pat#99}}"] {
            assert!(expand(text, &Names::new(), &mut Vec::new()).is_err(), "{text}");
        }
    }
}
