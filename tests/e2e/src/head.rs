//! The head of an HTTP/1.1 message, kept as the bytes that came.

/// A start line and its header lines.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Every byte up to and including the empty line.
    pub raw: Vec<u8>,
}

impl Head {
    /// The start line, without its line end.
    pub fn start_line(&self) -> String {
        String::from_utf8_lossy(self.lines().next().unwrap_or_default()).into_owned()
    }

    /// The status of a response, 0 in a request.
    pub fn status(&self) -> u16 {
        self.start_line().split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// The target of a request.
    pub fn target(&self) -> String {
        self.start_line().split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// The header lines in their order, without line ends.
    pub fn header_lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines().skip(1)
    }

    /// Every value of a header, in order, whatever the case of its name.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        values(self.header_lines(), name)
    }

    /// The first value of a header as text; empty when the header is not there.
    pub fn value(&self, name: &str) -> String {
        let first = self.values(name).into_iter().next().unwrap_or_default();
        String::from_utf8_lossy(&first).into_owned()
    }

    /// Whether the header is there.
    pub fn has(&self, name: &str) -> bool {
        !self.values(name).is_empty()
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.raw
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .filter(|line| !line.is_empty())
    }
}

/// Every value of `name` among header or trailer lines.
pub(crate) fn values<'a>(lines: impl Iterator<Item = &'a [u8]>, name: &str) -> Vec<Vec<u8>> {
    lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (found, value) = line.split_at(colon);
            found.eq_ignore_ascii_case(name.as_bytes()).then(|| value[1..].trim_ascii().to_vec())
        })
        .collect()
}
