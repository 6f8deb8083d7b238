//! What a policy applies to.

use super::{
    facts::{Asks, Facts, Seen, content_type},
    preset::Preset,
};
use crate::{
    http::Headers,
    inject::{Network, Pattern},
};

/// Conditions on an exchange: all that are stated must hold, each by any one of its list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Pages of a known sort.
    pub preset: Option<Preset>,
    /// Hosts, as the client names them.
    pub hosts: Vec<HostPattern>,
    /// Paths. One that could be read in two ways fits none.
    pub paths: Vec<Pattern>,
    /// Methods.
    pub methods: Vec<String>,
    /// Clusters that the request goes to.
    pub clusters: Vec<String>,
    /// Routes that it takes.
    pub routes: Vec<String>,
    /// Networks that it comes from. The configuration has said that the proxy's word on addresses is to be trusted.
    pub sources: Vec<Network>,
    /// URI SANs of the client's verified certificate.
    pub uri_sans: Vec<String>,
    /// Media types of the request.
    pub request_content_types: Vec<TypePattern>,
    /// Media types of the response.
    pub response_content_types: Vec<TypePattern>,
    /// Statuses of the response.
    pub statuses: Vec<StatusPattern>,
}

impl Condition {
    /// Whether it states nothing, and so would hold for everything.
    pub fn is_empty(&self) -> bool {
        *self == Condition::default()
    }

    /// Whether it cannot be told before the response comes.
    pub fn asks_response(&self) -> bool {
        !self.statuses.is_empty() || !self.response_content_types.is_empty()
    }

    /// Which facts it asks for.
    pub fn asks(&self) -> Asks {
        Asks {
            cluster: !self.clusters.is_empty(),
            route: !self.routes.is_empty(),
            source: !self.sources.is_empty(),
            uri_sans: !self.uri_sans.is_empty(),
        }
    }

    /// Whether what is known of the request fits.
    pub(crate) fn fits_request(&self, seen: &Seen<'_>) -> bool {
        let host = |it: &HostPattern| seen.host.as_deref().is_some_and(|host| it.fits(host));
        let path = |it: &Pattern| seen.path.is_some_and(|path| it.matches(path));
        self.preset.is_none_or(|preset| preset.fits(seen.method, seen.path))
            && any(&self.hosts, host)
            && any(&self.paths, path)
            && any(&self.methods, |it| it.as_bytes() == seen.method)
            && any(&self.request_content_types, |it| it.fits(&seen.content_type))
            && self.fits_facts(seen.facts)
    }

    fn fits_facts(&self, facts: &Facts) -> bool {
        // No name may be empty, so that what the proxy does not know fits none.
        any(&self.clusters, |it| *it == facts.cluster)
            && any(&self.routes, |it| *it == facts.route)
            && any(&self.sources, |it| facts.source.is_some_and(|ip| it.contains(ip)))
            && any(&self.uri_sans, |it| facts.uri_sans.contains(it))
    }

    /// Whether the response's head fits, where the request did.
    pub(crate) fn fits_response(&self, headers: &Headers) -> bool {
        let status = headers.first(":status").unwrap_or_default();
        any(&self.statuses, |it| it.fits(status))
            && (self.response_content_types.is_empty()
                || any(&self.response_content_types, |it| it.fits(&content_type(headers))))
    }
}

fn any<T>(list: &[T], fits: impl Fn(&T) -> bool) -> bool {
    list.is_empty() || list.iter().any(fits)
}

/// A host, or all below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern(String);

impl HostPattern {
    /// Reads `api.example.com`, or `*.example.com` for all below it and not itself.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<HostPattern, &'static str> {
        let host = text.strip_prefix("*.").unwrap_or(text);
        let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'[' | b']' | b':');
        let is_one = crate::http::host_of(host.as_bytes()) == host.as_bytes();
        let is_good = !host.is_empty() && host.bytes().all(is_good) && is_one;
        is_good.then(|| HostPattern(text.to_owned())).ok_or(
            "want a host in lower case and without a port, or *.example.com for those below one",
        )
    }

    fn fits(&self, host: &[u8]) -> bool {
        match self.0.strip_prefix('*') {
            Some(below) => host.len() > below.len() && host.ends_with(below.as_bytes()),
            None => host == self.0.as_bytes(),
        }
    }
}

/// A media type, or all of a sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypePattern(String);

impl TypePattern {
    /// Reads `application/json`, or `text/*`.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<TypePattern, &'static str> {
        let is_word = |word: &str| {
            let is_good = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&^_.+-".contains(&byte)
            };
            !word.is_empty() && word.bytes().all(is_good)
        };
        let parts = text.split_once('/');
        let is_good =
            parts.is_some_and(|(kind, sub)| is_word(kind) && (sub == "*" || is_word(sub)));
        is_good
            .then(|| TypePattern(text.to_owned()))
            .ok_or("want a media type in lower case and without parameters, or text/*")
    }

    fn fits(&self, media_type: &[u8]) -> bool {
        match self.0.strip_suffix('*') {
            Some(kind) => media_type.starts_with(kind.as_bytes()),
            None => media_type == self.0.as_bytes(),
        }
    }
}

/// A status, or a class of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPattern(String);

impl StatusPattern {
    /// Reads `404`, or `4xx`. Of interim answers (RFC 9110 §15.2) only the last can be meant, 101.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<StatusPattern, &'static str> {
        let is_good = match text.as_bytes() {
            b"101" | [b'2'..=b'5', b'x', b'x'] => true,
            [b'2'..=b'5', rest @ ..] => rest.len() == 2 && rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        is_good.then(|| StatusPattern(text.to_owned())).ok_or(
            "want a status from 200 to 599, 101, or a class such as 5xx; others decide nothing",
        )
    }

    fn fits(&self, status: &[u8]) -> bool {
        match self.0.strip_suffix("xx") {
            Some(class) => status.len() == 3 && status.starts_with(class.as_bytes()),
            None => status == self.0.as_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const REQUEST: &[(&str, &str)] = &[
        (":method", "POST"),
        (":authority", "API.example.com:443"),
        (":path", "/v1/users?page=2"),
        ("content-type", "application/json; charset=utf-8"),
    ];

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
    }

    fn facts() -> Facts {
        Facts {
            cluster: "app".to_owned(),
            route: "users".to_owned(),
            source: "10.1.2.3".parse().ok(),
            uri_sans: vec!["spiffe://prod/a".to_owned(), "spiffe://prod/b".to_owned()],
        }
    }

    fn fitting() -> Condition {
        Condition {
            preset: None,
            hosts: vec![HostPattern::parse("api.example.com").unwrap()],
            paths: vec![Pattern::parse("/v1/**").unwrap()],
            methods: vec!["GET".to_owned(), "POST".to_owned()],
            clusters: vec!["app".to_owned()],
            routes: vec!["users".to_owned()],
            sources: vec![Network::parse("10.0.0.0/8").unwrap()],
            uri_sans: vec!["spiffe://prod/b".to_owned()],
            request_content_types: vec![TypePattern::parse("application/json").unwrap()],
            ..Condition::default()
        }
    }

    #[test]
    fn every_condition_counts() {
        let (headers, facts) = (headers(REQUEST), facts());
        let fits = |it: &Condition| it.fits_request(&Seen::of(&headers, &facts));
        assert!(fits(&fitting()) && fits(&Condition::default()));
        for other in [
            Condition { preset: Some(Preset::TokenEndpoint), ..fitting() },
            Condition {
                hosts: vec![HostPattern::parse("*.api.example.com").unwrap()],
                ..fitting()
            },
            Condition { paths: vec![Pattern::parse("/v2/**").unwrap()], ..fitting() },
            Condition { methods: vec!["post".to_owned()], ..fitting() },
            Condition { clusters: vec!["ap".to_owned()], ..fitting() },
            Condition { routes: vec!["users2".to_owned()], ..fitting() },
            Condition { sources: vec![Network::parse("192.0.2.0/24").unwrap()], ..fitting() },
            Condition { uri_sans: vec!["spiffe://prod".to_owned()], ..fitting() },
            Condition {
                request_content_types: vec![TypePattern::parse("text/*").unwrap()],
                ..fitting()
            },
        ] {
            assert!(!fits(&other), "{other:?}");
        }
    }

    /// What is not known, or could be read in two ways, fits no condition on it.
    #[test]
    fn what_is_not_known_fits_nothing() {
        let facts = facts();
        let with = |name: &str, value: &str| {
            let pairs: Vec<_> =
                REQUEST.iter().map(|(n, v)| (*n, if *n == name { value } else { *v })).collect();
            headers(&pairs)
        };
        for (name, value) in [
            (":path", "/v1/../v1/users"),
            (":path", "/v1//users"),
            (":path", "/v1/%2e%2e/users"),
            (":authority", "user@api.example.com"),
            (":authority", "api.example.com:"),
        ] {
            let headers = with(name, value);
            assert!(!fitting().fits_request(&Seen::of(&headers, &facts)), "{value}");
        }
        let headers = headers(REQUEST);
        for unknown in [
            Facts { cluster: String::new(), ..facts.clone() },
            Facts { route: String::new(), ..facts.clone() },
            Facts { source: None, ..facts.clone() },
            Facts { uri_sans: Vec::new(), ..facts.clone() },
        ] {
            assert!(!fitting().fits_request(&Seen::of(&headers, &unknown)), "{unknown:?}");
        }
    }

    #[test]
    fn responses_fit_by_status_and_type() {
        let of = |statuses: &[&str], types: &[&str]| Condition {
            statuses: statuses.iter().map(|it| StatusPattern::parse(it).unwrap()).collect(),
            response_content_types: types
                .iter()
                .map(|it| TypePattern::parse(it).unwrap())
                .collect(),
            ..Condition::default()
        };
        let response = headers(&[(":status", "503"), ("content-type", "Text/HTML;charset=utf-8")]);
        for (statuses, types, fits) in [
            (&["503"][..], &[][..], true),
            (&["404", "5xx"], &["text/html"], true),
            (&[], &["text/*"], true),
            (&["4xx"], &[], false),
            (&["500"], &[], false),
            (&["5xx"], &["application/json"], false),
            (&[], &["text/plain"], false),
        ] {
            let condition = of(statuses, types);
            assert_eq!(condition.fits_response(&response), fits, "{condition:?}");
            assert!(condition.asks_response());
        }
        assert!(!Condition::default().asks_response());
    }

    #[test]
    fn hosts_below_one_are_not_that_one() {
        let fits =
            |pattern: &str, host: &str| HostPattern::parse(pattern).unwrap().fits(host.as_bytes());
        assert!(fits("*.example.com", "a.example.com") && fits("[::1]", "[::1]"));
        assert!(!fits("*.example.com", "example.com") && !fits("*.example.com", ".example.com"));
        assert!(!fits("*.example.com", "evil-example.com"));
        for bad in
            ["", "*", "*.", "A.example.com", "a.example.com:443", "a/b", "a.example.com.", "a*b"]
        {
            assert!(HostPattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn patterns_are_checked() {
        for bad in ["", "text", "text/", "/*", "*/*", "Text/html", "text/html;q=1", "te*/x"] {
            assert!(TypePattern::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "99", "600", "2x", "2xxx", "xxx", "20x", "6xx", "4040", "1xx", "103"] {
            assert!(StatusPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
