//! An HTTP/1.1 client that shows exactly what came, and in which order.

use std::{io, net::TcpStream};

use crate::{Head, Wire, head};

/// A keep-alive connection to the proxy.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
}

/// A response with its body decoded from its framing.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status line and headers, as they came.
    pub head: Head,
    /// The body.
    pub body: Vec<u8>,
    /// The trailer lines, as they came.
    pub trailers: Vec<u8>,
    /// Whether the connection ended before the body did.
    pub truncated: bool,
}

impl Response {
    /// The status.
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Every value of a trailer.
    pub fn trailer(&self, name: &str) -> Vec<Vec<u8>> {
        let lines = self.trailers.split(|byte| *byte == b'\n');
        head::values(lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line)), name)
    }

    /// Everything that came, for a sweep.
    pub fn everything(&self) -> Vec<u8> {
        [&self.head.raw[..], &self.body, &self.trailers].concat()
    }
}

impl Client {
    /// Connects to a port of this machine.
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the proxy accepts");
        Self { wire: Wire::new(stream).expect("a usable socket") }
    }

    /// Sends bytes in one write.
    pub fn send(&mut self, bytes: &[u8]) {
        self.wire.send(bytes).expect("the proxy reads");
    }

    /// Sends bytes in one write, and waits until the proxy has read them.
    pub fn send_apart(&mut self, bytes: &[u8]) {
        self.wire.send_apart(bytes).expect("the proxy reads");
    }

    /// The connection itself, for what the methods here do not offer.
    pub fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    /// A GET of `path` answered by the handler `case`, with further header lines.
    pub fn get(&mut self, case: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        self.send(&request_head("GET", path, case, headers));
        self.response()
    }

    /// A request with a body under Content-Length.
    pub fn send_body(
        &mut self,
        method: &str,
        case: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let length = body.len().to_string();
        let mut all = headers.to_vec();
        all.push(("content-length", &length));
        let mut bytes = request_head(method, path, case, &all);
        bytes.extend_from_slice(body);
        self.send(&bytes);
        self.response()
    }

    /// A POST with a body under Content-Length.
    pub fn post(
        &mut self,
        case: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        self.send_body("POST", case, path, headers, body)
    }

    /// Reads a response's head.
    pub fn head(&mut self) -> Head {
        self.wire.read_head().expect("a response").expect("a response before the close")
    }

    /// The next bytes of the body, as soon as any arrive.
    pub fn piece(&mut self) -> Option<Vec<u8>> {
        self.wire.next_piece().expect("a well-framed body")
    }

    /// Reads on until the body so far, `seen`, contains `text`.
    pub fn read_until(&mut self, seen: &mut Vec<u8>, text: &[u8]) {
        while crate::wire::find(seen, text).is_none() {
            let piece = self.piece().expect("the text before the body's end");
            seen.extend_from_slice(&piece);
        }
    }

    /// Reads a whole response.
    pub fn response(&mut self) -> Response {
        let head = self.head();
        self.rest(head)
    }

    /// Reads a response that has no body whatever its headers say.
    pub fn bodiless_response(&mut self) -> Response {
        let head = self.head();
        self.wire.no_body();
        self.rest(head)
    }

    /// Reads the rest of a response whose head has been read.
    pub fn rest(&mut self, head: Head) -> Response {
        let body = self.wire.read_body().expect("a well-framed body");
        let trailers = self.wire.trailers().to_vec();
        Response { head, body, trailers, truncated: self.wire.truncated() }
    }

    /// Whether the proxy has closed the connection; waits for it.
    pub fn closed(&mut self) -> bool {
        self.wire.closed()
    }
}

/// A request's head for the handler `case`.
pub fn request_head(method: &str, path: &str, case: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: service.test\r\nx-case: {case}\r\n");
    for (name, value) in headers {
        if *name == "host" {
            head = head.replace("host: service.test", &format!("host: {value}"));
        } else {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// Whether an error means that the peer has gone.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | NotConnected | UnexpectedEof)
}
