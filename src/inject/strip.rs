//! What a request loses before anything is set: all that could make another credential, method or path of it.
//!
//! The upstream may read `X_Api_Key` as `X-Api-Key` (CGI turns both into one variable), take the first of two values or
//! the last, or follow a header to another path than the one that was checked. So every instance and every spelling of
//! what is managed goes, whoever sent it.

use super::{
    fields::Fields,
    form,
    surface::{Surface, cookies, is_cookie, path_of, query_of},
};

/// Headers that frameworks take for another method, path or host than the request's own.
const OVERRIDES: &[&str] = &[
    "x-forwarded-host",
    "x-forwarded-path",
    "x-forwarded-prefix",
    "x-forwarded-uri",
    "x-host",
    "x-http-host-override",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-override-url",
    "x-rewrite-uri",
    "x-rewrite-url",
];

/// The same as a parameter of the query.
const METHOD_PARAMETERS: &[&[u8]] = &[b"_method", b"x-http-method-override"];

/// What is managed at one destination: all that its bindings' surfaces are called.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Managed {
    headers: Vec<String>,
    queries: Vec<Vec<u8>>,
    cookies: Vec<String>,
}

impl Managed {
    pub(crate) fn add(&mut self, surface: &Surface) {
        self.headers.extend(surface.header().map(spelling));
        match surface {
            Surface::Query { name } => self.queries.push(name.clone().into_bytes()),
            Surface::Cookie { name } => self.cookies.push(name.clone()),
            _ => {}
        }
    }

    /// Strips a request's header map.
    pub(crate) fn strip(&self, fields: &mut Fields) {
        let nominated: Vec<String> = nominated(fields).collect();
        let is_nominated = nominated.iter().any(|name| self.is_managed(name.as_bytes()));
        fields.retain(|name| {
            // Without the Connection header that nominates it, what is set afterwards is not dropped on the way.
            let is_connection = is_nominated && name == b"connection";
            !self.is_managed(name) && !is_override(name) && !is_connection
        });
        self.strip_query(fields);
        self.strip_cookies(fields);
    }

    /// Strips trailers.
    pub(crate) fn strip_trailers(&self, fields: &mut Fields) {
        fields.retain(|name| !self.is_managed(name) && !is_override(name) && !self.is_cookie(name));
    }

    fn strip_query(&self, fields: &mut Fields) {
        let names = self.queries.iter().map(Vec::as_slice).chain(METHOD_PARAMETERS.iter().copied());
        let Some(query) = form::without(query_of(fields), names) else { return };
        let mut path = path_of(fields).to_vec();
        if !query.is_empty() {
            path = [&path, &b"?"[..], &query].concat();
        }
        fields.set(":path", path);
    }

    fn strip_cookies(&self, fields: &mut Fields) {
        let is_managed = |pair: &[u8]| self.cookies.iter().any(|name| is_cookie(pair, name));
        if !fields.all("cookie").flat_map(cookies).any(is_managed) {
            return;
        }
        let kept = fields.all("cookie").flat_map(cookies).filter(|pair| !is_managed(pair));
        let line = kept.collect::<Vec<_>>().join(&b"; "[..]);
        if line.is_empty() {
            fields.retain(|name| name != b"cookie");
        } else {
            fields.set("cookie", line);
        }
    }

    /// Whether a header is managed, in any spelling.
    fn is_managed(&self, name: &[u8]) -> bool {
        self.headers.iter().any(|managed| is_spelling(name, managed))
    }

    fn is_cookie(&self, name: &[u8]) -> bool {
        name == b"cookie" && !self.cookies.is_empty()
    }
}

/// A name with `_` as `-`, in lower case.
fn spelling(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

fn is_spelling(name: &[u8], spelling: &str) -> bool {
    name.len() == spelling.len()
        && name.iter().zip(spelling.bytes()).all(|(byte, wanted)| {
            byte.to_ascii_lowercase() == wanted || *byte == b'_' && wanted == b'-'
        })
}

fn is_override(name: &[u8]) -> bool {
    OVERRIDES.iter().any(|other| is_spelling(name, other))
}

/// The headers that Connection says are for the next hop only.
fn nominated(fields: &Fields) -> impl Iterator<Item = String> {
    let names = fields.all("connection").flat_map(|value| value.split(|byte| *byte == b','));
    names.map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::http::Headers;

    fn managed() -> Managed {
        let mut managed = Managed::default();
        for surface in [
            Surface::Header { name: "x-api-key".into(), prefix: String::new() },
            Surface::Query { name: "key".into() },
            Surface::Cookie { name: "sid".into() },
        ] {
            managed.add(&surface);
        }
        managed
    }

    fn stripped(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let headers: Headers =
            pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let mut fields = Fields::of(&headers);
        managed().strip(&mut fields);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        fields.headers().iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn every_instance_and_spelling_goes() {
        let kept =
            [(":path", "/v1"), ("x-api-keys", "1"), ("x-api", "1"), ("x-forwarded-for", "1")];
        for name in ["x-api-key", "x_api_key", "x-api_key", "X-API-KEY", "X_Api-Key"] {
            let pairs = [&kept[..], &[(name, "a"), (name, "b")]].concat();
            let left = stripped(&pairs);
            assert_eq!(left.len(), kept.len(), "{name}: {left:?}");
        }
    }

    #[test]
    fn overrides_go() {
        for name in OVERRIDES.iter().copied().chain(["x_http_method_override", "x_original_url"]) {
            assert_eq!(stripped(&[(":path", "/v1"), (name, "DELETE")]).len(), 1, "{name}");
        }
        assert_eq!(stripped(&[(":path", "/v1?_method=DELETE&a=1")])[0].1, "/v1?a=1");
    }

    #[test]
    fn managed_parameters_and_cookies_go() {
        assert_eq!(stripped(&[(":path", "/v1?key=1&a=%6bey&%4bEY[]=2")])[0].1, "/v1?a=%6bey");
        assert_eq!(stripped(&[(":path", "/v1?key=1")])[0].1, "/v1");
        let left = stripped(&[(":path", "/"), ("cookie", "a=1; sid=2"), ("cookie", "SID=3")]);
        assert_eq!(left[1..], [("cookie".to_owned(), "a=1".to_owned())]);
        assert_eq!(stripped(&[(":path", "/"), ("cookie", "sid=2")]).len(), 1);
    }

    #[test]
    fn a_connection_that_nominates_a_managed_header_goes() {
        let left = stripped(&[(":path", "/"), ("connection", "keep-alive, X-Api-Key")]);
        assert_eq!(left.len(), 1);
        let left = stripped(&[(":path", "/"), ("connection", "keep-alive, x-other")]);
        assert_eq!(left.len(), 2);
    }

    #[test]
    fn trailers_lose_them_too() {
        let headers: Headers =
            [(&b"x_api_key"[..], &b"1"[..]), (b"grpc-status", b"0"), (b"cookie", b"sid=1")]
                .into_iter()
                .collect();
        let mut fields = Fields::of(&headers);
        managed().strip_trailers(&mut fields);
        assert_eq!(fields.headers().len(), 1);
    }

    #[test]
    fn what_is_clean_stays_as_it_came() {
        let pairs = [(":path", "/v1?a=%zz&&b"), ("cookie", "a=1;b=2"), ("authorization", "x")];
        let left = stripped(&pairs);
        let left: Vec<_> =
            left.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(left, pairs);
    }
}
