//! A request and its response as they go over HTTP/1.1, one behind the other.

use super::{Message, Pairs, Recorded};

pub(super) fn read(bytes: &[u8]) -> Result<Recorded, String> {
    if bytes.starts_with(b"HTTP/") {
        let response = Some(response(bytes)?);
        return Ok(Recorded { request: None, response });
    }
    let (line, headers, rest) = head(bytes)?;
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err("neither a HAR nor a request line such as `GET / HTTP/1.1`".to_owned());
    };
    let host = headers.iter().find(|(name, _)| name == b"host");
    let authority = host.map(|(_, value)| value.clone()).unwrap_or_default();
    let pseudo = [
        (&b":method"[..], method.as_bytes()),
        (b":scheme", b"http"),
        (b":authority", &authority),
        (b":path", target.as_bytes()),
    ];
    let mut all: Pairs =
        pseudo.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    let len = body_len(&headers, rest);
    let chunked = unchunked(&headers, rest);
    all.extend(headers.into_iter().filter(|(name, _)| name != b"host"));
    let (body, rest) = rest.split_at_checked(len).unwrap_or((rest, b""));
    let rest = rest.trim_ascii_start();
    let response = if rest.is_empty() { None } else { Some(response(rest)?) };
    let body = chunked.unwrap_or_else(|| body.to_vec());
    Ok(Recorded { request: Some(Message { headers: all, body }), response })
}

fn response(bytes: &[u8]) -> Result<Message, String> {
    let (line, headers, body) = head(bytes)?;
    let status = line.split(' ').nth(1).filter(|_| line.starts_with("HTTP/"));
    let status = status.ok_or("no status line such as `HTTP/1.1 200 OK`")?;
    let body = unchunked(&headers, body).unwrap_or_else(|| body.to_vec());
    let mut all = vec![(b":status".to_vec(), status.as_bytes().to_vec())];
    all.extend(headers);
    Ok(Message { headers: all, body })
}

/// A body in chunks, without their sizes; `None` where it is none. Many tools print the header and the body as it
/// is without chunks, so the header alone says nothing.
fn unchunked(headers: &Pairs, mut rest: &[u8]) -> Option<Vec<u8>> {
    let is_chunked = |value: &[u8]| value.to_ascii_lowercase().ends_with(b"chunked");
    headers.iter().find(|(name, value)| name == b"transfer-encoding" && is_chunked(value))?;
    let mut body = Vec::new();
    loop {
        let end = memchr::memchr(b'\n', rest)?;
        let (line, after) = rest.split_at_checked(end + 1)?;
        // Behind `;` stand extensions.
        let size = str::from_utf8(line.split(|byte| *byte == b';').next()?).ok()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let (chunk, after) = after.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"))?;
    }
}

/// The first line, the headers, and what stands behind the empty line.
fn head(bytes: &[u8]) -> Result<(String, Pairs, &[u8]), String> {
    let mut rest = bytes;
    let mut line = || {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
        rest = after;
        line.trim_ascii_end()
    };
    let first = String::from_utf8_lossy(line()).into_owned();
    let mut headers = Pairs::new();
    loop {
        let header = line();
        if header.is_empty() {
            return Ok((first, headers, rest));
        }
        let colon = memchr::memchr(b':', header).ok_or("a header has no colon")?;
        let (name, value) = header.split_at_checked(colon).unwrap_or((header, b""));
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        headers.push((name.trim_ascii().to_ascii_lowercase(), value.to_vec()));
    }
}

/// How long a request's body is: as its header says, or as far as no response begins.
fn body_len(headers: &Pairs, rest: &[u8]) -> usize {
    let stated = headers.iter().find(|(name, _)| name == b"content-length");
    let stated = stated.and_then(|(_, value)| str::from_utf8(value).ok()?.parse().ok());
    let starts = memchr::memmem::find_iter(rest, b"HTTP/1.");
    let is_line = |at: &usize| *at == 0 || rest.get(at - 1) == Some(&b'\n');
    stated.unwrap_or_else(|| starts.into_iter().find(is_line).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_and_its_response_are_told_apart() {
        let text =
            b"POST /a?b HTTP/1.1\r\nHost: x.example\r\nContent-Type: text/plain\r\n\r\nabc\n\
                     HTTP/1.1 201 Created\r\nServer: y\r\n\r\nd";
        let recorded = read(text).unwrap();
        assert_eq!(recorded.name(), "POST x.example/a?b 201");
        assert_eq!(recorded.request.unwrap().body, b"abc\n");
        assert_eq!(recorded.response.unwrap().body, b"d");
        let recorded = read(b"HTTP/1.1 200 OK\n\nabc").unwrap();
        assert!(recorded.request.is_none());
        assert_eq!(recorded.response.unwrap().body, b"abc");
        let recorded =
            read(b"GET / HTTP/1.1\nContent-Length: 9\n\nHTTP/1.1 HTTP/1.1 200 OK\n\n").unwrap();
        assert_eq!(recorded.request.unwrap().body, b"HTTP/1.1 ");
        assert!(read(b"nothing").is_err());
    }

    #[test]
    fn chunks_are_put_together() {
        let body = |text: &str| {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";
            let recorded = read(format!("{head}{text}").as_bytes()).unwrap();
            String::from_utf8(recorded.response.unwrap().body).unwrap()
        };
        assert_eq!(body("3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nt: v\r\n\r\n"), "abc0123456789");
        // As tools print it that have put it together already, and one that was cut.
        for text in ["3 words", "abc", "3\r\nab", "3\r\nabcd\r\n0\r\n\r\n", ""] {
            assert_eq!(body(text), text);
        }
        let post =
            "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n2\nab\n0\n\nHTTP/1.1 200 OK\n\nc";
        let recorded = read(post.as_bytes()).unwrap();
        assert_eq!(recorded.request.unwrap().body, b"ab");
        assert_eq!(recorded.response.unwrap().body, b"c");
    }
}
