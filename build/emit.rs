//! Writes the rules as Rust tables, in the types of `src/rule/table.rs`.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
};

use crate::{
    buckets, check, family,
    shape::{Item, OPEN, Set, Shape},
    slots::{Slots, as_they_are, folded_slot, slot},
    source::{Confidence, Left, Right, Rule, Source},
    trigger::{self, Anchor, Back, Trigger},
};

/// A beginning of more different forms than this is not looked up by its bytes.
const HEADS_MAX: usize = 512;

/// All tables, as the text of a Rust module.
pub(crate) fn tables(rules: &[Rule]) -> Result<String, String> {
    let mut out = Emitter { anchored: anchored(rules)?, ..Emitter::default() };
    for (number, rule) in rules.iter().enumerate() {
        out.rule(number, rule)?;
    }
    Ok(out.finish())
}

/// Which anchor each shape is looked for by that has any, in the order of the shapes; and the tables for that.
fn anchored(rules: &[Rule]) -> Result<Anchored, String> {
    let mut all = Vec::new();
    for rule in rules {
        for number in 0..rule.shapes.len() {
            if let Trigger::Anchor(anchors) = trigger_of(rule, number)?
                && !family::follows(rule, number)
            {
                all.push(anchors);
            }
        }
    }
    // What is looked for beside them has its place in the same tables, and is placed first.
    let mut placed: Vec<_> = marks().collect();
    let marks = placed.len();
    placed.append(&mut all);
    let (mut chosen, nibbles) = buckets::choose(&placed);
    chosen.drain(..marks);
    Ok(Anchored { chosen: chosen.into(), last: Vec::new(), nibbles })
}

/// Bytes that no shape has, but that an escaped one may begin with: they stand for a printable byte.
fn marks() -> impl Iterator<Item = Vec<Anchor>> {
    let any: Vec<u8> = (0..=255).collect();
    let marks = |first: u8, second: &[u8], third: &[u8]| {
        let with = |b: u8| third.iter().map(move |c| [first, b, *c]);
        let cases = second.iter().flat_map(|b| with(*b)).collect();
        vec![Anchor { cases, back: (0, 0), text: Vec::new() }]
    };
    // What follows another introducer may be anything, and what follows another mark's `x` or `u`, an escape as well.
    let digits = b"0123456789abcdefABCDEF\\%&";
    [
        marks(b'\\', b"/\\", &any),
        marks(b'\\', b"ux", digits),
        marks(b'%', b"234567", digits),
        marks(b'&', b"#", b"0123456789xX\\%&"),
        marks(b'&', b"ecs", b"oqe\\%&"),
    ]
    .into_iter()
}

#[derive(Default)]
struct Anchored {
    /// Of the shapes to come.
    chosen: VecDeque<usize>,
    /// Of the last shape or family.
    last: Vec<Anchor>,
    nibbles: String,
}

fn trigger_of(rule: &Rule, number: usize) -> Result<Trigger, String> {
    let shape = &rule.shapes[number];
    let trigger = trigger::of(shape, rule.source.left, !rule.source.context.is_empty());
    let trigger = trigger.and_then(|trigger| match trigger {
        Trigger::Start if heads(shape, 3).is_none() && probe(shape).is_none() => {
            Err("its first three bytes may be anything: want a fixed byte at a fixed place".into())
        }
        Trigger::Anchor(anchors) => family::within(rule, number, anchors).map(Trigger::Anchor),
        trigger => Ok(trigger),
    });
    trigger.map_err(|reason| format!("rule {}: {reason}", rule.source.id))
}

#[derive(Default)]
struct Emitter {
    anchored: Anchored,
    rules: String,
    shapes: String,
    after: String,
    examples: String,
    sets: BTreeMap<Set, usize>,
    shape_count: usize,
    after_count: usize,
    start: Slots,
    /// What a start or an anchor may begin with, and the second bytes of anchors.
    begins: Set,
    /// Shapes that start with too many bytes to be looked up, with a byte that they have at a fixed place.
    probed: Vec<(usize, u32, u8)>,
    /// The two bytes before a run that follows a literal.
    literal_ends: Slots,
    /// By the hash of the first two bytes: shapes that may start inside a word, and that may not.
    live_inside: Slots,
    live_heads: Slots,
    after_slots: Slots,
    anchors: Slots,
    anchored_rows: String,
    anchored_count: usize,
    contexts: Slots,
    /// By the first byte: shapes that are in neither, without a context and with one.
    live: Slots,
    live_named: Slots,
    /// What those may have before their triggers.
    live_set: Set,
    /// By the first byte: all shapes.
    firsts: Slots,
    /// Of each shape.
    windows: Vec<u32>,
}

impl Emitter {
    fn rule(&mut self, number: usize, rule: &Rule) -> Result<(), String> {
        let s = &rule.source;
        let check = check::emit(s.check.as_ref(), rule)?;
        _ = writeln!(
            self.rules,
            "Rule {{ id: {:?}, title: {:?}, provider: {:?}, kind: Kind::{:?}, severity: \
             Severity::{:?}, exposure: Exposure::{:?}, confidence: Confidence::{:?}, home_hosts: \
             &{:?}, context: &{:?}, label: {}, yields: {}, distinct_min: {}, check: {check} }},",
            s.id,
            s.title,
            rule.provider,
            s.kind,
            s.severity,
            s.exposure,
            s.confidence,
            rule.home_hosts,
            s.context,
            s.label,
            s.yields,
            s.distinct_min,
        );
        _ = writeln!(
            self.examples,
            "Examples {{ found: &{:?}, not_found: &{:?} }},",
            s.examples, s.negative_examples
        );
        (0..rule.shapes.len()).try_for_each(|shape| self.shape(number, rule, shape))
    }

    fn shape(&mut self, number: usize, rule: &Rule, of_rule: usize) -> Result<(), String> {
        let shape = &rule.shapes[of_rule];
        let first = shape.items.first().filter(|item| item.min > 0);
        let first = first.ok_or("a shape may not begin with something optional")?.set;
        let mut trigger = trigger_of(rule, of_rule)?;
        let follows = family::follows(rule, of_rule);
        if let Trigger::Anchor(anchors) = &mut trigger {
            if !follows {
                let chosen = self.anchored.chosen.pop_front().unwrap_or_default();
                self.anchored.last = vec![anchors.swap_remove(chosen)];
            }
            *anchors = self.anchored.last.clone();
        }
        let id = self.shape_count;
        self.shape_count += 1;
        self.windows.push(trigger.window());
        match heads(shape, 2).filter(|_| !matches!(trigger, Trigger::Context)) {
            Some(heads) => {
                let table = match rule.source.left {
                    Left::Word | Left::Value => &mut self.live_heads,
                    Left::Any => &mut self.live_inside,
                };
                heads.iter().for_each(|head| table.add(slot(head), id));
            }
            None => {
                let table = match rule.source.context.is_empty() {
                    true => &mut self.live,
                    false => &mut self.live_named,
                };
                first.bytes().for_each(|b| table.add(usize::from(b), id));
                self.note_live(shape, trigger.window());
            }
        }
        first.bytes().for_each(|b| self.firsts.add(usize::from(b), id));
        for word in rule.source.context.iter().filter(|_| matches!(trigger, Trigger::Context)) {
            self.contexts.add(slot(&word.as_bytes()[..3]), id);
        }
        match trigger {
            // What is looked for finds the whole family.
            Trigger::Anchor(_) if follows => {}
            _ => self.trigger(id, rule, of_rule, &trigger),
        }

        let (segs, secret) = self.segs(shape);
        let profile = profile(&rule.source);
        let right = self.right(rule, shape);
        let literal = shape.items.iter().take_while(|item| item.single().is_some()).count();
        _ = writeln!(
            self.shapes,
            "Shape {{ rule: {number}, profile: Profile::{profile}, segs: &[{segs}], secret: ({}, {}), left: Left::{:?}, right: \
             {right}, open: {}, window: {}, literal: {literal}, probe: {:?} }},",
            secret.0,
            secret.1,
            rule.source.left,
            shape.is_open(),
            trigger.window(),
            probe(shape),
        );
        Ok(())
    }

    fn trigger(&mut self, id: usize, rule: &Rule, of_rule: usize, trigger: &Trigger) {
        let shape = &rule.shapes[of_rule];
        match trigger {
            Trigger::Context => {}
            Trigger::Start => match heads(shape, 3) {
                Some(heads) => {
                    for head in heads {
                        self.start.add(slot(&head), id);
                        self.begins.insert(head[0]);
                    }
                }
                // `trigger_of` has seen to it that there is one.
                None => self.probed.extend(probe(shape).map(|(at, byte)| (id, at, byte))),
            },
            Trigger::AfterLiteral { literal, fold, back } => {
                let back = match back {
                    Back::Fixed(back) => format!("Back::Fixed({back})"),
                    Back::Lead { set, min, max } => {
                        let set = self.set(set);
                        format!("Back::Lead {{ set: {set}, min: {min}, max: {max} }}")
                    }
                };
                let text = bytes(literal);
                _ = writeln!(
                    self.after,
                    "AfterLiteral {{ shape: {id}, literal: {text}, fold: {fold}, back: {back} }},"
                );
                self.after_slots.add(folded_slot(last(literal)), self.after_count);
                self.literal_end(shape, literal);
                self.after_count += 1;
            }
            Trigger::Anchor(anchors) => {
                let follows = |number: &usize| family::follows(rule, *number);
                let family = (of_rule + 1..rule.shapes.len()).take_while(follows).count();
                let shapes = &rule.shapes[of_rule..=of_rule + family];
                anchors.iter().for_each(|anchor| self.anchored(id, shapes, anchor))
            }
        }
    }

    fn anchored(&mut self, id: usize, shapes: &[Shape], anchor: &Anchor) {
        let (count, members) = (shapes.len(), family::members(shapes));
        let fold = shapes.iter().any(|shape| shape.fold);
        let number = |bytes: &mut dyn Iterator<Item = u8>| {
            bytes.enumerate().fold(0_u64, |number, (at, byte)| number | u64::from(byte) << (8 * at))
        };
        let text = &anchor.text;
        let is_letter = |byte: &u8| fold && byte.is_ascii_alphabetic();
        let mask = number(&mut text.iter().map(|_| 0xFF));
        let fold = number(&mut text.iter().map(|b| if is_letter(b) { 0x20 } else { 0 }));
        let value = number(&mut text.iter().copied());
        let (min, max) = anchor.back;
        _ = writeln!(
            self.anchored_rows,
            "Anchored {{ shape: {id}, count: {count}, back: ({min}, {max}), mask: {mask:#x}, fold: {fold:#x}, value: \
             {value:#x}, members: {members} }},"
        );
        for bytes in &anchor.cases {
            self.anchors.add(slot(bytes), self.anchored_count);
            // The escape may stand for its first byte, or for its second.
            bytes.iter().take(2).for_each(|byte| self.begins.insert(*byte));
        }
        self.anchored_count += 1;
    }

    /// Takes note of what a shape's bytes may be up to its trigger.
    fn note_live(&mut self, shape: &Shape, window: u32) {
        let mut at = 0;
        for item in &shape.items {
            if at >= window {
                break;
            }
            item.set.bytes().for_each(|byte| self.live_set.insert(byte));
            at += item.min;
        }
    }

    /// Takes note of what may stand directly before the run that follows this literal: two bytes.
    fn literal_end(&mut self, shape: &Shape, literal: &[u8]) {
        match literal {
            [.., a, b] => self.literal_ends.add(folded_slot(&[*a, *b]), 0),
            [b] => {
                // A class or nothing stands before it, in one of these places: whatever that may be.
                for (place, item) in shape.items.iter().enumerate() {
                    if item.single() == Some(*b) {
                        let before = place.checked_sub(1).map(|before| shape.items[before].set);
                        let set = before.unwrap_or_else(|| Set::of(0..=255));
                        set.bytes().for_each(|a| self.literal_ends.add(folded_slot(&[a, *b]), 0));
                    }
                }
            }
            [] => {}
        }
    }

    /// The shape's segments, neighbouring single bytes joined, cut where the secret begins and ends.
    fn segs(&mut self, shape: &Shape) -> (String, (usize, usize)) {
        let (mut text, mut count, mut secret) = (String::new(), 0, (0, 0));
        let mut literal: Vec<u8> = Vec::new();
        for index in 0..=shape.items.len() {
            let edge = index == shape.secret.start || index == shape.secret.end;
            let item = shape.items.get(index);
            let single = item.and_then(Item::single);
            if !literal.is_empty() && (edge || single.is_none()) {
                let name = if shape.fold { "Fold" } else { "Literal" };
                _ = write!(text, "Seg::{name}({}), ", bytes(&literal));
                literal.clear();
                count += 1;
            }
            if index == shape.secret.start {
                secret.0 = count;
            }
            if index == shape.secret.end {
                secret.1 = count;
            }
            match (item, single) {
                (_, Some(byte)) => literal.push(byte),
                (Some(item), None) if !item.texts.is_empty() => {
                    let texts: Vec<_> = item.texts.iter().map(|text| bytes(text)).collect();
                    let texts = texts.join(", ");
                    let fold = shape.fold;
                    _ = write!(text, "Seg::OneOf {{ texts: &[{texts}], fold: {fold} }}, ");
                    count += 1;
                }
                (Some(item), None) => {
                    let max =
                        if item.max == OPEN { "Seg::OPEN".into() } else { item.max.to_string() };
                    let set = self.set(&item.set);
                    _ = write!(text, "Seg::Run {{ set: {set}, min: {}, max: {max} }}, ", item.min);
                    count += 1;
                }
                (None, None) => {}
            }
        }
        (text, secret)
    }

    /// The bytes that may not follow the shape.
    fn right(&mut self, rule: &Rule, shape: &Shape) -> String {
        let inside = shape.secret.end == shape.items.len();
        match shape.items.last() {
            Some(last) if rule.source.right != Right::Any && inside && !shape.is_open() => {
                let mut set = last.set;
                if rule.source.right == Right::Value {
                    VALUE_GOES_ON.iter().for_each(|b| set.insert(*b));
                }
                (0..=255).filter(u8::is_ascii_alphanumeric).for_each(|b| set.insert(b));
                format!("Some({})", self.set(&set))
            }
            _ => "None".into(),
        }
    }

    fn set(&mut self, set: &Set) -> String {
        let next = self.sets.len();
        format!("&SET_{}", self.sets.entry(*set).or_insert(next))
    }

    fn finish(mut self) -> String {
        // The widest first: a search that is far from the end stops at the first that is too narrow.
        let live = [&mut self.live, &mut self.live_named, &mut self.firsts];
        for table in live.into_iter().chain([&mut self.live_heads, &mut self.live_inside]) {
            for list in table.0.values_mut() {
                list.sort_by_key(|shape| Reverse(self.windows[*shape]));
            }
        }
        let window_max = self.windows.iter().max().copied().unwrap_or_default();
        let mut out = String::new();
        for (set, number) in &self.sets {
            _ = writeln!(out, "static SET_{number}: ByteSet = ByteSet::new({:?});", set.0);
        }
        let mut table = |name: &str, of: &str, rows: &str| {
            _ = writeln!(out, "pub(crate) static {name}: &[{of}] = &[\n{rows}];");
        };
        table("RULES", "Rule", &self.rules);
        table("SHAPES", "Shape", &self.shapes);
        table("AFTER", "AfterLiteral", &self.after);
        table("ANCHORED", "Anchored", &self.anchored_rows);
        table("EXAMPLES", "Examples", &self.examples);
        out.push_str(&self.start.hashed("STARTS", as_they_are));
        _ = writeln!(out, "pub(crate) static PROBED: &[(u32, usize, u8)] = &{:?};", self.probed);
        let ends = self.literal_ends.bits();
        _ = writeln!(out, "pub(crate) static LITERAL_ENDS: Bits = {ends};");
        out.push_str(&self.after_slots.hashed("LITERALS", as_they_are));
        out.push_str(&self.anchors.hashed("ANCHORS", as_they_are));
        out.push_str(&self.contexts.hashed("CONTEXTS", as_they_are));
        let widest = |shape: usize| Reverse(self.windows[shape]);
        out.push_str(&self.live_heads.hashed("LIVE_HEADS", widest));
        out.push_str(&self.live_inside.hashed("LIVE_INSIDE", widest));
        out.push_str(&self.live.by_byte("LIVE_INDEX"));
        out.push_str(&self.live_named.by_byte("LIVE_NAMED"));
        out.push_str(&self.firsts.by_byte("FIRST_INDEX"));
        _ = writeln!(
            out,
            "pub(crate) static LIVE_SET: &ByteSet = &ByteSet::new({:?});",
            self.live_set.0
        );
        let begins = self.begins.0;
        _ = writeln!(out, "pub(crate) static BEGINS: &ByteSet = &ByteSet::new({begins:?});");
        let nibbles = &self.anchored.nibbles;
        _ = writeln!(out, "pub(crate) static NIBBLES: [Nibbles; 3] = [{nibbles}];");
        _ = writeln!(out, "pub(crate) const WINDOW_MAX: usize = {window_max};");
        out
    }
}

/// Signs that go on with a value, or say that it is a piece of a program.
const VALUE_GOES_ON: &[u8] = b"!#$(*+-./:=?@[^_{~";

/// The first profile that a rule is looked for in; what it tells there is for the engine to decide.
fn profile(source: &Source) -> &'static str {
    match source.confidence {
        // Its checksum may make it certain.
        _ if source.check.as_ref().is_some_and(|check| check.is_checksum()) => "Quiet",
        Confidence::Possible => "Strict",
        _ if source.check.as_ref().is_some_and(|check| check.is_named()) => "Default",
        Confidence::Certain if source.context.is_empty() => "Quiet",
        Confidence::Likely | Confidence::Certain => "Plain",
    }
}

fn bytes(text: &[u8]) -> String {
    format!("b\"{}\"", text.escape_ascii())
}

/// All that the first `count` bytes of a shape may be, unless that is too much.
fn heads(shape: &Shape, count: usize) -> Option<Vec<Vec<u8>>> {
    let sets = shape.items.iter().take_while(|item| item.texts.is_empty() && item.min > 0);
    let sets = sets.flat_map(|item| {
        // What follows an item of variable length has no fixed place.
        let fixed = if item.min == item.max { item.min } else { item.min.min(count as u32) };
        let ends = item.min != item.max;
        (0..fixed).map(move |_| (item.set, ends))
    });
    let sets: Vec<Set> = sets.map(|(set, _)| set).take(count).collect();
    let number: usize = sets.iter().map(|set| set.bytes().count()).product();
    if sets.len() < count || number > HEADS_MAX {
        return None;
    }
    let with = |heads: Vec<Vec<u8>>, set: &Set| -> Vec<Vec<u8>> {
        let longer = |head: &Vec<u8>| {
            let head = head.clone();
            set.bytes().map(move |byte| [head.clone(), vec![byte]].concat()).collect::<Vec<_>>()
        };
        heads.iter().flat_map(longer).collect()
    };
    Some(sets.iter().fold(vec![Vec::new()], with))
}

/// What a literal is looked up by: its last five bytes, or as many as it has; as in the engine's `LITERAL_LENGTHS`.
fn last(literal: &[u8]) -> &[u8] {
    let count = match literal.len() {
        5.. => 5,
        3 | 4 => 3,
        len => len,
    };
    &literal[literal.len() - count..]
}

/// A fixed byte at a fixed place that tells quickly that a shape without a leading literal is not here.
fn probe(shape: &Shape) -> Option<(u32, u8)> {
    if shape.fold || shape.items[0].single().is_some() {
        return None;
    }
    let mut at = 0;
    for item in &shape.items {
        if let Some(byte) = item.single() {
            return Some((at, byte));
        }
        if item.min != item.max {
            break;
        }
        at += item.min;
    }
    None
}
