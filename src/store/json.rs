//! Answers as JSON, erased when they go; bodies of requests as JSON.

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::http::ANSWER_BYTES_MAX;
use crate::secret::Secret;

/// A JSON document that may hold a secret.
///
/// Its texts are erased on drop. What cannot be erased is the buffer in which serde_json resolves a text that has
/// escapes; such secrets are rare, and an answer's own bytes are with the proxy anyway.
pub(super) struct Json(Value);

impl Json {
    /// Reads a document; `None`: it is none. The depth is bounded by serde_json (128), the length by the caller.
    pub(super) fn parse(bytes: &[u8]) -> Option<Json> {
        serde_json::from_slice(bytes).ok().map(Json)
    }

    pub(super) fn root(&self) -> &Value {
        &self.0
    }

    /// What stands at a pointer such as `/data/metadata`.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_str()
    }

    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        self.at(pointer)?.as_u64()
    }

    pub(super) fn object(&self, pointer: &str) -> Option<&Map<String, Value>> {
        self.at(pointer)?.as_object()
    }

    pub(super) fn is_true(&self, pointer: &str) -> bool {
        self.at(pointer).and_then(Value::as_bool).unwrap_or(false)
    }
}

impl Drop for Json {
    fn drop(&mut self) {
        erase(&mut self.0);
    }
}

/// Overwrites every text of a document.
pub(super) fn erase(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(erase),
        Value::Object(fields) => fields.values_mut().for_each(erase),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An object of texts, written in one piece: a buffer that grew would leave a copy behind.
pub(super) fn object(fields: &[(&str, &str)]) -> Secret {
    // An escape is six bytes at most (\u001f).
    let capacity =
        fields.iter().map(|(name, value)| 6 * (name.len() + value.len()) + 6).sum::<usize>() + 2;
    let mut out = Vec::with_capacity(capacity);
    out.push(b'{');
    for (place, (name, value)) in fields.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        // Writing text to a vector does not fail.
        let _ = serde_json::to_writer(&mut out, name);
        out.push(b':');
        let _ = serde_json::to_writer(&mut out, value);
    }
    out.push(b'}');
    Secret::new(out)
}

/// Whether a body is longer than what is read.
pub(super) fn is_too_long(body: &Secret) -> bool {
    body.expose().len() > ANSWER_BYTES_MAX
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn bodies_are_escaped_and_do_not_grow() {
        let body = object(&[("role", "a\"b"), ("jwt", "\u{1}\u{2}é")]);
        assert_eq!(body.expose(), r#"{"role":"a\"b","jwt":"\u0001\u0002é"}"#.as_bytes());
        assert_eq!(object(&[("a", "b")]).expose(), br#"{"a":"b"}"#);
        assert_eq!(object(&[]).expose(), b"{}");
    }

    #[test]
    fn documents_are_erased() {
        let mut value = serde_json::json!({"a": ["planted", {"b": "planted"}], "c": 1});
        erase(&mut value);
        assert_eq!(value, serde_json::json!({"a": ["", {"b": ""}], "c": 1}));
    }

    #[test]
    fn the_limit_is_the_limit() {
        for (len, expected) in
            [(ANSWER_BYTES_MAX - 1, false), (ANSWER_BYTES_MAX, false), (ANSWER_BYTES_MAX + 1, true)]
        {
            assert_eq!(is_too_long(&Secret::new(vec![b' '; len])), expected);
        }
    }
}
