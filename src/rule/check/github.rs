//! GitHub's fine-grained tokens: a SHA-256 in base32 within the token.

use sha2::{Digest, Sha256};

use super::base::{Code, Short};

/// How many bytes stand before the checksum: all that it covers. Eight bytes after it are covered by nothing.
pub(super) const CHECKSUM_AT: usize = 77;

pub(super) fn digest(before: &[u8]) -> Short {
    Code::Base32.text(&Sha256::digest(before), 8)
}
