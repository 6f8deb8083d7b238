//! Profiles: how much is looked for.

use super::Confidence;

/// How much is looked for, from the fewest false alarms to the fewest misses.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// What its shape alone makes certain.
    Quiet,
    /// That, and what is likely by its shape and what stands around it: `Default` without named keys, for requests and
    /// headers. No word of a configuration.
    Plain,
    /// That, and what is called a password or a key and looks like one.
    #[default]
    Default,
    /// That, and what a name beside it makes possible, wherever it stands.
    Strict,
}

impl Profile {
    /// Every profile that can be chosen.
    pub const ALL: [Profile; 3] = [Profile::Quiet, Profile::Default, Profile::Strict];

    /// The least confidence of what is told.
    pub(crate) fn confidence_min(self) -> Confidence {
        match self {
            Profile::Quiet => Confidence::Certain,
            Profile::Plain | Profile::Default => Confidence::Likely,
            Profile::Strict => Confidence::Possible,
        }
    }

    /// The same without what only its name tells, which is called so in requests by design; in `strict` it counts
    /// wherever it stands.
    pub(crate) fn without_names(self) -> Profile {
        match self {
            Profile::Default => Profile::Plain,
            other => other,
        }
    }

    /// The word that configuration uses.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Quiet => "quiet",
            Profile::Plain => "plain",
            Profile::Default => "default",
            Profile::Strict => "strict",
        }
    }
}
