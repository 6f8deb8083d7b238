//! Requests to a store and its answers, without the place they go to: that is the configuration's.

use crate::{http::Headers, secret::Secret};

/// How many bytes of an answer are read; a longer one is `answer_too_long`. Whoever calls need not copy more in.
pub const ANSWER_BYTES_MAX: usize = 262_144;

/// A request to a store. The caller adds where it goes: a cluster and an authority of the configuration.
#[derive(Debug)]
pub struct HttpRequest {
    /// The method.
    pub method: &'static str,
    /// Path and query, percent-encoded; no secret stands in it.
    pub path: String,
    /// Names in lower case; all values are kept as if they were secrets, for some are.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body, with a length of its own: the caller sets no `content-length`.
    pub body: Secret,
}

impl HttpRequest {
    pub(super) fn new(method: &'static str, path: String) -> HttpRequest {
        HttpRequest { method, path, headers: Vec::new(), body: Secret::new(Vec::new()) }
    }

    pub(super) fn header(mut self, name: &'static str, value: &[u8]) -> HttpRequest {
        self.headers.push((name, Secret::new(value.to_vec())));
        self
    }

    pub(super) fn body(mut self, body: Secret) -> HttpRequest {
        self.body = body;
        self
    }

    /// The header list as a proxy's call takes it: pseudo-headers first.
    pub fn pairs<'a>(&'a self, authority: &'a str) -> Vec<(&'a [u8], &'a [u8])> {
        let pseudo = [(":method", self.method), (":path", &self.path), (":authority", authority)];
        let pseudo = pseudo.into_iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let headers = self.headers.iter().map(|(name, value)| (name.as_bytes(), value.expose()));
        pseudo.chain(headers).collect()
    }
}

/// What came back.
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Headers,
    /// The body, or its first [`ANSWER_BYTES_MAX`] + 1 bytes.
    pub body: Secret,
}

/// What became of a call.
pub enum Answer {
    /// A response came.
    Response(HttpResponse),
    /// None came: no connection, reset, timed out.
    Failed,
}
