//! What tells one set of rules from another: a digest of their files.

use std::{fs, path::Path};

use sha2::{Digest as _, Sha256};

/// How many hexadecimal digits are enough to tell sets apart.
const DIGITS: usize = 12;

/// The start of the SHA-256 of all rule files, by their names, each with its length before it.
pub(crate) fn of_dir(dir: &Path) -> Result<String, String> {
    let error = |error: std::io::Error| format!("{}: {error}", dir.display());
    let entries = fs::read_dir(dir).map_err(error)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(error)?;
    paths.sort();
    let mut sha = Sha256::new();
    for path in paths {
        let bytes = fs::read(&path).map_err(error)?;
        sha.update((bytes.len() as u64).to_le_bytes());
        sha.update(&bytes);
    }
    let digest: String = sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digest.chars().take(DIGITS).collect())
}
