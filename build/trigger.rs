//! Decides where the scanner looks for a shape: its trigger (docs/rule-format.md, "Shapes").

use crate::{
    shape::{Item, Set, Shape},
    source::Left,
};

/// The shortest run of token bytes that is looked at.
pub(crate) const RUN_BYTES_MIN: u32 = 16;

/// What makes the scanner try a shape, and how far before that place the shape starts.
#[derive(Clone, Debug)]
pub(crate) enum Trigger {
    /// A run of token bytes starts where the shape starts.
    Start,
    /// A run starts after a literal that ends in another byte.
    AfterLiteral { literal: Vec<u8>, fold: bool, back: Back },
    /// Three given bytes, `back` bytes after the start; letters in lower case where either is taken.
    Anchor { bytes: [u8; 3], back: u32 },
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
            Trigger::Start => RUN_BYTES_MIN,
            Trigger::AfterLiteral { back: Back::Fixed(back), .. } => back + RUN_BYTES_MIN,
            Trigger::AfterLiteral { literal, back: Back::Lead { max, .. }, .. } => {
                max + literal.len() as u32 + RUN_BYTES_MIN
            }
            Trigger::Anchor { bytes, back } => back + bytes.len() as u32,
        }
    }
}

/// A start that more of traffic has than this is not looked for where there is another trigger.
const COMMON: f64 = 1e-3;

/// The trigger of a shape.
pub(crate) fn of(shape: &Shape, left: Left) -> Result<Trigger, String> {
    let starts = run_from(shape, 0) && left == Left::Word && starts_word(shape);
    if starts && share_of_start(shape) < COMMON {
        return Ok(Trigger::Start);
    }
    let other = after_literal(shape).or_else(|| anchor(shape));
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
    bytes.take(3).map(|set| set.bytes().map(frequency).sum::<f64>()).product()
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

/// The rarest three fixed bytes in a row at a fixed offset.
fn anchor(shape: &Shape) -> Option<Trigger> {
    let mut back = 0;
    let mut best: Option<(f64, Trigger)> = None;
    for (index, item) in shape.items.iter().enumerate() {
        let rest = shape.items[index..].iter();
        let bytes: Vec<u8> = rest.map_while(Item::single).take(3).collect();
        // An early anchor lets less wait at the end of a chunk.
        let early = 1.0 + f64::from(back) / 16.0;
        let rarity = bytes.iter().map(|b| frequency(*b)).product::<f64>() * early;
        if let [a, b, c] = *bytes
            // The same byte over and over is no mark of anything.
            && (a, b) != (b, c)
            && best.as_ref().is_none_or(|(least, _)| rarity < *least)
        {
            best = Some((rarity, Trigger::Anchor { bytes: [a, b, c], back }));
        }
        if item.min != item.max {
            break;
        }
        back += item.min;
    }
    best.map(|(_, trigger)| trigger)
}

/// How much of traffic a byte is, roughly, over JSON, HTML, logs and scripts: the rarer anchor is the cheaper.
pub(crate) fn frequency(byte: u8) -> f64 {
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
