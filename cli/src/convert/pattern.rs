//! A pattern of another tool as one of ours: the same language, but for which of its groups is the secret.

use std::ops::Range;

use regex_syntax::{
    ParserBuilder,
    ast::{self, Ast, GroupKind, Visitor},
};

/// A pattern, and what is known of its matches.
pub(super) struct Pattern {
    /// The expression, whose only group is the secret.
    pub(super) text: String,
    /// How long a match may be; `None` without a bound.
    pub(super) length_max: Option<usize>,
    /// How many groups the other tool's had.
    pub(super) groups: usize,
}

/// Makes the group of this number the secret, and all others mere brackets. 0: the first one, if there is any.
///
/// # Errors
/// The reason, without the pattern.
pub(super) fn convert(pattern: &str, secret_group: usize) -> Result<Pattern, String> {
    let ast = ast::parse::Parser::new()
        .parse(pattern)
        .map_err(|error| format!("{}, at byte {}", error.kind(), error.span().start.offset))?;
    let Ok(groups) = ast::visit(&ast, Groups(Vec::new()));
    if secret_group > groups.len() {
        return Err(format!("it has no group {secret_group}"));
    }
    let wanted = secret_group.max(1);
    let mut text = String::new();
    let mut at = 0;
    for (place, opening) in groups.iter().enumerate() {
        text.push_str(pattern.get(at..opening.start).unwrap_or_default());
        text.push_str(if place + 1 == wanted { "(?P<secret>" } else { "(?:" });
        at = opening.end;
    }
    text.push_str(pattern.get(at..).unwrap_or_default());
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(&text);
    // What is wrong with it the engine says.
    let length_max = hir.ok().and_then(|hir| hir.properties().maximum_len());
    Ok(Pattern { text, length_max, groups: groups.len() })
}

/// Where groups open: `(`, `(?P<name>`, `(?<name>`, in the order of their numbers.
struct Groups(Vec<Range<usize>>);

impl Visitor for Groups {
    type Output = Vec<Range<usize>>;
    type Err = std::convert::Infallible;

    fn finish(mut self) -> Result<Self::Output, Self::Err> {
        self.0.sort_by_key(|opening| opening.start);
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        let Ast::Group(group) = ast else { return Ok(()) };
        let start = group.span.start.offset;
        match &group.kind {
            GroupKind::CaptureIndex(_) => self.0.push(start..start + 1),
            // Behind the name stands `>`.
            GroupKind::CaptureName { name, .. } => self.0.push(start..name.span.end.offset + 1),
            GroupKind::NonCapturing(_) => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_group_is_the_secret() {
        let text = |pattern: &str, group| convert(pattern, group).map(|pattern| pattern.text);
        assert_eq!(text("a(b(c)(?:d))e", 0).unwrap(), "a(?P<secret>b(?:c)(?:d))e");
        assert_eq!(text("a(b(c)(?:d))e", 2).unwrap(), "a(?:b(?P<secret>c)(?:d))e");
        assert_eq!(text("(?P<x>a)|(?<y>b[(])\\(", 2).unwrap(), "(?:a)|(?P<secret>b[(])\\(");
        assert_eq!(text("abc", 0).unwrap(), "abc");
        assert_eq!(text("abc", 1).unwrap_err(), "it has no group 1");
        assert!(text("a(b", 0).unwrap_err().ends_with("at byte 1"));
    }

    #[test]
    fn lengths_are_known() {
        assert_eq!(convert("a(b{3})", 0).unwrap().length_max, Some(4));
        assert_eq!(convert("a+", 0).unwrap().length_max, None);
    }
}
