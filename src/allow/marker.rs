//! Markers in files that somebody has checked in: this secret is meant to be here.

use crate::rule::selector::Selector;

/// What a line must hold to allow what is found on it.
const MARKER: &str = "hushgate:allow";
/// How a comment begins, in one language or another.
const COMMENTS: &[&str] = &["#", "//", "/*", "--", "<!--", ";"];
/// How one ends on the same line.
const COMMENT_ENDS: &[&str] = &["*/", "-->"];

/// Whether a line of a file has a marker, in a comment, that allows a finding of this rule on it.
///
/// `# hushgate:allow` allows every rule; `# hushgate:allow github.pat jwt.*` those it names. Text after the names says
/// why (`hushgate:allow github.pat: revoked`). Text without a name allows nothing, so that a misspelt id does not.
///
/// For files that somebody has checked in. A proxy must not ask this of traffic: an attacker could write the marker.
pub fn is_marked(line: &[u8], rule_id: &str) -> bool {
    let Ok(line) = str::from_utf8(line) else {
        return false;
    };
    line.match_indices(MARKER).any(|(at, marker)| {
        let (before, after) = (&line.get(..at), line.get(at + marker.len()..));
        let is_comment = before.is_some_and(is_in_comment);
        is_comment && after.is_some_and(|after| is_named(after, rule_id))
    })
}

/// Whether what follows this is in a comment and a word of its own.
fn is_in_comment(before: &str) -> bool {
    let starts = COMMENTS.iter().any(|comment| before.contains(comment));
    let is_in_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_in_word = before.bytes().last().is_some_and(is_in_word) && !before.ends_with("--");
    starts && !is_in_word
}

fn is_named(after: &str, rule_id: &str) -> bool {
    let end = COMMENT_ENDS.iter().filter_map(|end| after.find(end)).min();
    let names = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
    if names.trim().is_empty() {
        return true;
    }
    // `hushgate:allowed` is another word.
    let is_apart = names.starts_with(|first: char| first.is_whitespace() || first == ':');
    let names = names.split(|part: char| part.is_whitespace() || matches!(part, ',' | ':'));
    let mut selectors =
        names.filter(|name| !name.is_empty()).map_while(|name| Selector::parse(name).ok());
    is_apart && selectors.any(|selector| selector.names(rule_id))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_marker_in_a_comment_allows_its_line() {
        for line in [
            "key = x  # hushgate:allow",
            "key = x // hushgate:allow github.pat",
            "key = x //hushgate:allow",
            "/* hushgate:allow jwt.*, github.* */ key = x",
            "<!-- hushgate:allow github.pat: revoked in May -->",
            "<!--hushgate:allow-->",
            "-- hushgate:allow  ",
            "--hushgate:allow\r",
            "; a test key, hushgate:allow",
            "# hushgate:allow jwt.token # hushgate:allow github.pat",
        ] {
            assert!(is_marked(line.as_bytes(), "github.pat"), "{line}");
        }
        for line in [
            "key = hushgate:allow",
            "# hushgate:allowed",
            "# hushgate:allow because",
            "# hushgate:allow githubpat",
            "# hushgate:allow jwt.*",
            "# hushgate:allow jwt.token because of github.pat",
            "# xhushgate:allow",
            "# hushgate: allow",
            "",
        ] {
            assert!(!is_marked(line.as_bytes(), "github.pat"), "{line}");
        }
        assert!(!is_marked(b"# \xff hushgate:allow", "github.pat"));
    }
}
