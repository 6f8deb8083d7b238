//! Writes benchmark input to standard output: `corpus KIND BYTES`.
//!
//! KIND is a kind of clean traffic (`json`, `html`, `logs`, `js`), a hostile input's name, or
//! `json-document` for one valid JSON document of exactly BYTES bytes.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use hushgate_bench::corpus::{self, Kind};
use hushgate_bench::hostile::HOSTILE;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let made = match arguments.as_slice() {
        [kind, len] => len.parse().ok().and_then(|len| input(kind, len)),
        _ => None,
    };
    let Some(bytes) = made else {
        eprintln!("usage: corpus KIND BYTES");
        return ExitCode::from(2);
    };
    match io::stdout().write_all(&bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn input(name: &str, len: usize) -> Option<Vec<u8>> {
    if name == "json-document" {
        return Some(corpus::json_document(len));
    }
    let clean = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    let hostile = HOSTILE.iter().find(|hostile| hostile.name == name);
    match (clean, hostile) {
        (Some(kind), _) => Some(corpus::generate(kind, len)),
        (None, Some(hostile)) => Some(hostile.generate(len)),
        (None, None) => None,
    }
}
