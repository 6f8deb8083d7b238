//! Decides where the scanner looks for a shape: its trigger (docs/rule-format.md, "Shapes").

use crate::{
    shape::{Set, Shape},
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
    /// Two given bytes, `back` bytes after the start.
    Pair { pair: (u8, u8), back: u32 },
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
            Trigger::Pair { back, .. } => back + 2,
        }
    }
}

/// The trigger of a shape.
pub(crate) fn of(shape: &Shape, left: Left) -> Result<Trigger, String> {
    if run_from(shape, 0) && left == Left::Word {
        return Ok(Trigger::Start);
    }
    if let Some(trigger) = after_literal(shape) {
        return Ok(trigger);
    }
    pair(shape).ok_or_else(|| {
        "no place to look for: want 16 bytes of [A-Za-z0-9_-] at the start (left = \"word\") or \
         after a literal, or a fixed pair of bytes with one that is no letter or digit"
            .into()
    })
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

fn pair(shape: &Shape) -> Option<Trigger> {
    let mut back = 0;
    let mut best: Option<(u32, Trigger)> = None;
    for two in shape.items.windows(2) {
        if let (Some(a), Some(b)) = (two[0].single(), two[1].single()) {
            // An early pair lets less wait at the end of a chunk.
            let cost = cost(a) + cost(b) + back / 8 + u32::from((a, b) == (b'"', b':')) * 20;
            let marked = !(a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric());
            if marked && best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, Trigger::Pair { pair: (a, b), back }));
            }
        }
        if two[0].min != two[0].max {
            break;
        }
        back += two[0].min;
    }
    best.map(|(_, trigger)| trigger)
}

/// How common a byte is in traffic, roughly: the rarer pair is the cheaper trigger.
fn cost(byte: u8) -> u32 {
    match byte {
        b'"' | b' ' | b'e' | b't' | b'a' => 10,
        b'a'..=b'z' | b',' => 8,
        b'.' => 7,
        b'0'..=b'9' | b':' | b'/' => 6,
        b'-' | b'=' => 5,
        b'A'..=b'Z' | b'_' => 4,
        _ => 2,
    }
}
