//! HAR 1.2: a browser's log of HTTP, in JSON.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::{Message, Pairs, Recorded};

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Pair>,
    post_data: Option<Content>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    headers: Vec<Pair>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    text: String,
    encoding: Option<String>,
    /// A form, where its text is not there: its fields, decoded.
    #[serde(default)]
    params: Vec<Param>,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    #[serde(default)]
    value: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Recorded>, String> {
    let har: Har = serde_json::from_slice(bytes).map_err(|error| format!("no HAR: {error}"))?;
    har.log.entries.into_iter().map(Entry::recorded).collect()
}

impl Entry {
    fn recorded(self) -> Result<Recorded, String> {
        let Entry { request, response } = self;
        // `scheme://authority/path`; what stands behind `#` is never sent.
        let url = request.url.split('#').next().unwrap_or_default();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let status = response.status.to_string();
        let pseudo = [
            (":method", request.method.as_str()),
            (":scheme", scheme),
            (":authority", authority),
            (":path", path.as_str()),
        ];
        Ok(Recorded {
            request: Some(Message {
                headers: headers(&pseudo, request.headers, false),
                body: body(request.post_data)?,
            }),
            response: Some(of_response(&status, response)?),
        })
    }
}

/// A HAR holds content without its coding, whose length its headers state.
fn of_response(status: &str, response: Response) -> Result<Message, String> {
    let body = body(response.content)?;
    let mut headers = headers(&[(":status", status)], response.headers, true);
    for (_, value) in headers.iter_mut().filter(|(name, _)| name == b"content-length") {
        *value = body.len().to_string().into_bytes();
    }
    Ok(Message { headers, body })
}

fn headers(pseudo: &[(&str, &str)], pairs: Vec<Pair>, is_decoded: bool) -> Pairs {
    let pseudo =
        pseudo.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()));
    let pairs = pairs
        .into_iter()
        .map(|Pair { name, value }| (name.to_ascii_lowercase().into_bytes(), value.into_bytes()));
    // HTTP/2 logs have pseudo-headers among the others.
    let is_kept =
        |name: &[u8]| !(name.starts_with(b":") || is_decoded && name == b"content-encoding");
    pseudo.chain(pairs.filter(|(name, _)| is_kept(name))).collect()
}

fn body(content: Option<Content>) -> Result<Vec<u8>, String> {
    let Some(Content { text, encoding, params }) = content else { return Ok(Vec::new()) };
    if text.is_empty() {
        let fields = params
            .iter()
            .map(|Param { name, value }| format!("{}={}", form_encoded(name), form_encoded(value)));
        return Ok(fields.collect::<Vec<_>>().join("&").into_bytes());
    }
    match encoding.as_deref() {
        Some("base64") => {
            BASE64_STANDARD.decode(text).map_err(|_| "a content is no base64".to_owned())
        }
        _ => Ok(text.into_bytes()),
    }
}

/// As a form writes it: `application/x-www-form-urlencoded` of the URL standard.
fn form_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_what_was_sent() {
        let content = |json: &str| serde_json::from_str::<Content>(json).unwrap();
        let body = |json: &str| body(Some(content(json))).map(|it| String::from_utf8(it).unwrap());
        assert_eq!(body(r#"{"text": "a=b", "params": [{"name": "c"}]}"#).unwrap(), "a=b");
        assert_eq!(body(r#"{"text": "YWJj", "encoding": "base64"}"#).unwrap(), "abc");
        assert!(body(r#"{"text": "!", "encoding": "base64"}"#).is_err());
        assert_eq!(
            body(r#"{"params": [{"name": "a b", "value": "c&d\u00e4*"}, {"name": "e"}]}"#).unwrap(),
            "a+b=c%26d%C3%A4*&e="
        );
        assert_eq!(body("{}").unwrap(), "");
    }
}
