//! A replacement of one's own words, and of another length than what it replaces.

/// How long a template may be, in bytes.
const TEMPLATE_BYTES_MAX: usize = 128;
/// Where the rule's id goes.
const RULE: &str = "{rule}";

/// What is written in place of a secret where the framing permits another length: in the values of headers and
/// trailers, and in a request's path and query. A body keeps its length, so that it keeps the padded label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(String);

impl Template {
    /// Reads one: letters, digits and `-._~*:!()[]`, which stand for themselves in JSON, HTML, header values and, the
    /// brackets written as `*`, in URLs; `{rule}` becomes the rule's id.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<Template, String> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~*:!()[]".contains(&byte);
        if text.is_empty() || text.len() > TEMPLATE_BYTES_MAX {
            return Err(format!("want 1 to {TEMPLATE_BYTES_MAX} bytes"));
        }
        if !text.replace(RULE, "").bytes().all(is_good) {
            return Err("want letters, digits, -._~*:!()[] and {rule}".to_owned());
        }
        Ok(Template(text.to_owned()))
    }

    /// The replacement of a finding of this rule.
    pub fn write(&self, rule_id: &str, is_in_url: bool) -> Vec<u8> {
        let text = self.0.replace(RULE, rule_id);
        if is_in_url { text.replace(['[', ']'], "*").into_bytes() } else { text.into_bytes() }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_template_names_the_rule() {
        let template = Template::parse("[secret:{rule}-{rule}]").unwrap();
        assert_eq!(template.write("a.b", false), b"[secret:a.b-a.b]");
        assert_eq!(template.write("a.b", true), b"*secret:a.b-a.b*");
        assert_eq!(Template::parse("gone").unwrap().write("a.b", true), b"gone");
    }

    #[test]
    fn a_template_is_valid_everywhere() {
        for bad in b"\"'<>&%\\`{} \t\r\n\0\x7f$#?/=+;|^,@" {
            assert!(Template::parse(&format!("a{}b", char::from(*bad))).is_err(), "{bad}");
        }
        for bad in ["{Rule}", "{rule", "{}", "ä"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
        for (len, good) in
            [(0, false), (1, true), (2, true), (127, true), (128, true), (129, false)]
        {
            assert_eq!(Template::parse(&"a".repeat(len)).is_ok(), good, "{len}");
        }
    }
}
