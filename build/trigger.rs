//! Decides where the scanner looks for a shape: its trigger (docs/rule-format.md, "Shapes").

use crate::{
    shape::{Item, OPEN, Set, Shape},
    source::Left,
};

const ANCHOR_BYTES: u32 = 3;

/// The shortest run of token bytes that is looked at.
pub(crate) const RUN_BYTES_MIN: u32 = 16;

/// What makes the scanner try a shape, and how far before that place the shape starts.
#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    /// A run of token bytes starts where the shape starts.
    Start,
    /// The same, and the run is assigned to a name with one of the rule's words.
    Context,
    /// A run starts after a literal that ends in another byte.
    AfterLiteral { literal: Vec<u8>, fold: bool, back: Back },
    /// One of these, whichever is the cheapest beside all others.
    Anchor(Vec<Anchor>),
}

/// Three given bytes at a fixed place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anchor {
    /// In every case that is looked for.
    pub(crate) cases: Vec<[u8; 3]>,
    /// How many bytes after the shape's start: at least, at most.
    pub(crate) back: (u32, u32),
    /// All fixed bytes from there on, up to eight; in lower case where either is taken.
    pub(crate) text: Vec<u8>,
}

/// The bytes between a shape's start and its trigger.
#[derive(Clone, Debug)]
pub(crate) enum Back {
    Fixed(u32),
    /// A leading class of variable length, then the literal.
    Lead {
        set: Set,
        min: u32,
        max: u32,
    },
}

impl Trigger {
    /// How many bytes of the shape must be seen, at most, before the trigger can be.
    pub(crate) fn window(&self) -> u32 {
        match self {
            Trigger::Start | Trigger::Context => RUN_BYTES_MIN,
            Trigger::AfterLiteral { back: Back::Fixed(back), .. } => back + RUN_BYTES_MIN,
            Trigger::AfterLiteral { literal, back: Back::Lead { max, .. }, .. } => {
                max + literal.len() as u32 + RUN_BYTES_MIN
            }
            Trigger::Anchor(anchors) => {
                anchors.first().map_or(0, |anchor| anchor.back.1 + ANCHOR_BYTES)
            }
        }
    }
}

/// A start that more of traffic has than this is not looked for where there is another trigger.
const COMMON: f64 = 1e-3;

/// The trigger of a shape.
pub(crate) fn of(shape: &Shape, left: Left, has_context: bool) -> Result<Trigger, String> {
    let starts = run_from(shape, 0) && left != Left::Any && starts_word(shape);
    if has_context {
        return run_from(shape, 0)
            .then_some(Trigger::Context)
            .ok_or_else(|| "a shape with a context begins with 16 bytes of [A-Za-z0-9_-]".into());
    }
    if starts && share_of_start(shape) < COMMON {
        return Ok(Trigger::Start);
    }
    let literal = after_literal(shape);
    let other = match &literal {
        // A sign alone stands before many a run; three bytes of its own do not.
        Some(Trigger::AfterLiteral { literal: sign, .. }) if sign.len() == 1 => {
            anchors(shape).or(literal)
        }
        _ => literal.or_else(|| anchors(shape)),
    };
    other.or(starts.then_some(Trigger::Start)).ok_or_else(|| {
        "no place to look for: want 16 bytes of [A-Za-z0-9_-], the first a letter or digit, at \
         the start (left = \"word\"); or 16 of them after a literal; or three fixed bytes in a row \
         at a fixed offset"
            .into()
    })
}

/// How much of traffic has bytes that the shape may start with: its first three.
fn share_of_start(shape: &Shape) -> f64 {
    let bytes = shape.items.iter().flat_map(|item| (0..item.min.min(3)).map(|_| &item.set));
    bytes.take(3).map(|set| set.bytes().map(frequency_of).sum::<f64>()).product()
}

/// Whether the first byte is a letter or digit: only there a run goes on after `_` or `-`.
fn starts_word(shape: &Shape) -> bool {
    shape.items.first().is_some_and(|item| item.set.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn token() -> Set {
    Set::of((0..=255).filter(|b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-'))
}

/// Whether from this item on sixteen bytes can only be token bytes.
fn run_from(shape: &Shape, index: usize) -> bool {
    let token = token();
    let sure = shape.items[index..].iter().take_while(|item| item.set.within(&token));
    sure.map(|item| item.min).sum::<u32>() >= RUN_BYTES_MIN
}

fn after_literal(shape: &Shape) -> Option<Trigger> {
    let items = &shape.items;
    for end in 1..items.len() {
        let last = items[end - 1].single();
        if last.is_none_or(|b| token().has(b)) || !run_from(shape, end) {
            continue;
        }
        let start = (0..end).rev().take_while(|i| items[*i].single().is_some()).last()?;
        let literal: Vec<u8> = items[start..end].iter().filter_map(|item| item.single()).collect();
        let back = if items[..end].iter().all(|item| item.min == item.max) {
            Back::Fixed(items[..end].iter().map(|item| item.min).sum())
        } else if start == 1 {
            Back::Lead { set: items[0].set, min: items[0].min, max: items[0].max }
        } else {
            continue;
        };
        return Some(Trigger::AfterLiteral { literal, fold: shape.fold, back });
    }
    None
}

/// How far from its start a shape may be looked for, at most, where that distance varies.
const BACK_BYTES_MAX: u32 = 160;

/// All three fixed bytes in a row that stand near enough to the start.
fn anchors(shape: &Shape) -> Option<Trigger> {
    let mut back = (0, 0);
    let mut anchors = Vec::new();
    for (index, item) in shape.items.iter().enumerate() {
        let rest = shape.items[index..].iter();
        let text: Vec<u8> = rest.map_while(Item::single).take(8).collect();
        if let [a, b, c, ..] = *text
            // The same byte over and over is no mark of anything.
            && (a, b) != (b, c)
        {
            let cases = in_either_case([a, b, c], shape.fold);
            anchors.push(Anchor { cases, back, text });
        }
        if item.max == OPEN {
            break;
        }
        back = (back.0 + item.min, back.1 + item.max);
        if back.0 != back.1 && back.1 > BACK_BYTES_MAX {
            break;
        }
    }
    (!anchors.is_empty()).then_some(Trigger::Anchor(anchors))
}

/// The anchor in the cases that people write: lower, upper, and upper for the first letter alone.
fn in_either_case(bytes: [u8; 3], fold: bool) -> Vec<[u8; 3]> {
    if !fold {
        return vec![bytes];
    }
    let mut title = bytes;
    title[0].make_ascii_uppercase();
    // A word may begin inside: `'ba` of `'Basic`.
    let mut inside = bytes;
    for at in 1..inside.len() {
        if !bytes[at - 1].is_ascii_alphabetic() {
            inside[at].make_ascii_uppercase();
        }
    }
    let mut cases = vec![bytes, bytes.map(|byte| byte.to_ascii_uppercase()), title, inside];
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// How much of traffic a byte is, roughly, over JSON, HTML, logs and scripts.
fn frequency_of(byte: u8) -> f64 {
    match byte {
        b' ' | b'"' => 0.05,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 0.04,
        b'a'..=b'z' | b':' | b',' | b'/' => 0.02,
        b'0'..=b'9' | b'.' | b'<' | b'>' | b'-' | b'_' => 0.012,
        b'=' => 0.008,
        b'A'..=b'Z' => 0.006,
        0x80.. => 0.0005,
        _ => 0.003,
    }
}
