//! Turns the rule files into tables: `src/rule/builtin/*.toml` to `$OUT_DIR/builtin.rs`.
//!
//! A rule file that says something wrong stops the build with the file, the rule and the reason.

// A panic here stops a build, not a proxy.
#![allow(clippy::indexing_slicing)]

#[path = "build/buckets.rs"]
mod buckets;
#[path = "build/check.rs"]
mod check;
#[path = "build/digest.rs"]
mod digest;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/family.rs"]
mod family;
#[path = "build/frequency.rs"]
mod frequency;
#[path = "build/shape.rs"]
mod shape;
#[path = "build/slots.rs"]
mod slots;
#[path = "build/source.rs"]
mod source;
#[path = "build/trigger.rs"]
mod trigger;

use std::{env, fs, path::Path, process::ExitCode};

const RULES_DIR: &str = "src/rule/builtin";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={RULES_DIR}");
    println!("cargo::rerun-if-changed=build");
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    println!("cargo::rustc-env=HUSHGATE_RULES_DIGEST={}", digest::of_dir(Path::new(RULES_DIR))?);
    let rules = source::read_dir(Path::new(RULES_DIR))?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let path = Path::new(&out).join("builtin.rs");
    fs::write(&path, emit::tables(&rules)?).map_err(|error| error.to_string())
}
