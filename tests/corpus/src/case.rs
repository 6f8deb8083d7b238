//! A case, once it has been read: bytes, and no templates any more.

use std::collections::BTreeMap;

use crate::secret::Planted;

/// Header pairs in their order, names in lower case, pseudo-headers first.
pub type Pairs = Vec<(String, Vec<u8>)>;

/// One exchange and what must come of it.
#[derive(Clone)]
pub struct Case {
    /// A short name, unique among all cases.
    pub name: String,
    /// What the case is there to show.
    pub why: String,
    /// The plugin configuration.
    pub config: String,
    /// What the listener says of itself.
    pub listener: Listener,
    /// What the client sends.
    pub request: Message,
    /// What the upstream answers.
    pub response: Message,
    /// What the upstream must receive.
    pub upstream: Message,
    /// What the client must receive.
    pub client: Message,
    /// The refusal that must come instead.
    pub refused: Option<Refused>,
    /// Every counter that the exchange raises, by its name below `hushgate.`, and by how much.
    pub counters: BTreeMap<String, u64>,
    /// Whether each piece of a body must go on at once.
    pub never_waits: bool,
    /// Whenever the pieces so far end in this, all of them must have gone on.
    pub at_once_after: Option<Vec<u8>>,
    /// What no log may show.
    pub planted: Vec<Planted>,
    /// What is other in NGINX.
    pub nginx: Option<InNginx>,
}

/// What is other of a case in NGINX, and the reason.
#[derive(Clone)]
pub enum InNginx {
    /// It cannot be sent there, or there is no such thing.
    Skipped,
    /// This comes of it instead.
    Other(Box<Case>),
}

/// What `xds.listener_direction` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listener {
    /// Nothing.
    #[default]
    Unset,
    /// Inbound: 1.
    Inbound,
    /// Outbound: 2.
    Outbound,
}

impl Listener {
    /// The property's value, as the proxy encodes it.
    pub fn property(self) -> Option<[u8; 8]> {
        match self {
            Listener::Unset => None,
            Listener::Inbound => Some(1_u64.to_le_bytes()),
            Listener::Outbound => Some(2_u64.to_le_bytes()),
        }
    }
}

/// A request or a response.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its headers.
    pub headers: Pairs,
    /// Its body; `None` where the headers end the message.
    pub body: Option<Vec<u8>>,
    /// Its trailers, if there are any.
    pub trailers: Pairs,
    /// Whether it must not be sent with trailers that it does not have.
    pub no_trailers: bool,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The status of the reply.
    pub status: u16,
    /// The word for the reason.
    pub reason: String,
    /// How the client sees it.
    pub seen: Seen,
}

/// How a client sees a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// As a reply.
    Reply,
    /// As a response that is cut off: its headers had gone on before.
    Cut,
    /// As a response of its length that is blanked from somewhere before the secret on.
    Blanked,
}
