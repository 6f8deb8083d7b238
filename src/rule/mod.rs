//! Rules: what a credential looks like, and what is known of it.
//!
//! A rule is data (`builtin/*.toml`, described in `docs/rule-format.md`); the build turns all of them into tables.

mod check;
pub mod example;
mod placeholder;
mod profile;
pub mod selector;
pub(crate) mod shape;
pub(crate) mod table;
mod words;

use check::Check;
pub use profile::Profile;

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names say it.
#[non_exhaustive]
pub enum Kind {
    ApiKey,
    Token,
    Password,
    PrivateKey,
    Webhook,
    Session,
    ConnectionString,
    SignedUrl,
    Identifier,
}

/// What the loss of such a credential costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it.
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

/// Whether the value is meant to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exposure {
    /// Public by design, such as a publishable key: reported, never rewritten.
    Public,
    /// Names an account or a key and opens nothing alone: reported, never rewritten.
    Identifier,
    /// Whoever has it can use it.
    Secret,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The shape is common, or its check failed.
    Possible,
    /// The shape is a vendor's own.
    Likely,
    /// The shape is unmistakable, or its checksum holds.
    Certain,
}

impl Confidence {
    /// The word that configuration and records use.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Possible => "possible",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        }
    }

    fn lowered(self) -> Confidence {
        match self {
            Confidence::Certain => Confidence::Likely,
            _ => Confidence::Possible,
        }
    }
}

/// A type of credential.
#[derive(Debug)]
pub struct Rule {
    /// The name in records, metrics and labels: `vendor.kind`. Never changes.
    pub id: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// Who issues it.
    pub provider: &'static str,
    /// What kind of credential it is.
    pub kind: Kind,
    /// What its loss costs.
    pub severity: Severity,
    /// Whether it is meant to be seen.
    pub exposure: Exposure,
    /// How sure a match of the shape alone is.
    pub confidence: Confidence,
    /// The provider's own hosts, `*.` for subdomains: on its way there the credential is no leak.
    pub home_hosts: &'static [&'static str],
    /// Words of which the name that the value is assigned to must hold one; none where the value says enough.
    pub context: &'static [&'static str],
    /// Whether a replacement may name the rule; else it is of `*` alone.
    pub(crate) label: bool,
    /// Whether a rule that matches the whole secret as well names it instead.
    pub(crate) yields: bool,
    /// Fewer different bytes than this make a placeholder.
    pub(crate) distinct_min: u8,
    pub(crate) check: Check,
}

impl Rule {
    /// A rule of which nothing but the shape is known: what rules that are made at run time start from.
    pub(crate) const PLAIN: Rule = Rule {
        id: "",
        title: "",
        provider: "",
        kind: Kind::ApiKey,
        severity: Severity::Critical,
        exposure: Exposure::Secret,
        confidence: Confidence::Certain,
        home_hosts: &[],
        context: &[],
        label: true,
        yields: false,
        distinct_min: 0,
        check: Check::None,
    };

    /// Whether the host, in lower case and without a port, is one of the provider's own.
    pub fn is_home(&self, host: &[u8]) -> bool {
        self.home_hosts.iter().any(|home| match home.strip_prefix("*.") {
            None => home.as_bytes() == host,
            Some(domain) => host
                .strip_suffix(domain.as_bytes())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with(b".")),
        })
    }

    /// Whether its secrets are Basic credentials (RFC 7617): a name and a password in base64.
    pub(crate) fn is_basic(&self) -> bool {
        self.id == "generic.basic_header"
    }

    /// The confidence of a match of a rule of a configuration, or `None` where it is a template or of too few bytes: what
    /// somebody looks for may be as regular as it likes.
    pub(crate) fn judge_own(&self, secret: &[u8]) -> Option<Confidence> {
        let is_placeholder = placeholder::is_placeholder(secret, self.distinct_min, false);
        (!is_placeholder).then_some(self.confidence)
    }

    /// The confidence of a match of the shape, or `None` where the bytes are no such credential.
    ///
    /// A checksum that holds makes it certain; one that does not lowers it by a step and frees nothing, since real
    /// leaks get mangled. A structure that does not hold, or a placeholder such as `xxxxxxxx`, is no finding.
    /// `prefix`: so many of the first bytes are the vendor's; `lead`: what the match has before the secret.
    pub(crate) fn judge(&self, lead: &[u8], secret: &[u8], prefix: usize) -> Option<Confidence> {
        let own = secret.get(prefix..).unwrap_or_default();
        // Of a private key the layout is seen, and bytes that stand in every one.
        let is_key = self.kind == Kind::PrivateKey;
        if placeholder::is_placeholder(own, self.distinct_min, !is_key) {
            return None;
        }
        match self.check.holds(lead, secret) {
            check::Outcome::Holds => Some(Confidence::Certain),
            check::Outcome::Unchecked => Some(self.confidence),
            check::Outcome::Broken => Some(self.confidence.lowered()),
            check::Outcome::Other => None,
        }
    }
}

/// What tells this set of built-in rules from another: a digest of the files that they were made from.
pub const DIGEST: &str = env!("HUSHGATE_RULES_DIGEST");

/// The built-in rules, in a fixed order.
pub fn builtin() -> &'static [Rule] {
    table::RULES
}

/// The built-in rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    table::RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests;
