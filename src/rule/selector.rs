//! Naming rules: one by its id, or all of a vendor.

/// One rule (`github.pat`) or all of a vendor (`github.*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// Reads one.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<Selector, &'static str> {
        let is_word = |word: &str| {
            let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
            !word.is_empty() && word.bytes().all(is_good)
        };
        let parts = text.split_once('.');
        let is_good =
            parts.is_some_and(|(vendor, kind)| is_word(vendor) && (kind == "*" || is_word(kind)));
        is_good.then(|| Selector(text.to_owned())).ok_or("want a rule's id, or vendor.*")
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it names the rule of this id.
    pub fn names(&self, id: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(vendor) => id.starts_with(vendor),
            None => id == self.0,
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_selector_names_a_rule_or_a_vendor() {
        let names = |selector: &str, id: &str| Selector::parse(selector).unwrap().names(id);
        assert!(names("github.pat", "github.pat") && !names("github.pat", "github.pat2"));
        assert!(names("github.*", "github.pat") && !names("github.*", "githubx.pat"));
        for bad in ["", "github", "*", ".*", "*.pat", "github.p*", "github.", "GitHub.pat", "a.b.c"]
        {
            assert!(Selector::parse(bad).is_err(), "{bad}");
        }
    }
}
