//! What one worker has fetched, as bytes for the others. They go to shared data sealed only.

use zeroize::Zeroizing;

use crate::{
    secret::Secret,
    store::{Fetched, Retry, StoreError},
};

/// The first byte: what is written another way another time has another number.
const FORM: u8 = 1;
/// How long any part may be.
const PART_BYTES_MAX: usize = 65_536;

/// What a fetch gave, and when.
#[derive(Debug)]
pub struct Entry {
    /// When.
    pub fetched_ms: u64,
    /// When a refresh was last forced.
    pub forced_ms: Option<u64>,
    /// In how many milliseconds from then the store itself wants to be asked again.
    pub due_ms: Option<u64>,
    /// What. `lives_ms` counts from `fetched_ms`.
    pub fetched: Result<Fetched, StoreError>,
}

impl Entry {
    /// The bytes of it.
    pub fn write(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Writer(Zeroizing::new(vec![FORM]));
        out.number(self.fetched_ms);
        out.option(self.forced_ms);
        out.option(self.due_ms);
        match &self.fetched {
            Ok(fetched) => {
                out.number(1);
                out.part(fetched.value.expose());
                out.part(fetched.version.as_bytes());
                out.option(fetched.lives_ms);
                let previous = fetched.previous.iter();
                out.number(previous.len() as u64);
                for (version, value) in previous {
                    out.part(version.as_bytes());
                    out.part(value.expose());
                }
                out.option(fetched.hosts.as_ref().map(|hosts| hosts.len() as u64));
                fetched.hosts.iter().flatten().for_each(|host| out.part(host.as_bytes()));
            }
            Err(error) => {
                out.number(0);
                out.part(error.reason().as_bytes());
                out.option(match error.retry() {
                    Retry::Never => None,
                    Retry::Later => Some(0),
                    Retry::AfterMs(ms) => Some(ms.saturating_add(1)),
                });
            }
        }
        out.0
    }

    /// Reads the bytes of one. `None` of anything else.
    pub fn read(bytes: &[u8]) -> Option<Entry> {
        let mut bytes = Reader(bytes.strip_prefix(&[FORM])?);
        let (fetched_ms, forced_ms, due_ms) = (bytes.number()?, bytes.option()?, bytes.option()?);
        let fetched = match bytes.number()? {
            1 => Ok(bytes.fetched()?),
            _ => {
                let reason = std::str::from_utf8(bytes.part()?).ok()?;
                let retry = match bytes.option()? {
                    None => Retry::Never,
                    Some(0) => Retry::Later,
                    Some(ms) => Retry::AfterMs(ms - 1),
                };
                Err(StoreError::shared(reason, retry))
            }
        };
        bytes.0.is_empty().then_some(Entry { fetched_ms, forced_ms, due_ms, fetched })
    }
}

struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn option(&mut self, number: Option<u64>) {
        self.0.push(u8::from(number.is_some()));
        self.number(number.unwrap_or(0));
    }

    fn part(&mut self, part: &[u8]) {
        self.number(part.len() as u64);
        self.0.extend_from_slice(part);
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn fetched(&mut self) -> Option<Fetched> {
        let value = Secret::new(self.part()?.to_vec());
        let version = self.text()?;
        let lives_ms = self.option()?;
        let previous = match self.number()? {
            0 => None,
            _ => Some((self.text()?, Secret::new(self.part()?.to_vec()))),
        };
        let hosts = match self.option()? {
            None => None,
            Some(count) if count > 1_024 => return None,
            Some(count) => Some((0..count).map(|_| self.text()).collect::<Option<_>>()?),
        };
        Some(Fetched { value, version, previous, lives_ms, hosts })
    }

    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn option(&mut self) -> Option<Option<u64>> {
        let (is_some, rest) = self.0.split_first()?;
        self.0 = rest;
        let number = self.number()?;
        Some((*is_some == 1).then_some(number))
    }

    fn part(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok().filter(|len| *len <= PART_BYTES_MAX)?;
        let (part, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(part)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.part()?.to_vec()).ok()
    }
}
