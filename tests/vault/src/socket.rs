//! HTTP/1.1 over a plain socket, one request a connection.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use hushgate::{
    http::Headers,
    secret::Secret,
    store::{Answer, HttpRequest, HttpResponse},
};

use crate::PATIENCE;

/// Makes a call of the state machine.
pub fn send(address: &str, authority: &str, request: &HttpRequest) -> Answer {
    let pairs = request.pairs(authority);
    let mut head = Vec::new();
    for (name, value) in pairs {
        match name {
            b":method" => head.splice(0..0, [value, b" "].concat()).for_each(drop),
            b":path" => head.extend_from_slice(&[value, b" HTTP/1.1\r\n"].concat()),
            b":authority" => head.extend_from_slice(&[b"host: ", value, b"\r\n"].concat()),
            _ => head.extend_from_slice(&[name, b": ", value, b"\r\n"].concat()),
        }
    }
    exchange(address, &head, request.body.expose()).map_or(Answer::Failed, Answer::Response)
}

/// Sends a head (request line and header lines) with a body, and reads the answer.
///
/// # Errors
/// When there is no connection, or it ends in mid-answer.
pub fn exchange(address: &str, head: &[u8], body: &[u8]) -> io::Result<HttpResponse> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(&[head, length.as_bytes(), body].concat())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    read(&bytes).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
}

fn read(bytes: &[u8]) -> Option<HttpResponse> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let body = &bytes[end + 4..];
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pairs: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let headers: Headers =
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let body = match headers.first("content-length") {
        Some(length) => {
            let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
            body.get(..length)?.to_vec()
        }
        None if headers.first("transfer-encoding").is_some() => chunks(body)?,
        None => body.to_vec(),
    };
    Some(HttpResponse { status, headers, body: Secret::new(body) })
}

fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        rest = &rest[end + 2..];
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
