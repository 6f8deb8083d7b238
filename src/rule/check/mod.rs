//! Checksums and structures that credentials carry (`docs/rule-format.md`, "Checks").
//!
//! A check runs on every match of its rule's shapes. It reads the secret and nothing else, takes time linear in it
//! (base58: quadratic in at most 120 bytes), and needs no heap but for JSON.

mod azure;
mod base;
mod bech32;
mod crc32;
mod github;
mod named;
mod password;
mod sealed;
mod structure;

use self::base::Short;
pub(crate) use self::{
    crc32::Encoding,
    named::Named,
    sealed::{Mark, Sealed},
    structure::Base64,
};

/// How a rule's matches are checked.
#[derive(Debug)]
pub(crate) enum Check {
    None,
    /// The last `len` bytes are the CRC-32/IEEE of those before them, without the first `skip` and the last `gap`.
    Crc32 {
        skip: usize,
        encoding: Encoding,
        len: usize,
        gap: usize,
    },
    /// The length of the payload in base36, and the CRC-32 of all before it.
    GitlabRoutable,
    /// Bytes 78 to 85 are base32 of the SHA-256 of the first 77.
    GithubFineGrained,
    /// Six characters at the end are the checksum of a Bech32 string (BIP-173).
    Bech32,
    /// Three characters at the end of an Entra client secret are the start of a Marvin32.
    EntraSecret,
    /// The end of an Azure common annotated security key is the start of a Marvin32, in one of two ways.
    Cask,
    /// The decoded bytes hold their own checksum.
    Sealed(Sealed),
    /// What stands before the first dot is a JSON object with `alg`, in base64url (RFC 7515 §4.1.1); what follows it
    /// says that the token is for anybody, or does not.
    Jwt {
        anon: bool,
    },
    /// The body of a private key, and no `...` in its place.
    Pem,
    /// No word that stands for a password, and not the user's name before it.
    Password,
    /// The same, of Basic credentials.
    Basic,
    /// What a name says is a secret, and looks like one.
    Named(Named),
    /// The secret contains a marker.
    Contains(&'static str),
    /// A part of the secret is base64 of something known.
    Base64(&'static Base64),
    /// The account number in an AWS access key id has at most twelve digits.
    AwsKeyId,
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is no checksum, or none that can be told from here; a structure that is asked for is there.
    Unchecked,
    /// A checksum that is right.
    Holds,
    /// A checksum that is wrong, or a structure that is not there in what is unmistakable otherwise.
    Broken,
    /// A structure that is not there: something else.
    Other,
}

impl Check {
    /// What it says of a secret; `lead` is what the match has before it.
    pub(crate) fn holds(&self, lead: &[u8], secret: &[u8]) -> Outcome {
        match self {
            Check::None => Outcome::Unchecked,
            Check::Crc32 { len, .. } => self.ends(secret, *len),
            Check::GitlabRoutable => self.ends(secret, crc32::ROUTABLE_BYTES),
            Check::Bech32 => self.ends(secret, bech32::CHECKSUM_BYTES),
            Check::GithubFineGrained => self.stands(secret, github::CHECKSUM_AT, 8),
            // The older generation, `7Q~`, has no checksum.
            Check::EntraSecret if !azure::has_entra_checksum(secret) => Outcome::Unchecked,
            Check::EntraSecret => self.ends(secret, azure::ENTRA_CHECKSUM_BYTES),
            Check::Cask => azure::cask(secret),
            Check::Sealed(sealed) => sealed.holds(secret),
            Check::Jwt { anon } => structure::there(structure::jwt(secret) == Some(*anon)),
            Check::Pem => structure::there(structure::is_key_body(secret)),
            Check::Password => password::of_user(lead, secret),
            Check::Basic => password::basic(secret),
            Check::Named(named) => named.holds(lead, secret),
            Check::Contains(text) => structure::there(structure::contains(secret, text.as_bytes())),
            Check::Base64(base64) => base64.holds(secret),
            Check::AwsKeyId => structure::aws_key_id(secret),
        }
    }

    /// Whether nothing but a name says what the value is.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Check::Named(_))
    }

    /// Whether the last `len` bytes are the checksum of those before them.
    fn ends(&self, secret: &[u8], len: usize) -> Outcome {
        self.stands(secret, secret.len().saturating_sub(len), len)
    }

    fn stands(&self, secret: &[u8], at: usize, len: usize) -> Outcome {
        let stated = secret.get(at..at + len);
        let digest = secret.get(..at).and_then(|before| self.digest(before));
        match (digest, stated) {
            (Some(digest), Some(stated)) if digest.as_slice() == stated => Outcome::Holds,
            _ => Outcome::Broken,
        }
    }

    /// The checksum that follows these first bytes of a secret, if the check is one.
    pub(crate) fn digest(&self, before: &[u8]) -> Option<Short> {
        match self {
            Check::Crc32 { skip, encoding, len, gap } => {
                let covered = before.get(*skip..before.len().checked_sub(*gap)?)?;
                Some(encoding.write(crc32fast::hash(covered), *len))
            }
            Check::GitlabRoutable => crc32::routable(before),
            Check::GithubFineGrained => Some(github::digest(before)),
            Check::Bech32 => bech32::digest(before),
            Check::EntraSecret => Some(azure::entra_digest(before)),
            _ => None,
        }
    }

    /// Rewrites a secret so that its checksum holds, where the checksum is not a text of its own: for examples.
    pub(crate) fn seal(&self, secret: &mut [u8]) -> Option<()> {
        match self {
            Check::Cask => azure::seal_cask(secret),
            Check::Sealed(sealed) => sealed.seal(secret),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
