//! Replies that the proxy itself sends.

use crate::map::Headers;

/// A reply made by the module or by the host, instead of the upstream's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalReply {
    /// The HTTP status.
    pub status: u32,
    /// The reason for the access log (`response_code_details`).
    pub details: String,
    /// The headers added to the usual ones.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// The gRPC status, if one was given.
    pub grpc_status: Option<u32>,
}

impl LocalReply {
    /// Makes a reply of the host itself.
    pub(crate) fn of_host(status: u32, body: &str, details: &str) -> Self {
        Self {
            status,
            details: details.to_owned(),
            headers: Headers::new(),
            body: body.as_bytes().to_vec(),
            grpc_status: None,
        }
    }

    /// Returns the response that the client gets for the request: no body for HEAD, and for gRPC
    /// the status in the headers ("trailers only").
    pub(crate) fn response_to(&self, request: &Headers) -> (Headers, Vec<u8>) {
        if request.value("content-type").is_some_and(|kind| kind.starts_with(b"application/grpc")) {
            return (self.grpc_headers(), Vec::new());
        }
        let mut headers = Headers::from([(":status", self.status.to_string())]);
        self.headers.iter().for_each(|(name, value)| headers.add(name, value));
        if !self.body.is_empty() {
            headers.replace(b"content-length", self.body.len().to_string().as_bytes());
            if headers.value("content-type").is_none() {
                headers.add(b"content-type", b"text/plain");
            }
        }
        let is_head = request.value(":method") == Some(b"HEAD");
        (headers, if is_head { Vec::new() } else { self.body.clone() })
    }

    fn grpc_headers(&self) -> Headers {
        let status = self.grpc_status.unwrap_or(match self.status {
            400 => 13,
            401 => 16,
            403 => 7,
            404 => 12,
            429 | 502..=504 => 14,
            _ => 2,
        });
        let mut headers = Headers::from([(":status", "200")]);
        self.headers.iter().for_each(|(name, value)| headers.add(name, value));
        headers.replace(b"content-type", b"application/grpc");
        headers.add(b"grpc-status", status.to_string().as_bytes());
        if !self.body.is_empty() {
            headers.add(b"grpc-message", &self.body);
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_suits_the_request() {
        let reply = LocalReply::of_host(403, "no", "test");
        let (headers, body) = reply.response_to(&Headers::from([(":method", "GET")]));
        assert_eq!(headers.value(":status"), Some(&b"403"[..]));
        assert_eq!(headers.value("content-length"), Some(&b"2"[..]));
        assert_eq!(body, b"no");
        assert!(reply.response_to(&Headers::from([(":method", "HEAD")])).1.is_empty());
        let grpc = Headers::from([("content-type", "application/grpc+proto")]);
        let (headers, body) = reply.response_to(&grpc);
        assert_eq!(headers.value("grpc-status"), Some(&b"7"[..]));
        assert!(body.is_empty());
    }
}
