//! Recorded exchanges.

mod har;
mod raw;

/// Header pairs in their order, names in lower case, pseudo-headers first.
pub(crate) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A message.
#[derive(Clone)]
pub(crate) struct Message {
    /// Its headers.
    pub(crate) headers: Pairs,
    /// Its body; empty where it has none.
    pub(crate) body: Vec<u8>,
}

/// A request and its response, or one of them.
pub(crate) struct Recorded {
    pub(crate) request: Option<Message>,
    pub(crate) response: Option<Message>,
}

impl Message {
    fn first(&self, name: &str) -> String {
        let value = self.headers.iter().find(|(other, _)| other == name.as_bytes());
        value.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
    }
}

impl Recorded {
    /// What it is called: `GET example.com/path 200`.
    pub(crate) fn name(&self) -> String {
        let request = self.request.as_ref().map(|request| {
            let part = |name| request.first(name);
            format!("{} {}{}", part(":method"), part(":authority"), part(":path"))
        });
        let status = self.response.as_ref().map(|response| response.first(":status"));
        [request, status].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Reads a HAR file, or HTTP/1.1 as text.
///
/// # Errors
/// Where it is neither.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Recorded>, String> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        return har::read(bytes);
    }
    raw::read(bytes).map(|recorded| vec![recorded])
}
