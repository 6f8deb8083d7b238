//! Drafts: a template that a seed turns into a document.
//!
//! | part | becomes |
//! |---|---|
//! | `~(hex 40)`, `~(url 20-44)` | a value: a name and, for some, a count or a range of counts (`value.rs`) |
//! | `~(sha=hex 40)`, then `~(sha)` | a value, and the same again |
//! | `~()` | nothing: a joint, where a text would look like a credential to a reader of the source |
//! | `~[3-9\|,\|row~]` | `row` three to nine times, with a `,` between two |
//! | `~{one~\|other~}` | one of the alternatives |
//! | `~<b64\|text~>` | the text, encoded (`coding.rs`) |
//!
//! The three with an end may stand within each other.

use std::collections::BTreeMap;

use super::{chance::Chance, coding, value};

/// A document that is being written.
pub(super) struct Draft {
    pub(super) text: Vec<u8>,
    pub(super) chance: Chance,
    kept: BTreeMap<String, Vec<u8>>,
}

impl Draft {
    /// The template's document for a seed.
    pub(super) fn expand(template: &str, seed: u64) -> Vec<u8> {
        let mut draft = Draft { text: vec![], chance: Chance::new(seed), kept: BTreeMap::new() };
        draft.fill(template);
        draft.text
    }

    /// Writes a template.
    pub(super) fn fill(&mut self, template: &str) {
        let mut rest = template;
        while let Some((at, open)) = next_part(rest) {
            self.text.extend_from_slice(&rest.as_bytes()[..at]);
            let inside = &rest[at + 2..];
            rest = if open == '(' {
                let (place, after) = inside.split_once(')').expect("a value is closed");
                self.value(place);
                after
            } else {
                let (inside, after) = block(inside, open);
                self.block(open, inside);
                after
            };
        }
        self.text.extend_from_slice(rest.as_bytes());
    }

    fn value(&mut self, place: &str) {
        if let Some(value) = self.kept.get(place) {
            self.text.extend_from_slice(value);
            return;
        }
        let (keep, place) = match place.split_once('=') {
            Some((name, place)) => (Some(name), place),
            None => (None, place),
        };
        let start = self.text.len();
        let (name, count) = place.split_once(' ').unwrap_or((place, "1"));
        let count = self.count(count);
        value::write(self, name, count);
        if let Some(name) = keep {
            self.kept.insert(name.into(), self.text[start..].to_vec());
        }
    }

    fn block(&mut self, open: char, inside: &str) {
        match open {
            '[' => {
                let (count, inside) = inside.split_once('|').expect("a count is closed");
                let (between, row) = inside.split_once('|').expect("a separator is closed");
                for row_number in 0..self.count(count) {
                    let between = if row_number == 0 { "" } else { between };
                    self.text.extend_from_slice(between.as_bytes());
                    self.fill(row);
                }
            }
            '{' => {
                let choice = self.chance.of(&alternatives(inside));
                self.fill(choice);
            }
            _ => {
                let (name, inside) = inside.split_once('|').expect("a coding is named");
                let start = self.text.len();
                self.fill(inside);
                let plain = self.text.split_off(start);
                self.text.extend(coding::encode(name, &plain));
            }
        }
    }

    fn count(&mut self, text: &str) -> usize {
        let number = |text: &str| text.parse().expect("a count is a number");
        match text.split_once('-') {
            Some((min, max)) => self.chance.between(number(min), number(max)),
            None => number(text),
        }
    }
}

const BLOCKS: [(char, char); 3] = [('[', ']'), ('{', '}'), ('<', '>')];

/// Where the next part begins, and with what.
fn next_part(text: &str) -> Option<(usize, char)> {
    text.match_indices('~').find_map(|(at, _)| {
        let open = text[at + 1..].chars().next()?;
        (open == '(' || BLOCKS.iter().any(|(first, _)| *first == open)).then_some((at, open))
    })
}

/// The inside of a block and what follows it.
fn block(text: &str, open: char) -> (&str, &str) {
    let (_, close) = BLOCKS.iter().find(|(first, _)| *first == open).expect("a block");
    let mut depth = 1;
    for (at, _) in text.match_indices('~') {
        match text[at + 1..].chars().next() {
            Some(next) if next == open => depth += 1,
            Some(next) if next == *close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..at], &text[at + 2..]);
        }
    }
    panic!("a block is not closed: {text}");
}

/// The alternatives of this block, without those of the blocks in it.
fn alternatives(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, _) in text.match_indices('~') {
        match text[at + 1..].chars().next() {
            Some('{') => depth += 1,
            Some('}') => depth -= 1,
            Some('|') if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 2;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(template: &str) -> String {
        String::from_utf8(Draft::expand(template, 7)).unwrap()
    }

    #[test]
    fn parts_are_filled_and_the_rest_is_text() {
        assert_eq!(text("a ~ {b} ~x [c]"), "a ~ {b} ~x [c]");
        assert_eq!(text("AB~()CD"), "ABCD");
        assert_eq!(text("~(hex 4)").len(), 4);
        let twice = text("~(a=hex 8)-~(a)");
        assert_eq!(twice[..8], twice[9..]);
    }

    #[test]
    fn blocks_stand_within_each_other() {
        assert_eq!(text("~[3-3|, |<~[2|.|x~]>~]"), "<x.x>, <x.x>, <x.x>");
        assert_eq!(text("~{a~{b~|b~}~|a~{b~}~}"), "ab");
        assert_eq!(text("~<b64|~<hex|A~>~>"), "NDE=");
    }
}
