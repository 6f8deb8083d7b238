//! Where bytes to scan come from.

pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod history;
pub(crate) mod patch;

use crate::{failure::Failure, hit::Report};

/// What a source tells while it goes through what there is.
pub(crate) enum Told {
    /// What was found in a file.
    Found(Report),
    /// What could not be read, and why.
    Skipped(String),
}

/// Takes what a source tells, one after the other.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(Told) -> Result<(), Failure>;
