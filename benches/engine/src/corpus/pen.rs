//! Templates: text with places such as `@{uuid}` or `@{hex:40}` that are filled by chance.
//!
//! A place is a name and, after a colon, a size: one number, or a range such as `8-40`.

use super::rng::Rng;
use super::words::{AGENTS, FIRST, HOSTS, LAST, MEMBERS, WORDS};

const HEX: &[u8] = b"0123456789abcdef";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS: &[u8] = b"0123456789";

/// Writes filled templates to a growing text.
#[derive(Debug)]
pub struct Pen {
    /// What was written so far.
    pub out: Vec<u8>,
    /// The chance that fills the places.
    pub rng: Rng,
}

impl Pen {
    /// Starts an empty text.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { out: Vec::new(), rng: Rng::new(seed) }
    }

    /// Writes `text` as it is.
    pub fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes `template` with every place filled.
    ///
    /// # Panics
    /// On a place that no value is known for: the corpora are tested to have none.
    pub fn fill(&mut self, template: &str) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("@{") {
            self.text(before);
            let (place, tail) = after.split_once('}').expect("a place is closed");
            let (name, size) = place.split_once(':').unwrap_or((place, ""));
            let size = self.size(size);
            self.value(name, size);
            rest = tail;
        }
        self.text(rest);
    }

    /// Writes one of `templates`, filled.
    pub fn fill_one(&mut self, templates: &[&str]) {
        let template = *self.rng.pick(templates);
        self.fill(template);
    }

    fn size(&mut self, size: &str) -> u32 {
        let number = |text: &str| text.parse().expect("the size of a place is a number");
        match size.split_once('-') {
            Some((low, high)) => self.rng.between(number(low), number(high)),
            None if size.is_empty() => 0,
            None => number(size),
        }
    }

    fn value(&mut self, name: &str, size: u32) {
        match name {
            "hex" => self.bytes(HEX, size),
            "lower" => self.bytes(LOWER, size),
            "base62" => self.bytes(BASE62, size),
            "base64" => self.bytes(BASE64, size),
            "base64url" => self.bytes(BASE64_URL, size),
            "digits" => self.bytes(DIGITS, size),
            "below" => {
                let number = self.rng.below(size);
                self.number(number);
            }
            "uuid" => self.uuid(),
            "words" => self.words(size, " "),
            "slug" => self.words(size, "-"),
            "path" => self.words(size, "/"),
            "sentence" => self.sentence(size),
            "image" => self.image(size),
            "cursor" => self.cursor(),
            _ => self.short_value(name),
        }
    }

    fn short_value(&mut self, name: &str) {
        match name {
            "first" => self.one(FIRST),
            "last" => self.one(LAST),
            "host" => self.one(HOSTS),
            "agent" => self.one(AGENTS),
            "member" => self.one(MEMBERS),
            "word" => self.one(WORDS),
            // Keeps a prefix apart from its underscore, so that no template reads as a token.
            "underscore" => self.text("_"),
            "bool" => self.one(&["true", "false"]),
            "level" => self.one(&["INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"]),
            "method" => self.one(&["GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE"]),
            "status" => self.one(&["200", "200", "200", "201", "204", "302", "304", "404", "500"]),
            "name" => self.fill("@{first} @{last}"),
            "email" => self.fill("@{first}.@{last}@@{host}"),
            "price" => self.fill("@{below:900}.@{digits:2}"),
            "ip" => self.fill("@{below:224}.@{below:256}.@{below:256}.@{below:256}"),
            "class" => self.fill_one(&[
                "css-@{lower:7}",
                "@{member}_@{word}__@{base62:5}",
                "sc-@{base62:8}",
            ]),
            "var" => {
                self.fill_one(&["e", "t", "n", "r", "o", "i", "a", "s", "@{base62:1}@{lower:1}"])
            }
            "date" => self.date(),
            "clock" => self.clock(),
            other => panic!("no value for the place {other:?}"),
        }
    }

    fn one(&mut self, choices: &[&str]) {
        let choice = *self.rng.pick(choices);
        self.text(choice);
    }

    fn bytes(&mut self, alphabet: &[u8], count: u32) {
        let bound = u32::try_from(alphabet.len()).expect("an alphabet is short");
        for _ in 0..count {
            let at = self.rng.below(bound) as usize;
            self.out.push(alphabet[at]);
        }
    }

    fn number(&mut self, number: u32) {
        self.text(&number.to_string());
    }

    fn padded(&mut self, number: u32) {
        self.out.push(b'0' + (number / 10 % 10) as u8);
        self.out.push(b'0' + (number % 10) as u8);
    }

    fn uuid(&mut self) {
        self.fill("@{hex:8}-@{hex:4}-4@{hex:3}-a@{hex:3}-@{hex:12}");
    }

    fn date(&mut self) {
        let (year, month, day) =
            (self.rng.between(2019, 2026), self.rng.between(1, 12), self.rng.between(1, 28));
        self.number(year);
        self.text("-");
        self.padded(month);
        self.text("-");
        self.padded(day);
    }

    fn clock(&mut self) {
        let (hour, minute, second) = (self.rng.below(24), self.rng.below(60), self.rng.below(60));
        self.padded(hour);
        self.text(":");
        self.padded(minute);
        self.text(":");
        self.padded(second);
    }

    fn words(&mut self, count: u32, between: &str) {
        for at in 0..count {
            if at > 0 {
                self.text(between);
            }
            self.one(WORDS);
        }
    }

    fn sentence(&mut self, count: u32) {
        self.one(&["The ", "Our ", "Every ", "This ", "No ", "Please note: the "]);
        self.words(count / 2, " ");
        self.one(&[", ", " ", " ", "; "]);
        self.words(count - count / 2, " ");
        self.one(&[".", ".", ".", "!", "?"]);
    }

    /// A picture in a `data:` address: `kib` KiB of base64 at most.
    fn image(&mut self, kib: u32) {
        self.one(&[
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA",
            "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAA",
            "data:font/woff2;base64,d09GMgABAAAA",
        ]);
        // A multiple of four, so that no padding is due.
        let quads = self.rng.between(32, kib * 256);
        self.bytes(BASE64, quads * 4);
    }

    /// A page cursor as many services write it: base64 of a small JSON object. It begins with
    /// the same letters as a JWT does, and is none.
    fn cursor(&mut self) {
        let mut inner = Pen { out: Vec::new(), rng: self.rng.clone() };
        inner.fill(r#"{"id":@{digits:7},"after":"@{date}T@{clock}Z","n":"@{hex:12}"}"#);
        self.rng = inner.rng;
        for three in inner.out.chunks(3) {
            let mut group = 0u32;
            for at in 0..3 {
                group = (group << 8) | u32::from(three.get(at).copied().unwrap_or(0));
            }
            for at in 0..=three.len() {
                let six = (group >> (18 - 6 * at)) & 63;
                self.out.push(BASE64[six as usize]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pen;

    #[test]
    fn fills_places_and_leaves_the_rest() {
        let mut pen = Pen::new(7);
        pen.fill("a @{hex:4} b {c} @{digits:2-2}");
        let text = String::from_utf8(pen.out).unwrap();
        assert_eq!(text.len(), "a 0000 b {c} 00".len(), "{text}");
        assert!(text.starts_with("a ") && text.contains(" b {c} "), "{text}");
    }

    #[test]
    fn a_cursor_is_base64_of_json() {
        let mut pen = Pen::new(7);
        pen.fill("@{cursor}");
        assert!(pen.out.starts_with(b"eyJpZCI6"));
    }
}
