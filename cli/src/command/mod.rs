//! The commands, one a file.

pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod redact;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod scrub_help;
