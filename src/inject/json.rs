//! Where a value stands in a JSON text, so that it can be replaced and every other byte stays.
//!
//! A text that two parsers could read in different ways is not read here: a name that stands twice in an object on the
//! way to the value, more than one value, or nesting without end.

use std::ops::Range;

/// How deep a text may be nested.
const DEPTH_MAX: usize = 64;

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The text is no JSON, or is ambiguous.
    Unreadable,
    /// There is no such value, or it is neither a text nor null.
    NoValue,
}

/// A JSON pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Reads a pointer such as `/auth/api_key`.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<Pointer, &'static str> {
        let reason = "want a JSON pointer such as /auth/api_key";
        let parts = text.strip_prefix('/').ok_or(reason)?.split('/');
        let unescaped = |part: &str| {
            let rest = part.replace("~0", "").replace("~1", "");
            let is_good = !rest.contains('~');
            is_good.then(|| part.replace("~1", "/").replace("~0", "~"))
        };
        parts.map(unescaped).collect::<Option<_>>().map(Pointer).ok_or(reason)
    }

    /// Where the value stands: a text with its quotes, or `null`.
    pub(crate) fn place(&self, text: &[u8]) -> Result<Range<usize>, Missing> {
        let mut reader = Reader { text, at: 0 };
        let found = reader.value(Some(&self.0), 0).ok_or(Missing::Unreadable)?;
        reader.space();
        if reader.at != text.len() {
            return Err(Missing::Unreadable);
        }
        let place = found.ok_or(Missing::NoValue)?;
        let value = text.get(place.clone()).unwrap_or_default();
        if value.starts_with(b"\"") || value == b"null" { Ok(place) } else { Err(Missing::NoValue) }
    }
}

/// A value as JSON text.
pub(crate) fn quoted(value: &str) -> Vec<u8> {
    serde_json::Value::from(value).to_string().into_bytes()
}

/// What a quoted text stands for; of `null`, nothing.
pub(crate) fn unquoted(text: &[u8]) -> Vec<u8> {
    serde_json::from_slice::<Option<String>>(text).ok().flatten().unwrap_or_default().into_bytes()
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Reads a value. Says where the one is that the rest of a pointer names; the outer `None` is an error.
    fn value(&mut self, pointer: Option<&[String]>, depth: usize) -> Option<Option<Range<usize>>> {
        self.space();
        let start = self.at;
        let inside = match self.peek()? {
            b'{' => self.members(pointer, depth)?,
            b'[' => self.elements(pointer, depth)?,
            b'"' => {
                self.string()?;
                None
            }
            _ => {
                self.word()?;
                None
            }
        };
        let is_it = pointer.is_some_and(<[String]>::is_empty);
        Some(if is_it { Some(start..self.at) } else { inside })
    }

    fn members(
        &mut self,
        pointer: Option<&[String]>,
        depth: usize,
    ) -> Option<Option<Range<usize>>> {
        let (first, rest) = split(pointer);
        let (mut found, mut seen) = (None, false);
        self.list(b'}', depth, |reader, _| {
            reader.space();
            let name = reader.string()?;
            let name: String = serde_json::from_slice(reader.text.get(name)?).ok()?;
            reader.expect(b':')?;
            let is_it = first == Some(&name);
            if is_it && std::mem::replace(&mut seen, true) {
                return None;
            }
            let place = reader.value(rest.filter(|_| is_it), depth + 1)?;
            found = found.take().or(place);
            Some(())
        })?;
        Some(found)
    }

    fn elements(
        &mut self,
        pointer: Option<&[String]>,
        depth: usize,
    ) -> Option<Option<Range<usize>>> {
        let (first, rest) = split(pointer);
        let mut found = None;
        self.list(b']', depth, |reader, number| {
            let is_it = first.is_some_and(|first| *first == number.to_string());
            let place = reader.value(rest.filter(|_| is_it), depth + 1)?;
            found = found.take().or(place);
            Some(())
        })?;
        Some(found)
    }

    /// Reads entries divided by commas, from the opening bracket to the closing one.
    fn list(
        &mut self,
        close: u8,
        depth: usize,
        mut entry: impl FnMut(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        self.at += 1;
        self.space();
        if depth >= DEPTH_MAX {
            return None;
        }
        if self.peek()? == close {
            self.at += 1;
            return Some(());
        }
        for number in 0.. {
            entry(self, number)?;
            self.space();
            let byte = self.peek()?;
            self.at += 1;
            if byte == close {
                return Some(());
            }
            if byte != b',' {
                return None;
            }
        }
        None
    }

    /// Reads a quoted text; says where it stands, with its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return Some(start..self.at),
                b'\\' => {
                    self.peek()?;
                    self.at += 1;
                }
                0..=0x1F => return None,
                _ => {}
            }
        }
    }

    /// Reads a number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let is_of = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let len = rest.iter().take_while(|byte| is_of(byte)).count();
        let word = rest.get(..len)?;
        serde_json::from_slice::<serde_json::Value>(word).ok()?;
        self.at += len;
        Some(())
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn space(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

fn split(pointer: Option<&[String]>) -> (Option<&String>, Option<&[String]>) {
    match pointer.and_then(<[String]>::split_first) {
        Some((first, rest)) => (Some(first), Some(rest)),
        None => (None, None),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn place<'a>(pointer: &str, text: &'a str) -> Result<&'a str, Missing> {
        Pointer::parse(pointer).unwrap().place(text.as_bytes()).map(|place| &text[place])
    }

    #[test]
    fn values_are_found_where_they_stand() {
        for (pointer, text, value) in [
            ("/key", r#"{"key":"old"}"#, r#""old""#),
            ("/a/key", r#" { "b" : [1, {"key":"no"}], "a": {"key" : "x\"y" } } "#, r#""x\"y""#),
            ("/a/1", r#"{"a":[true,"yes",-1.5e3]}"#, r#""yes""#),
            ("/k\u{e9}y", "{\"k\\u00e9y\":null}", "null"),
            ("/a~1b~0", r#"{"a/b~":"v"}"#, r#""v""#),
            ("/", r#"{"":"v"}"#, r#""v""#),
            ("/key", r#"{"other":{"key":"1","key":"2"},"key":"3"}"#, r#""3""#),
        ] {
            assert_eq!(place(pointer, text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_or_no_text_is_told() {
        for text in
            ["{}", "[]", "\"key\"", "1", r#"{"key":1}"#, r#"{"key":{}}"#, r#"{"a":{"key":"x"}}"#]
        {
            assert_eq!(place("/key", text), Err(Missing::NoValue), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        let deep = "[".repeat(DEPTH_MAX + 1) + &"]".repeat(DEPTH_MAX + 1);
        for text in [
            "",
            "{",
            r#"{"key":"a","key":"b"}"#,
            r#"{"key":"a","k\u0065y":"b"}"#,
            r#"{"key":"a"} {}"#,
            r#"{"key":"a",}"#,
            r#"{"key" "a"}"#,
            "{\"key\":\"a\nb\"}",
            r#"{"key":nul}"#,
            r#"{key:"a"}"#,
            deep.as_str(),
            r#"{"key":"a"}x"#,
        ] {
            assert_eq!(place("/key", text), Err(Missing::Unreadable), "{text}");
        }
        let deep = "[".repeat(DEPTH_MAX) + &"]".repeat(DEPTH_MAX);
        assert_eq!(place("/key", &deep), Err(Missing::NoValue));
    }

    #[test]
    fn pointers_are_read() {
        for bad in ["", "key", "/a~", "/a~2"] {
            assert!(Pointer::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(quoted("a\"\u{e9}\n"), b"\"a\\\"\xc3\xa9\\n\"");
        assert_eq!(unquoted(b"\"a\\u0062\""), b"ab");
        assert_eq!(unquoted(b"null"), b"");
    }
}
