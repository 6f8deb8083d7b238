//! A record as a line: words for people, JSON for machines, both made of the same fields.
//!
//! ```text
//! hushgate finding rule=github.pat confidence=certain direction=response …
//! {"schema":"hushgate.record.v1","event":"finding","time_ms":…,"rule":"github.pat","confidence":"certain",…}
//! ```
//!
//! docs/records.md lists the events and their fields; what it says stays within a version of the schema.

use std::fmt::{self, Write as _};

/// The version of the JSON form. Fields and events may be added to it; what is there keeps its name and meaning.
pub const SCHEMA: &str = "hushgate.record.v1";

/// How records are written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `hushgate finding rule=…`
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A word, or what prints as one.
    Word(&'a dyn fmt::Display),
    /// A whole number.
    Number(u64),
    /// Yes or no. In a text line only a yes is written.
    Flag(bool),
}

/// Something that a line can tell: an event and its fields, in order.
pub trait Told {
    /// What happened, in a word.
    fn event(&self) -> &'static str;

    /// Hands over each field that there is.
    fn fields(&self, field: &mut dyn FnMut(&'static str, Value<'_>));
}

/// What the proxy knows of the moment that a record is made in. A text line leaves it to the proxy's log.
#[derive(Debug, Default, Clone, Copy)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub time_ms: u64,
    /// The proxy's number of the client's connection, which its access log can print too.
    pub connection: Option<u64>,
}

impl LogFormat {
    /// The line of an event.
    pub fn line(self, told: &dyn Told, moment: Moment) -> String {
        match self {
            LogFormat::Text => text(told),
            LogFormat::Json => json(told, moment),
        }
    }
}

/// The line for people.
pub fn text(told: &dyn Told) -> String {
    let mut line = format!("hushgate {}", told.event());
    told.fields(&mut |name, value| {
        _ = match value {
            Value::Word(word) => write!(line, " {name}={word}"),
            Value::Number(number) => write!(line, " {name}={number}"),
            Value::Flag(true) => write!(line, " {name}=true"),
            Value::Flag(false) => Ok(()),
        };
    });
    line
}

fn json(told: &dyn Told, moment: Moment) -> String {
    let mut line = format!(r#"{{"schema":"{SCHEMA}","event":"{}""#, told.event());
    _ = write!(line, r#","time_ms":{}"#, moment.time_ms);
    if let Some(connection) = moment.connection {
        _ = write!(line, r#","connection":{connection}"#);
    }
    told.fields(&mut |name, value| {
        _ = match value {
            Value::Word(word) => write!(line, r#","{name}":"{}""#, Escaped(word)),
            Value::Number(number) => write!(line, r#","{name}":{number}"#),
            Value::Flag(flag) => write!(line, r#","{name}":{flag}"#),
        };
    });
    line.push('}');
    line
}

/// The inside of a JSON string (RFC 8259 §7).
struct Escaped<'a>(&'a dyn fmt::Display);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaper(f), "{}", self.0)
    }
}

struct Escaper<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|letter| match letter {
            '"' | '\\' => write!(self.0, "\\{letter}"),
            '\u{0}'..='\u{1f}' | '\u{7f}' => write!(self.0, "\\u{:04x}", u32::from(letter)),
            _ => self.0.write_char(letter),
        })
    }
}

/// So many records were not written, since there was no room for them.
pub struct Suppressed(pub u64);

impl Told for Suppressed {
    fn event(&self) -> &'static str {
        "suppressed"
    }

    fn fields(&self, field: &mut dyn FnMut(&'static str, Value<'_>)) {
        field("records", Value::Number(self.0));
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    struct Odd;

    impl Told for Odd {
        fn event(&self) -> &'static str {
            "odd"
        }

        fn fields(&self, field: &mut dyn FnMut(&'static str, Value<'_>)) {
            field("word", Value::Word(&"a \"quoted\" \\ and\na line, \u{e4}"));
            field("number", Value::Number(u64::MAX));
            field("yes", Value::Flag(true));
            field("no", Value::Flag(false));
        }
    }

    #[test]
    fn a_line_of_json_is_one_object_on_one_line() {
        let moment = Moment { time_ms: 17, connection: Some(3) };
        let line = LogFormat::Json.line(&Odd, moment);
        assert!(!line.contains('\n'));
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        let wanted = serde_json::json!({
            "schema": SCHEMA, "event": "odd", "time_ms": 17, "connection": 3,
            "word": "a \"quoted\" \\ and\na line, \u{e4}",
            "number": u64::MAX, "yes": true, "no": false,
        });
        assert_eq!(read, wanted);
        let line = LogFormat::Json.line(&Suppressed(2), Moment::default());
        let wanted =
            format!(r#"{{"schema":"{SCHEMA}","event":"suppressed","time_ms":0,"records":2}}"#);
        assert_eq!(line, wanted);
    }

    #[test]
    fn a_line_of_text_leaves_out_what_is_not() {
        let line = LogFormat::Text.line(&Suppressed(2), Moment::default());
        assert_eq!(line, "hushgate suppressed records=2");
        let line = text(&Odd);
        assert!(line.contains(" yes=true") && !line.contains(" no="));
    }
}
