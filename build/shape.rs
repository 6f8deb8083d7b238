//! Parses a shape: a subset of regular expressions without backtracking (docs/rule-format.md).

use std::{collections::BTreeSet, ops::Range};

/// The largest bounded shape, in bytes: what a stream may have to hold back for it.
pub(crate) const SHAPE_BYTES_MAX: u32 = 4096;
/// More shapes than these are not made of one where alternatives can be kept.
const EXPANDED_MAX: usize = 6;
/// The upper count of an open-ended item.
pub(crate) const OPEN: u32 = u32::MAX;

/// A shorter word makes no family: it offers no anchor.
const FAMILY_WORD_MIN: usize = 3;

/// Puts those behind each other that begin with the same word.
pub(crate) fn by_family(shapes: Vec<Shape>) -> Vec<Shape> {
    let mut families: Vec<(Option<Vec<u8>>, Vec<Shape>)> = Vec::new();
    for shape in shapes {
        let word = shape.family();
        match families.iter_mut().find(|(other, _)| word.is_some() && *other == word) {
            Some((_, members)) => members.push(shape),
            None => families.push((word, vec![shape])),
        }
    }
    families.into_iter().flat_map(|(_, members)| members).collect()
}

/// A set of bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Set(pub(crate) [u64; 4]);

impl Set {
    pub(crate) const EMPTY: Set = Set([0; 4]);

    pub(crate) fn of(bytes: impl IntoIterator<Item = u8>) -> Set {
        let mut set = Set::EMPTY;
        bytes.into_iter().for_each(|b| set.insert(b));
        set
    }

    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    fn insert_other_case(&mut self) {
        let letters: Vec<u8> = self.bytes().filter(u8::is_ascii_alphabetic).collect();
        for letter in letters {
            self.insert(letter.to_ascii_lowercase());
            self.insert(letter.to_ascii_uppercase());
        }
    }

    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=255).filter(|b| self.has(*b))
    }

    pub(crate) fn meets(&self, other: &Set) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn within(&self, other: &Set) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & !b == 0)
    }
}

/// So many bytes of a set, or one of some texts.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What its bytes are of.
    pub(crate) set: Set,
    /// The one byte that was written, in lower case where letters are taken in either.
    byte: Option<u8>,
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// The texts of which one stands here, the longest first; none where any bytes of the set do.
    pub(crate) texts: Vec<Vec<u8>>,
}

impl Item {
    /// The byte this item stands for, in lower case where letters are taken in either, if it is a single one.
    pub(crate) fn single(&self) -> Option<u8> {
        self.byte.filter(|_| self.min == 1 && self.max == 1)
    }

    /// One of some texts.
    fn one_of(mut texts: Vec<Vec<u8>>, fold: bool) -> Item {
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        let lengths = || texts.iter().map(|text| text.len() as u32);
        let (min, max) = (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0));
        let mut set = Set::of(texts.iter().flatten().copied());
        if fold {
            set.insert_other_case();
        }
        Item { set, byte: None, min, max, texts }
    }

    /// What it may begin with.
    fn firsts(&self) -> Set {
        if self.texts.is_empty() {
            return self.set;
        }
        let firsts = Set::of(self.texts.iter().filter_map(|text| text.first().copied()));
        // In either case, wherever the set has both.
        Set::of(self.set.bytes().filter(|b| {
            firsts.has(*b)
                || firsts.has(b.to_ascii_lowercase())
                || firsts.has(b.to_ascii_uppercase())
        }))
    }

    /// What may follow it though a longer one of its texts goes on with the same byte.
    fn continuations(&self) -> Set {
        let longer = |short: &[u8]| {
            let longer = self.texts.iter().filter(move |text| text.len() > short.len());
            longer.filter(|text| text.starts_with(short)).map(|text| text[short.len()]).collect()
        };
        Set::of(self.texts.iter().flat_map(|text| -> Vec<u8> { longer(text) }))
    }
}

/// One expanded shape.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) items: Vec<Item>,
    /// The items that are the secret.
    pub(crate) secret: Range<usize>,
    /// Whether letters were written to be taken in either case.
    pub(crate) fold: bool,
}

impl Shape {
    /// The letters, digits, `_` and `-` that it begins with, as far as they are given.
    pub(crate) fn word(&self) -> Vec<u8> {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        self.items.iter().map_while(Item::single).take_while(is_word).collect()
    }

    /// What tells the shapes of a rule apart that begin with the same word: the word, if it is one to look for.
    pub(crate) fn family(&self) -> Option<Vec<u8>> {
        Some(self.word()).filter(|word| word.len() >= FAMILY_WORD_MIN)
    }

    /// What may stand behind so many items, byte by byte, for as many bytes as there must be.
    pub(crate) fn next(&self, items: usize, bytes: usize) -> Vec<Set> {
        // An item, and how many of its bytes have been: wherever the bytes so far may have led to.
        let mut places = BTreeSet::from([(items, 0)]);
        let mut next = Vec::new();
        while next.len() < bytes {
            let (mut set, mut reached) = (Set::EMPTY, BTreeSet::new());
            while let Some((number, count)) = places.pop_first() {
                let Some(item) = self.items.get(number) else { return next };
                if count >= item.min {
                    places.insert((number + 1, 0));
                }
                if count < item.max {
                    let of = if count == 0 { item.firsts() } else { item.set };
                    of.bytes().for_each(|byte| set.insert(byte));
                    reached.insert((number, count + 1));
                }
            }
            next.push(set);
            places = reached;
        }
        next
    }

    pub(crate) fn is_open(&self) -> bool {
        self.items.last().is_some_and(|item| item.max == OPEN)
    }

    /// Whether no alternatives are part of the secret: what it begins with is looked at in many ways.
    fn has_plain_secret(&self) -> bool {
        self.items[self.secret.clone()].iter().all(|item| item.texts.is_empty())
    }
}

/// Parses and expands a shape.
///
/// Alternatives are expanded. Where that gives many shapes, those of plain text behind three fixed bytes are kept as
/// one item instead, if that is exact.
pub(crate) fn parse(text: &str) -> Result<Vec<Shape>, String> {
    let expanded = parse_as(text, false)?;
    if expanded.len() <= EXPANDED_MAX {
        return Ok(expanded);
    }
    match parse_as(text, true) {
        Ok(kept) if kept.iter().all(Shape::has_plain_secret) => Ok(kept),
        _ => Ok(expanded),
    }
}

fn parse_as(text: &str, keep_texts: bool) -> Result<Vec<Shape>, String> {
    let (fold, text) = match text.strip_prefix("(?i)") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parser = Parser { bytes: text.as_bytes(), at: 0, fold, keep_texts };
    let shapes = parser.sequence(false)?;
    if parser.at != parser.bytes.len() {
        return Err(format!("a ')' too many at {}", parser.at));
    }
    shapes
        .into_iter()
        .map(|draft| {
            let items = draft.items;
            let secret = draft.secret.unwrap_or(0..items.len());
            let shape = Shape { items, secret, fold };
            admit(&shape).map(|()| shape)
        })
        .collect()
}

#[derive(Clone, Default)]
struct Draft {
    items: Vec<Item>,
    secret: Option<Range<usize>>,
}

impl Draft {
    /// Whether it has three fixed bytes in a row at a fixed place: it can be looked for by them.
    fn has_anchor(&self) -> bool {
        let fixed = self.items.iter().take_while(|item| item.min == item.max).count();
        self.items[..fixed].windows(3).any(|row| row.iter().all(|item| item.single().is_some()))
    }

    /// Its text, where it is nothing else.
    fn text(&self) -> Option<Vec<u8>> {
        let text = self.items.iter().map(Item::single).collect::<Option<Vec<_>>>();
        text.filter(|_| self.secret.is_none())
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    fold: bool,
    /// Whether alternatives of plain text may be kept as one item.
    keep_texts: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, String> {
        let byte = self.peek().ok_or("it ends too early")?;
        self.at += 1;
        Ok(byte)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.bytes[self.at..].starts_with(word.as_bytes());
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Parses up to `)` or, where alternatives are allowed, `|`.
    fn sequence(&mut self, nested: bool) -> Result<Vec<Draft>, String> {
        let mut drafts = vec![Draft::default()];
        while let Some(byte) = self.peek() {
            match byte {
                b')' => break,
                b'|' if nested => break,
                b'(' => drafts = self.group(&drafts)?,
                _ => {
                    let item = self.item()?;
                    drafts.iter_mut().for_each(|draft| draft.items.push(item.clone()));
                }
            }
        }
        Ok(drafts)
    }

    fn group(&mut self, before: &[Draft]) -> Result<Vec<Draft>, String> {
        let capture = !self.eat("(?:");
        if capture {
            self.at += 1;
        }
        let mut alternatives = self.sequence(true)?;
        while self.peek() == Some(b'|') {
            self.at += 1;
            alternatives.extend(self.sequence(true)?);
        }
        if self.next()? != b')' {
            return Err("a group is not closed".into());
        }
        if self.keep_texts && !capture && before.iter().all(Draft::has_anchor) {
            let texts = alternatives.iter().map(Draft::text).collect::<Option<Vec<_>>>();
            if let Some(texts) = texts.filter(|texts| texts.len() > 1) {
                let item = Item::one_of(texts, self.fold);
                let with = |draft: &Draft| {
                    let mut draft = draft.clone();
                    draft.items.push(item.clone());
                    draft
                };
                return Ok(before.iter().map(with).collect());
            }
        }
        let mut joined = Vec::new();
        for draft in before {
            for alternative in &alternatives {
                let mut both = draft.clone();
                let start = both.items.len();
                both.items.extend(alternative.items.iter().cloned());
                let inner = alternative.secret.clone().map(|s| s.start + start..s.end + start);
                let own = capture.then_some(start..both.items.len());
                both.secret = match (both.secret, inner, own) {
                    (None, a, b) if a.is_none() || b.is_none() => a.or(b),
                    (secret @ Some(_), None, None) => secret,
                    _ => return Err("more than one capturing group".into()),
                };
                joined.push(both);
            }
        }
        if joined.len() > 64 {
            return Err("more than 64 alternatives".into());
        }
        Ok(joined)
    }

    fn item(&mut self) -> Result<Item, String> {
        let mut set = match self.next()? {
            b'[' => self.class()?,
            b'\\' => self.escape()?,
            byte @ (b'*' | b'+' | b'?' | b'{' | b'}' | b'.' | b'^' | b'$') => {
                return Err(format!("'{}' needs a '\\' or is not supported", char::from(byte)));
            }
            byte => Set::of([byte]),
        };
        let mut bytes = set.bytes();
        let byte = bytes.next().filter(|_| bytes.next().is_none());
        let byte = if self.fold { byte.map(|b| b.to_ascii_lowercase()) } else { byte };
        drop(bytes);
        if self.fold {
            set.insert_other_case();
        }
        let (min, max) = if self.eat("{") { self.counts()? } else { (1, 1) };
        Ok(Item { set, byte, min, max, texts: Vec::new() })
    }

    fn counts(&mut self) -> Result<(u32, u32), String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| *b == b'}').ok_or("a '{' is not closed")?;
        let text = std::str::from_utf8(&rest[..end]).map_err(|error| error.to_string())?;
        self.at += end + 1;
        let number = |part: &str| part.parse::<u32>().map_err(|_| format!("count {text:?}"));
        let (min, max) = match text.split_once(',') {
            None => (number(text)?, number(text)?),
            Some((min, "")) => (number(min)?, OPEN),
            Some((min, max)) => (number(min)?, number(max)?),
        };
        if max < min || max == 0 {
            return Err(format!("count {text:?}: the upper one is too small"));
        }
        Ok((min, max))
    }

    fn escape(&mut self) -> Result<Set, String> {
        Ok(match self.next()? {
            b'd' => Set::of(b'0'..=b'9'),
            b'n' => Set::of([b'\n']),
            b'r' => Set::of([b'\r']),
            b't' => Set::of([b'\t']),
            byte if byte.is_ascii_alphanumeric() => {
                return Err(format!("'\\{}' is not supported", char::from(byte)));
            }
            byte => Set::of([byte]),
        })
    }

    fn class(&mut self) -> Result<Set, String> {
        let negated = self.eat("^");
        let mut set = Set::EMPTY;
        loop {
            let low = match self.next()? {
                b']' => break,
                b'\\' => {
                    let escaped = self.escape()?;
                    let mut bytes = escaped.bytes();
                    match (bytes.next(), bytes.next()) {
                        (Some(byte), None) => byte,
                        _ => {
                            escaped.bytes().for_each(|b| set.insert(b));
                            continue;
                        }
                    }
                }
                byte => byte,
            };
            let is_range = self.peek() == Some(b'-') && self.bytes.get(self.at + 1) != Some(&b']');
            if !is_range {
                set.insert(low);
                continue;
            }
            self.at += 1;
            let high = match self.next()? {
                b'\\' => self.next()?,
                byte => byte,
            };
            if high < low {
                return Err(format!("range {}-{}", char::from(low), char::from(high)));
            }
            (low..=high).for_each(|b| set.insert(b));
        }
        Ok(if negated { Set::of((0x21..=0x7E).filter(|b| !set.has(*b))) } else { set })
    }
}

fn admit(shape: &Shape) -> Result<(), String> {
    let items = &shape.items;
    if items.is_empty() || shape.secret.is_empty() {
        return Err("nothing in it".into());
    }
    let bounded: u64 = items
        .iter()
        .map(|item| u64::from(if item.max == OPEN { item.min } else { item.max }))
        .sum();
    if bounded > u64::from(SHAPE_BYTES_MAX) {
        return Err(format!("{bounded} bytes long, at most {SHAPE_BYTES_MAX}"));
    }
    for (index, item) in items.iter().enumerate() {
        let last = index + 1 == items.len();
        if item.max == OPEN && !(last && shape.secret.end == items.len()) {
            return Err("an open-ended item must be the very last and secret".into());
        }
        if item.min < item.max && !last {
            follow(items, index)?;
        }
        if !item.texts.is_empty() && last {
            return Err("it may not end with alternatives".into());
        }
    }
    Ok(())
}

/// An item of variable length may not eat what follows it: then the longest match is the only one.
fn follow(items: &[Item], index: usize) -> Result<(), String> {
    let item = &items[index];
    let eaten = if item.texts.is_empty() { item.set } else { item.continuations() };
    for next in &items[index + 1..] {
        if eaten.meets(&next.firsts()) {
            return Err(format!("item {} may eat the start of what follows it", index + 1));
        }
        if next.min > 0 {
            break;
        }
    }
    Ok(())
}
