//! What `hushgate check` knows beside the engine.

pub(crate) mod configs;
pub(crate) mod effective;
pub(crate) mod envoy;
pub(crate) mod locate;
pub(crate) mod yaml;
