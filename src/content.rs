//! What a message's headers say of its body: whether and how it is scanned.

use crate::{
    coding::{self, Codings},
    http::{Headers, media_type},
    mask::Style,
};

/// How a body is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// It is scanned; labels are written in this style.
    Text(Style),
    /// It is unpacked, and scanned so.
    Coded(Codings, Style),
    /// It passes unscanned by design.
    Skipped(Unscanned),
    /// It could hold a credential that cannot be seen.
    Unscannable(Unscanned),
}

/// Why a body is not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unscanned {
    /// A content coding that is not known, too many of them, or a compressed gRPC message.
    Coded,
    /// A coded body whose bytes are none of its coding, or that ends too soon.
    Corrupt,
    /// A coded body that unpacks to more than it may, or that is longer than may be held.
    Oversize,
    /// A body whose end waits undecided when the proxy should hold no more.
    Held,
    /// What the proxy failed to hand over.
    HostError,
    /// A part of a document (206).
    Range,
    /// Media, fonts, archives and other bytes that are no text.
    Media,
    /// A WebSocket, a CONNECT tunnel or another upgrade.
    Upgrade,
}

impl Unscanned {
    /// The word that records use.
    pub fn name(self) -> &'static str {
        match self {
            Unscanned::Coded => "coded",
            Unscanned::Corrupt => "corrupt",
            Unscanned::Oversize => "oversize",
            Unscanned::Held => "held",
            Unscanned::HostError => "host_error",
            Unscanned::Range => "range",
            Unscanned::Media => "media",
            Unscanned::Upgrade => "upgrade",
        }
    }
}

/// Media types that are no text, beside `audio`, `font`, `image` and `video`.
const BINARY: &[&str] = &[
    "application/gzip",
    "application/java-archive",
    "application/octet-stream",
    "application/ogg",
    "application/pdf",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.ms-fontobject",
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.rar",
    "application/wasm",
    "application/x-7z-compressed",
    "application/x-bzip",
    "application/x-bzip2",
    "application/x-git-receive-pack-request",
    "application/x-git-receive-pack-result",
    "application/x-git-upload-pack-request",
    "application/x-git-upload-pack-result",
    "application/x-gzip",
    "application/x-rar-compressed",
    "application/x-tar",
    "application/x-xz",
    "application/zip",
    "application/zstd",
];

/// What the headers of a request say.
pub(crate) fn of_request(headers: &Headers) -> Content {
    // An offer of `h2c` (RFC 7540 §3.2) comes with ordinary requests; proxies do not take it up.
    let is_upgrade =
        headers.all("upgrade").any(|value| !value.trim_ascii().eq_ignore_ascii_case(b"h2c"));
    if headers.first(":method") == Some(b"CONNECT") || is_upgrade {
        return Content::Skipped(Unscanned::Upgrade);
    }
    of_headers(headers)
}

/// What the headers of a response with this status say.
pub(crate) fn of_response(status: &[u8], headers: &Headers) -> Content {
    if status == b"101" {
        return Content::Skipped(Unscanned::Upgrade);
    }
    match of_headers(headers) {
        Content::Text(_) | Content::Coded(..) if status == b"206" => {
            Content::Unscannable(Unscanned::Range)
        }
        content => content,
    }
}

fn of_headers(headers: &Headers) -> Content {
    let kind = headers.first("content-type").map(media_type).unwrap_or_default();
    if is_binary(&kind) {
        return Content::Skipped(Unscanned::Media);
    }
    if is_grpc_coded(headers) && !has_messages(headers) {
        return Content::Unscannable(Unscanned::Coded);
    }
    let is_form = kind == b"application/x-www-form-urlencoded";
    let style = if is_form { Style::UrlLabel } else { Style::Label };
    match Codings::of(headers) {
        None => Content::Text(style),
        Some(Ok(codings)) => Content::Coded(codings, style),
        Some(Err(_)) => Content::Unscannable(Unscanned::Coded),
    }
}

/// Whether messages of gRPC may be compressed one by one; each says whether it is.
pub(crate) fn is_grpc_coded(headers: &Headers) -> bool {
    coding::names(headers, "grpc-encoding").next().is_some()
}

/// Whether a body has messages, each behind a flag and its length: gRPC, gRPC-Web in its binary form, the streams of Connect.
pub(crate) fn has_messages(headers: &Headers) -> bool {
    let kind = headers.first("content-type").map(media_type).unwrap_or_default();
    let is = |name: &[u8]| {
        kind.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"+"))
    };
    [&b"application/grpc"[..], b"application/grpc-web", b"application/connect"].into_iter().any(is)
}

/// Whether a content type is of what is no text.
pub(crate) fn is_binary_type(content_type: &[u8]) -> bool {
    is_binary(&media_type(content_type))
}

fn is_binary(kind: &[u8]) -> bool {
    // An SVG is a text that a page may hold secrets in.
    let family = [&b"audio/"[..], b"font/", b"image/", b"video/"];
    let is_media = family.iter().any(|start| kind.starts_with(start)) && !kind.ends_with(b"+xml");
    is_media || BINARY.iter().any(|binary| binary.as_bytes() == kind)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
    }

    #[test]
    fn bodies_are_sorted_by_their_headers() {
        let text = Content::Text(Style::Label);
        let cases = [
            (vec![], text),
            (vec![("content-type", "application/json; charset=utf-8")], text),
            (vec![("content-type", "image/svg+xml")], text),
            (vec![("content-type", "application/grpc+proto")], text),
            (
                vec![("content-type", "application/x-www-form-urlencoded")],
                Content::Text(Style::UrlLabel),
            ),
            (vec![("content-type", "image/png")], Content::Skipped(Unscanned::Media)),
            (
                vec![("content-type", "application/zip"), ("content-encoding", "gzip")],
                Content::Skipped(Unscanned::Media),
            ),
            (vec![("content-encoding", "identity")], text),
            (vec![("content-encoding", "identity, lzma")], Content::Unscannable(Unscanned::Coded)),
            (
                vec![("content-type", "application/grpc-web-text"), ("grpc-encoding", "gzip")],
                Content::Unscannable(Unscanned::Coded),
            ),
            // Each message says whether it is compressed.
            (vec![("content-type", "application/grpc"), ("grpc-encoding", "gzip")], text),
        ];
        for (pairs, content) in cases {
            assert_eq!(of_headers(&headers(&pairs)), content, "{pairs:?}");
        }
    }

    #[test]
    fn types_say_which_bodies_have_messages() {
        for (kind, is) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc-web+proto; charset=utf-8", true),
            ("application/connect+json", true),
            ("application/grpc-web-text", false),
            ("application/json", false),
        ] {
            assert_eq!(has_messages(&headers(&[("content-type", kind)])), is, "{kind}");
        }
    }

    #[test]
    fn upgrades_and_parts_are_told() {
        let text = headers(&[("content-type", "text/plain")]);
        assert_eq!(of_response(b"206", &text), Content::Unscannable(Unscanned::Range));
        assert_eq!(of_response(b"200", &text), Content::Text(Style::Label));
        assert_eq!(of_response(b"101", &text), Content::Skipped(Unscanned::Upgrade));
        let connect = headers(&[(":method", "CONNECT")]);
        assert_eq!(of_request(&connect), Content::Skipped(Unscanned::Upgrade));
        let media = headers(&[("content-type", "video/mp4")]);
        assert_eq!(of_response(b"206", &media), Content::Skipped(Unscanned::Media));
    }
}
