//! What a generic rule has found, by its own name: the rule that knows the whole of it.

use super::candidate::last_set;
use crate::rule::{
    Confidence, Rule,
    shape::Match,
    table::{self, Shape},
};

/// The rule that has the same secret as a generic rule, behind the same bytes, and the confidence of that.
pub(super) fn specific(lead: &[u8], secret: &[u8]) -> Option<(&'static Rule, Confidence)> {
    let text = [lead, secret].concat();
    let span = lead.len()..text.len();
    table::FIRST_INDEX.of(usize::from(*text.first()?)).iter().find_map(|number| {
        let shape = table::SHAPES.get(*number as usize)?;
        let rule = table::RULES.get(usize::from(shape.rule))?;
        if rule.yields || !rule.context.is_empty() {
            return None;
        }
        match shape.attempt(&text, true) {
            Match::Yes { len, secret: found }
                if found.start == span.start && found.end == len && is_rest(shape, &text, len) =>
            {
                let prefix = if lead.is_empty() { usize::from(shape.literal) } else { 0 };
                Some((rule, rule.judge(lead, secret, prefix)?))
            }
            _ => None,
        }
    })
}

/// Whether nothing, or what an open-ended shape goes on with, follows the match.
fn is_rest(shape: &Shape, secret: &[u8], len: usize) -> bool {
    let mut rest = secret.iter().skip(len);
    let set = last_set(shape).filter(|_| shape.open);
    rest.all(|byte| set.is_some_and(|set| set.has(*byte)))
}
