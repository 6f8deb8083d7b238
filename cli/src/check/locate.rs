//! Where a field of a JSON text stands, and which name was probably meant.

/// The line of a field that is named as a path, such as `rules[3].pattern`; `None` where it is not there.
///
/// For valid JSON. A field that is missing is found where the object stands that misses it.
pub(crate) fn line_of(text: &str, path: &str) -> Option<usize> {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let mut best = None;
    for step in steps(path) {
        match reader.enter(&step) {
            Some(at) => best = Some(at),
            None => break,
        }
    }
    best.map(|at| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1)
}

/// The name that is nearest to another one, if any is near.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.map(|known| (strsim::jaro_winkler(name, known), known));
    let best = near.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(likeness, _)| *likeness > 0.75).map(|(_, known)| known)
}

enum Step<'a> {
    Key(&'a str),
    Place(usize),
}

/// `rules[3].pattern` is `rules`, 3, `pattern`.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        steps.extend(pieces.next().filter(|name| !name.is_empty()).map(Step::Key));
        let places = pieces.filter_map(|piece| piece.strip_suffix(']')?.parse().ok());
        steps.extend(places.map(Step::Place));
    }
    steps
}

/// Reads JSON that is known to be valid.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Goes to the value of a step, and says where its key or the value itself starts.
    fn enter(&mut self, step: &Step<'_>) -> Option<usize> {
        self.space();
        let is_object = match self.next()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        let mut place = 0;
        loop {
            self.space();
            if matches!(self.peek()?, b'}' | b']') {
                return None;
            }
            let start = self.at;
            let is_it = match step {
                Step::Key(name) if is_object => self.key()? == *name,
                Step::Place(wanted) if !is_object => place == *wanted,
                _ => return None,
            };
            if is_it {
                return Some(start);
            }
            self.skip_value()?;
            self.space();
            if self.peek()? == b',' {
                self.at += 1;
            }
            place += 1;
        }
    }

    fn key(&mut self) -> Option<String> {
        let start = self.at;
        self.skip_value()?;
        let key = serde_json::from_slice(self.text.get(start..self.at)?).ok()?;
        self.space();
        (self.next()? == b':').then_some(key)
    }

    /// Skips a text, number or word, or an object or list with all that is in it.
    fn skip_value(&mut self) -> Option<()> {
        self.space();
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                b'"' => self.skip_text()?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => {
                    while !matches!(self.peek()?, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
                    {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn skip_text(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_paths() {
        let text = "{\n \"a\": [1, {\"x\": \"}]\\\"\"},\n  {\"y\\u0041\": true,\n\"z\": -1.5e3}],\n\"b\": {\"c\":\n null}}";
        let line = |path| line_of(text, path);
        assert_eq!(line("a"), Some(2));
        assert_eq!(line("a[0]"), Some(2));
        assert_eq!(line("a[2]"), Some(3));
        assert_eq!(line("a[2].yA"), Some(3));
        assert_eq!(line("a[2].z"), Some(4));
        assert_eq!(line("b"), Some(5));
        assert_eq!(line("b.c"), Some(5));
        assert_eq!(line("a[2].missing"), Some(3));
        assert_eq!(line("missing"), None);
        assert_eq!(line_of("7", "a"), None);
    }

    #[test]
    fn near_names_are_suggested() {
        let names = ["requests", "responses", "rules", "rules_off"];
        assert_eq!(nearest("reponse", names.into_iter()), Some("responses"));
        assert_eq!(nearest("rule_off", names.into_iter()), Some("rules_off"));
        assert_eq!(nearest("zzz", names.into_iter()), None);
    }
}
