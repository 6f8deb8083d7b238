//! Why a request got what it got: one word each, the same in records, counters, answers and documentation.

use std::fmt;

/// Why a credential was sent, or not, or the request refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The credential was set.
    Injected,
    /// The workload sent a real key of this credential; the current one was set instead.
    ReplacedOnSight,
    /// The binding wants a placeholder in its surface, and there was none.
    NotAsked,
    /// No binding names the cluster that the request goes to.
    ClusterNotBound,
    /// A binding names the cluster, but none with this authority.
    AuthorityNotBound,
    /// No binding of this destination is for this workload.
    WorkloadNotBound,
    /// No binding for this workload has the method.
    MethodNotBound,
    /// No binding for this workload and method has the path.
    PathNotBound,
    /// The authority has user info, or is no authority.
    AuthorityInvalid,
    /// The path could be read in two ways.
    PathNotCanonical,
    /// A CONNECT or an upgrade.
    Upgrade,
    /// The secret names the hosts that it is for, and this is none of them.
    HostNotInSecret,
    /// The value cannot stand in the binding's surface.
    ValueNotSendable,
    /// The value is too short to be found again in the answer, and no word accepts that.
    NoEchoGuard,
    /// The placeholder stands in the surface more often than the binding allows.
    Occurrences,
    /// The placeholder stands outside the surface, and the binding blocks that.
    PlaceholderElsewhere,
    /// There is no such segment, member or field as the surface names.
    SurfaceMissing,
    /// The body is none that the surface can be found in.
    BodyNotReadable,
    /// The body is longer than `body_bytes_max`.
    BodyTooLarge,
    /// A honeytoken was used.
    Honeytoken,
    /// A value of the vault was on its way to where it is not bound.
    ForeignValue,
    /// The credential did not come within `wait_ms_max`.
    WaitedTooLong,
    /// As many requests as may wait for a credential already do.
    TooManyWaiting,
    /// The store failed too often: it is left alone for a while.
    CircuitOpen,
    /// The last good value is older than `max_stale_ms`.
    TooStale,
    /// The store's own word on its failure.
    Store(&'static str),
    /// The proxy did not answer as it must.
    HostError,
}

impl Reason {
    /// Every reason but the stores' own.
    pub const ALL: &[Reason] = &[
        Reason::Injected,
        Reason::ReplacedOnSight,
        Reason::NotAsked,
        Reason::ClusterNotBound,
        Reason::AuthorityNotBound,
        Reason::WorkloadNotBound,
        Reason::MethodNotBound,
        Reason::PathNotBound,
        Reason::AuthorityInvalid,
        Reason::PathNotCanonical,
        Reason::Upgrade,
        Reason::HostNotInSecret,
        Reason::ValueNotSendable,
        Reason::NoEchoGuard,
        Reason::Occurrences,
        Reason::PlaceholderElsewhere,
        Reason::SurfaceMissing,
        Reason::BodyNotReadable,
        Reason::BodyTooLarge,
        Reason::Honeytoken,
        Reason::ForeignValue,
        Reason::WaitedTooLong,
        Reason::TooManyWaiting,
        Reason::CircuitOpen,
        Reason::TooStale,
        Reason::HostError,
    ];

    /// The word for records, counters and answers.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Injected => "injected",
            Reason::ReplacedOnSight => "replaced_on_sight",
            Reason::NotAsked => "not_asked",
            Reason::ClusterNotBound => "cluster_not_bound",
            Reason::AuthorityNotBound => "authority_not_bound",
            Reason::WorkloadNotBound => "workload_not_bound",
            Reason::MethodNotBound => "method_not_bound",
            Reason::PathNotBound => "path_not_bound",
            Reason::AuthorityInvalid => "authority_invalid",
            Reason::PathNotCanonical => "path_not_canonical",
            Reason::Upgrade => "upgrade",
            Reason::HostNotInSecret => "host_not_in_secret",
            Reason::ValueNotSendable => "value_not_sendable",
            Reason::NoEchoGuard => "no_echo_guard",
            Reason::Occurrences => "occurrences",
            Reason::PlaceholderElsewhere => "placeholder_elsewhere",
            Reason::SurfaceMissing => "surface_missing",
            Reason::BodyNotReadable => "body_not_readable",
            Reason::BodyTooLarge => "body_too_large",
            Reason::Honeytoken => "honeytoken",
            Reason::ForeignValue => "foreign_value",
            Reason::WaitedTooLong => "waited_too_long",
            Reason::TooManyWaiting => "too_many_waiting",
            Reason::CircuitOpen => "circuit_open",
            Reason::TooStale => "too_stale",
            Reason::Store(word) => word,
            Reason::HostError => "host_error",
        }
    }

    /// The status of the answer where a request is refused for it.
    pub fn status(self) -> u32 {
        match self {
            Reason::AuthorityInvalid
            | Reason::PathNotCanonical
            | Reason::Occurrences
            | Reason::SurfaceMissing
            | Reason::BodyNotReadable => 400,
            Reason::BodyTooLarge => 413,
            Reason::HostError => 500,
            Reason::ValueNotSendable
            | Reason::NoEchoGuard
            | Reason::WaitedTooLong
            | Reason::TooManyWaiting
            | Reason::CircuitOpen
            | Reason::TooStale
            | Reason::Store(_) => 503,
            _ => 403,
        }
    }

    /// Whether it is the credential that failed: then the credential's own `on_failure` decides.
    pub fn is_failure_of_credential(self) -> bool {
        self.status() == 503
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
