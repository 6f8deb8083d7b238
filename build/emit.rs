//! Writes the rules as Rust tables, in the types of `src/rule/table.rs`.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
};

use crate::{
    buckets, check,
    shape::{Item, OPEN, Set, Shape},
    source::{Right, Rule},
    trigger::{self, Back, Trigger},
};

/// Slots of the tables that are looked up by a hash; `slot` of the engine's `table.rs` is the same.
const SLOTS: usize = 4096;

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
        for shape in &rule.shapes {
            if let Trigger::Anchor(anchors) = trigger_of(rule, shape)? {
                all.push(anchors);
            }
        }
    }
    let (chosen, nibbles) = buckets::choose(&all);
    Ok(Anchored { chosen: chosen.into(), nibbles })
}

#[derive(Default)]
struct Anchored {
    /// Of the shapes to come.
    chosen: VecDeque<usize>,
    nibbles: String,
}

fn trigger_of(rule: &Rule, shape: &Shape) -> Result<Trigger, String> {
    trigger::of(shape, rule.source.left, !rule.source.context.is_empty())
        .map_err(|reason| format!("rule {}: {reason}", rule.source.id))
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
    first: Slots,
    after_slots: Slots,
    anchors: Slots,
    contexts: Slots,
    live: Slots,
    /// Of each shape.
    windows: Vec<u32>,
}

/// Which entries stand in which slot of a table.
#[derive(Default)]
struct Slots(BTreeMap<usize, Vec<usize>>);

impl Slots {
    fn add(&mut self, slot: usize, entry: usize) {
        let list = self.0.entry(slot).or_default();
        if !list.contains(&entry) {
            list.push(entry);
        }
    }

    /// A table of lists by slot.
    fn index(&self, slots: usize) -> String {
        let (mut starts, mut list) = (vec![0], Vec::new());
        for slot in 0..slots {
            list.extend(self.0.get(&slot).into_iter().flatten().copied());
            starts.push(list.len());
        }
        format!("Index {{ starts: {starts:?}, list: &{list:?} }}")
    }

    /// A table by byte.
    fn by_byte(&self, name: &str) -> String {
        format!("pub(crate) static {name}: Index<257> = {};\n", self.index(256))
    }

    /// A table by hash.
    fn hashed(&self, name: &str) -> String {
        let mut bits = vec![0; SLOTS / 64];
        self.0.keys().for_each(|slot| bits[slot / 64] |= 1_u64 << (slot % 64));
        let index = self.index(SLOTS);
        format!(
            "pub(crate) static {name}: Hashed = Hashed {{ bits: Bits({bits:?}), index: {index} }};\n"
        )
    }
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
        rule.shapes.iter().try_for_each(|shape| self.shape(number, rule, shape))
    }

    fn shape(&mut self, number: usize, rule: &Rule, shape: &Shape) -> Result<(), String> {
        let first = shape.items.first().filter(|item| item.min > 0);
        let first = first.ok_or("a shape may not begin with something optional")?.set;
        let mut trigger = trigger_of(rule, shape)?;
        if let Trigger::Anchor(anchors) = &mut trigger {
            let chosen = self.anchored.chosen.pop_front().unwrap_or_default();
            *anchors = vec![anchors.swap_remove(chosen)];
        }
        let id = self.shape_count;
        self.shape_count += 1;
        self.windows.push(trigger.window());
        first.bytes().for_each(|b| self.live.add(usize::from(b), id));
        for word in rule.source.context.iter().filter(|_| matches!(trigger, Trigger::Context)) {
            self.contexts.add(slot(&word.as_bytes()[..3]), id);
        }
        self.trigger(id, shape, &trigger);

        let (segs, secret) = self.segs(shape);
        let right = self.right(rule, shape);
        let literal = shape.items.iter().take_while(|item| item.single().is_some()).count();
        _ = writeln!(
            self.shapes,
            "Shape {{ rule: {number}, segs: &[{segs}], secret: ({}, {}), left: Left::{:?}, right: \
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

    fn trigger(&mut self, id: usize, shape: &Shape, trigger: &Trigger) {
        match trigger {
            Trigger::Context => {}
            Trigger::Start => {
                let head: Vec<u8> = shape.items.iter().map_while(Item::single).take(3).collect();
                match head.as_slice() {
                    [_, _, _] if !shape.fold => self.start.add(slot(&head), id),
                    _ => shape.items[0]
                        .set
                        .bytes()
                        .for_each(|byte| self.first.add(usize::from(byte), id)),
                }
            }
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
                self.after_slots.add(slot(last(literal)), self.after_count);
                self.after_count += 1;
            }
            Trigger::Anchor(anchors) => {
                for anchor in anchors {
                    for bytes in &anchor.cases {
                        // The entry holds both: the shape and how far back it starts.
                        self.anchors.add(slot(bytes), id << 16 | anchor.back as usize);
                    }
                }
            }
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
            Some(last) if rule.source.right == Right::Class && inside && !shape.is_open() => {
                let mut set = last.set;
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
        for list in self.live.0.values_mut() {
            list.sort_by_key(|shape| std::cmp::Reverse(self.windows[*shape]));
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
        table("EXAMPLES", "Examples", &self.examples);
        out.push_str(&self.start.hashed("STARTS"));
        out.push_str(&self.first.by_byte("FIRST_INDEX"));
        out.push_str(&self.after_slots.hashed("LITERALS"));
        out.push_str(&self.anchors.hashed("ANCHORS"));
        out.push_str(&self.contexts.hashed("CONTEXTS"));
        out.push_str(&self.live.by_byte("LIVE_INDEX"));
        let nibbles = &self.anchored.nibbles;
        _ = writeln!(out, "pub(crate) static NIBBLES: [Nibbles; 2] = [{nibbles}];");
        _ = writeln!(out, "pub(crate) const WINDOW_MAX: usize = {window_max};");
        out
    }
}

fn bytes(text: &[u8]) -> String {
    format!("b\"{}\"", text.escape_ascii())
}

/// As the engine's `slot`: letters in either case are one.
fn slot(bytes: &[u8]) -> usize {
    let key = bytes.iter().fold(0_u64, |key, byte| key << 8 | u64::from(byte | 0x20));
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52) as usize
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
