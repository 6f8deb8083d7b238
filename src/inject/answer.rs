//! What changes in the headers of an answer to an injected request, beside echoes.

use super::{config::SetCookie, fields::Fields};

/// Headers that tell a cache in front of others what it may keep.
const CACHE_HEADERS: &[&str] =
    &["cdn-cache-control", "cloudflare-cdn-cache-control", "edge-control", "surrogate-control"];

/// Directives that let a shared cache keep an answer (RFC 9111 §5.2.2).
const SHARED: &[&[u8]] = &[b"public", b"s-maxage", b"proxy-revalidate", b"private"];

/// Makes an answer one for this client alone: what a credential opened is not for the next one who asks.
pub(crate) fn make_private(fields: &mut Fields, set_cookie: SetCookie) {
    fields.retain(|name| {
        let is_cache = CACHE_HEADERS.iter().any(|other| other.as_bytes() == name);
        let is_cookie = name == b"set-cookie" || name == b"set-cookie2";
        !(is_cache || is_cookie && set_cookie == SetCookie::Remove)
    });
    let directives = fields.all("cache-control").flat_map(|value| value.split(|b| *b == b','));
    let directives: Vec<&[u8]> = directives.map(<[u8]>::trim_ascii).collect();
    if directives.iter().any(|it| it.eq_ignore_ascii_case(b"no-store")) {
        return;
    }
    let name = |directive: &[u8]| {
        directive
            .split(|byte| *byte == b'=')
            .next()
            .unwrap_or_default()
            .trim_ascii()
            .to_ascii_lowercase()
    };
    let kept = directives
        .iter()
        .copied()
        .filter(|directive| !directive.is_empty() && !SHARED.contains(&name(directive).as_slice()));
    let all: Vec<&[u8]> = [&b"private"[..]].into_iter().chain(kept).collect();
    let line = all.join(&b", "[..]);
    fields.set("cache-control", line);
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::http::Headers;

    fn answer(pairs: &[(&str, &str)], set_cookie: SetCookie) -> Fields {
        let headers: Headers =
            pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let mut fields = Fields::of(&headers);
        make_private(&mut fields, set_cookie);
        fields
    }

    #[test]
    fn answers_are_private() {
        for (before, after) in [
            (vec![], "private"),
            (vec!["public, max-age=60"], "private, max-age=60"),
            (vec!["Public", "S-MaxAge=10, max-age=1"], "private, max-age=1"),
            (vec!["private=\"x\", no-cache"], "private, no-cache"),
            (vec!["no-store"], "no-store"),
        ] {
            let pairs: Vec<_> = before.iter().map(|value| ("cache-control", *value)).collect();
            let fields = answer(&pairs, SetCookie::Remove);
            assert_eq!(fields.all("cache-control").collect::<Vec<_>>(), [after.as_bytes()]);
        }
        for name in CACHE_HEADERS {
            assert_eq!(answer(&[(name, "max-age=60")], SetCookie::Remove).first(name), None);
        }
    }

    #[test]
    fn cookies_are_removed_unless_they_may_pass() {
        let pairs = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x", "1")];
        assert_eq!(answer(&pairs, SetCookie::Remove).all("set-cookie").count(), 0);
        assert_eq!(answer(&pairs, SetCookie::Keep).all("set-cookie").count(), 2);
    }
}
