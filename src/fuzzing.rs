//! What the fuzz targets assert: the laws of the engine, of any bytes. Each target is one line that calls one of these.
//!
//! An input begins with a header ([`input::Header`]) that chooses the cuts and the limits; the text follows. So the
//! fuzzer moves cuts as it moves bytes. A failure panics, and says places and rules, and no byte of the text.
//!
//! No part of the API: the `fuzzing` feature is for `fuzz/` alone.

mod coding;
mod config;
mod custom;
mod escape;
mod input;
mod laws;
mod seeds;
mod views;

pub use self::{
    coding::coding,
    config::config,
    custom::custom,
    escape::escape,
    laws::stream,
    seeds::{TARGETS, dictionary, seeds},
    views::{base64, hex, utf16},
};
