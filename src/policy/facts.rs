//! What policies look at: the messages' heads, and what the proxy alone knows.

use std::net::IpAddr;

use crate::{
    http::{Headers, host_of, media_type},
    inject::{authority, path},
};

/// What the proxy knows of a request, beside the request itself. What it does not know fits no policy that asks for it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The cluster that the request goes to.
    pub cluster: String,
    /// The route that it takes.
    pub route: String,
    /// The peer's address, as the proxy sees it.
    pub source: Option<IpAddr>,
    /// The URI SANs of the client's verified certificate.
    pub uri_sans: Vec<String>,
}

/// Which facts policies ask for: a proxy need not be asked for others.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // Each is a question of its own.
pub struct Asks {
    /// Whether for the cluster.
    pub cluster: bool,
    /// Whether for the route.
    pub route: bool,
    /// Whether for the peer's address.
    pub source: bool,
    /// Whether for the certificate's URI SANs.
    pub uri_sans: bool,
}

impl Asks {
    /// Whether for anything.
    pub fn is_any(self) -> bool {
        self != Asks::default()
    }

    pub(super) fn and(self, other: Asks) -> Asks {
        Asks {
            cluster: self.cluster || other.cluster,
            route: self.route || other.route,
            source: self.source || other.source,
            uri_sans: self.uri_sans || other.uri_sans,
        }
    }
}

/// What a request's head says, in one form, and what the proxy knows of it.
pub(crate) struct Seen<'a> {
    /// The host, in lower case and without a port; `None` where it could be read in two ways.
    pub(super) host: Option<Vec<u8>>,
    /// The path without its query; `None` where it could be read in two ways.
    pub(super) path: Option<&'a [u8]>,
    pub(super) method: &'a [u8],
    pub(super) content_type: Vec<u8>,
    pub(super) facts: &'a Facts,
}

impl<'a> Seen<'a> {
    pub(crate) fn of(headers: &'a Headers, facts: &'a Facts) -> Seen<'a> {
        let authority = headers.first(":authority").unwrap_or_default();
        let target = headers.first(":path").unwrap_or_default();
        Seen {
            host: authority::normalised(authority).map(|_| host_of(authority)),
            path: path::canonical(target).map(|target| target.path),
            method: headers.first(":method").unwrap_or_default(),
            content_type: content_type(headers),
            facts,
        }
    }
}

/// The media type of a message, empty where it names none.
pub(super) fn content_type(headers: &Headers) -> Vec<u8> {
    headers.first("content-type").map(media_type).unwrap_or_default()
}
