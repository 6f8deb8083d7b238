//! An authority in one form, so that two spellings of a destination are one.

/// Ports that an authority need not state.
const DEFAULT_PORTS: &[&[u8]] = &[b"80", b"443"];

/// The authority in lower case, without a default port and without the dot that ends a full name.
///
/// `None` where it has user info, is empty, or has a byte that belongs in no authority: then nobody knows how the
/// upstream reads it.
pub(crate) fn normalised(authority: &[u8]) -> Option<Vec<u8>> {
    let (host, port) = split(authority)?;
    let host = host.strip_suffix(b".").unwrap_or(host);
    let is_host = match host {
        [b'[', inner @ .., b']'] => {
            !inner.is_empty() && inner.iter().all(|b| b.is_ascii_hexdigit() || b":.".contains(b))
        }
        _ => !host.is_empty() && host.iter().all(is_of_name) && !host.ends_with(b"."),
    };
    let is_port = |port: &[u8]| {
        !port.is_empty() && port.len() <= 5 && port.iter().all(|byte| byte.is_ascii_digit())
    };
    if !is_host || !port.is_none_or(is_port) {
        return None;
    }
    let mut whole = host.to_ascii_lowercase();
    if let Some(port) = port.filter(|port| !DEFAULT_PORTS.contains(port)) {
        whole.push(b':');
        whole.extend_from_slice(port);
    }
    Some(whole)
}

/// Host, and port if there is one.
fn split(authority: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let host_len = match authority.first()? {
        b'[' => authority.iter().position(|byte| *byte == b']')? + 1,
        _ => authority.iter().position(|byte| *byte == b':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at_checked(host_len)?;
    match rest {
        [] => Some((host, None)),
        [b':', port @ ..] => Some((host, Some(port))),
        _ => None,
    }
}

fn is_of_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn spellings_of_one_destination_are_one() {
        for (authority, form) in [
            ("api.example.com", "api.example.com"),
            ("API.Example.com:443", "api.example.com"),
            ("api.example.com.:80", "api.example.com"),
            ("api.example.com:8443", "api.example.com:8443"),
            ("[2001:DB8::1]:443", "[2001:db8::1]"),
        ] {
            let normal = normalised(authority.as_bytes());
            assert_eq!(normal.as_deref(), Some(form.as_bytes()), "{authority}");
        }
    }

    #[test]
    fn what_is_no_authority_is_refused() {
        for bad in [
            "",
            ".",
            "a..",
            "user@api.example.com",
            "api.example.com@evil.test",
            "api.example.com:",
            "api.example.com:44x",
            "api.example.com:443:80",
            "api.example.com/",
            "api.example.com\t",
            "api example.com",
            "[::1",
            "[]",
            "[::1]x",
            "a\\b",
            "a,b",
        ] {
            assert_eq!(normalised(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
