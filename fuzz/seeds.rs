//! Writes what the targets start from: a corpus each, and a dictionary, made of the rules' examples.
//!
//! `seeds <directory>`. What a fuzzer has added to the corpus stays.

use std::{fs, io, path::Path};

use hushgate::fuzzing::{TARGETS, dictionary, seeds};
// Everything here is built to be counted, and this is what counts.
use libfuzzer_sys as _;

fn main() -> io::Result<()> {
    let directory =
        std::env::args_os().nth(1).ok_or(io::Error::other("usage: seeds <directory>"))?;
    let directory = Path::new(&directory);
    for target in TARGETS {
        let corpus = directory.join("corpus").join(target);
        fs::create_dir_all(&corpus)?;
        for (number, seed) in seeds(target).into_iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number:04}")), seed)?;
        }
    }
    let quoted = |word: &Vec<u8>| {
        let bytes: String = word.iter().map(|byte| format!("\\x{byte:02X}")).collect();
        format!("\"{bytes}\"\n")
    };
    fs::write(directory.join("dictionary"), dictionary().iter().map(quoted).collect::<String>())
}
