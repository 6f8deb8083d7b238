//! Profiles: how much is looked for.

use super::Confidence;

/// How much is looked for, from the fewest false alarms to the fewest misses.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// What its shape alone makes certain.
    Quiet,
    /// That, and what is likely by its shape and what stands around it.
    #[default]
    Default,
    /// That, and what a name beside it makes possible, wherever it stands.
    Strict,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 3] = [Profile::Quiet, Profile::Default, Profile::Strict];

    /// The least confidence of what is told.
    pub(crate) fn confidence_min(self) -> Confidence {
        match self {
            Profile::Quiet => Confidence::Certain,
            Profile::Default => Confidence::Likely,
            Profile::Strict => Confidence::Possible,
        }
    }

    /// The word that configuration uses.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Quiet => "quiet",
            Profile::Default => "default",
            Profile::Strict => "strict",
        }
    }
}
