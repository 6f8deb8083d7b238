//! Policies: what else is done where. The first that fits wins.

use std::{rc::Rc, sync::Mutex, sync::PoisonError};

use super::{
    condition::Condition,
    facts::{Asks, Seen},
};
use crate::{config::Config, http::Headers};

/// How many policies there may be: one bit each.
pub const POLICIES_MAX: usize = 64;

/// A condition, and what is done where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What records call it.
    pub name: &'static str,
    /// Where it applies.
    pub condition: Condition,
    /// The same as the configuration states it, for people.
    pub stated: String,
    /// What is done there: the configuration as a whole, with what the policy changes of it.
    pub config: Rc<Config>,
}

/// All policies, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    list: Vec<Policy>,
    asks: Asks,
}

/// The policies that fit a request, of which each may still ask for the response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fitting(u64);

impl Policies {
    /// Of more than [`POLICIES_MAX`] the others never fit.
    pub fn new(list: Vec<Policy>) -> Policies {
        let asks = list.iter().fold(Asks::default(), |asks, it| asks.and(it.condition.asks()));
        Policies { list, asks }
    }

    /// The policies.
    pub fn list(&self) -> &[Policy] {
        &self.list
    }

    /// Which facts they ask for.
    pub fn asks(&self) -> Asks {
        self.asks
    }

    /// Those that fit a request, as far as it tells.
    pub(crate) fn fitting(&self, seen: &Seen<'_>) -> Fitting {
        let all = self.list.iter().take(POLICIES_MAX).enumerate();
        let fitting = all.filter(|(_, it)| it.condition.fits_request(seen));
        Fitting(fitting.fold(0, |bits, (place, _)| bits | 1 << place))
    }

    /// Of those that fit, each in its order.
    pub(crate) fn of(&self, fitting: Fitting) -> impl Iterator<Item = &Policy> {
        let is_fitting =
            move |place: usize| fitting.0.checked_shr(place as u32).unwrap_or(0) & 1 == 1;
        self.list.iter().enumerate().filter(move |(place, _)| is_fitting(*place)).map(|(_, it)| it)
    }

    /// The one for the request: the first of which the request tells all.
    pub(crate) fn for_request(&self, fitting: Fitting) -> Option<&Policy> {
        self.of(fitting).find(|it| !it.condition.asks_response())
    }

    /// The one for the response.
    pub(crate) fn for_response(&self, fitting: Fitting, headers: &Headers) -> Option<&Policy> {
        self.of(fitting).find(|it| it.condition.fits_response(headers))
    }
}

/// How many distinct names a process may have met.
const NAMES_MAX: usize = 4_096;

static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// A name that lives as long as the process, so that records share it without counting references.
///
/// That is no leak which grows: each distinct name is kept once, however often a configuration is read again.
///
/// # Errors
/// The reason, without the text.
pub(crate) fn name(text: &str) -> Result<&'static str, &'static str> {
    let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    if !(1..=64).contains(&text.len()) || !text.bytes().all(is_good) {
        return Err("want 1 to 64 of a-z, 0-9, _ and -");
    }
    // A list of references that a panic elsewhere left behind is still one.
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = names.iter().find(|name| **name == text) {
        return Ok(name);
    }
    if names.len() >= NAMES_MAX {
        return Err("too many distinct names since the process has started");
    }
    let name: &'static str = text.to_owned().leak();
    names.push(name);
    Ok(name)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_are_kept_once() {
        let first = name("kept-once").unwrap();
        assert!(std::ptr::eq(name("kept-once").unwrap(), first));
        for bad in ["", "Upper", "a b", "a.b", &"x".repeat(65)] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert!(name(&"x".repeat(64)).is_ok());
    }
}
