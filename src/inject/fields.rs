//! A header map that is worked on, and what changed in it.

use std::rc::Rc;

use crate::http::{HeaderEdit, Headers};

/// Names and values in their order.
///
/// A request's map is there several times: as it came, stripped, with the credential, as it may be logged. They share the
/// bytes that came, so that a copy costs no more than a list of places.
#[derive(Default, Clone)]
pub(crate) struct Fields {
    came: Rc<Headers>,
    pairs: Vec<Pair>,
}

/// A name with its value.
#[derive(Clone)]
enum Pair {
    /// As it came, in that place. Those of one list stand in the order of their places.
    Came(usize),
    New(Vec<u8>, Vec<u8>),
}

impl Pair {
    fn parts<'a>(&'a self, came: &'a Headers) -> (&'a [u8], &'a [u8]) {
        match self {
            Pair::Came(place) => came.pair(*place).unwrap_or_default(),
            Pair::New(name, value) => (name, value),
        }
    }
}

impl Fields {
    pub(crate) fn of(headers: &Headers) -> Fields {
        Fields {
            pairs: (0..headers.len()).map(Pair::Came).collect(),
            came: Rc::new(headers.clone()),
        }
    }

    /// As the rest of the engine takes it.
    pub(crate) fn headers(&self) -> Headers {
        self.iter().collect()
    }

    /// Each name with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.pairs.iter().map(|pair| pair.parts(&self.came))
    }

    pub(crate) fn first(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.of_name(name.as_bytes())
    }

    fn of_name<'a>(&'a self, name: &[u8]) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Keeps what the condition holds for.
    pub(crate) fn retain(&mut self, keep: impl Fn(&[u8]) -> bool) {
        self.pairs.retain(|pair| keep(pair.parts(&self.came).0));
    }

    /// Makes this the only value of the name, where its first one stands.
    pub(crate) fn set(&mut self, name: &str, value: Vec<u8>) {
        self.apply(&HeaderEdit { name: name.as_bytes().to_vec(), values: vec![value] });
    }

    /// Makes this the value in that place, whatever its name.
    pub(crate) fn replace(&mut self, place: usize, value: Vec<u8>) {
        if let Some(pair) = self.pairs.get_mut(place) {
            *pair = Pair::New(pair.parts(&self.came).0.to_vec(), value);
        }
    }

    /// Makes these the values of the name, from where its first one stands.
    pub(crate) fn apply(&mut self, edit: &HeaderEdit) {
        let is_it = |pair: &Pair| pair.parts(&self.came).0 == edit.name;
        let at = self.pairs.iter().position(is_it).unwrap_or(self.pairs.len());
        self.pairs.retain(|pair| !is_it(pair));
        let new = edit.values.iter().map(|value| Pair::New(edit.name.clone(), value.clone()));
        self.pairs.splice(at..at, new);
    }

    /// What a proxy that has `before` has to change.
    pub(crate) fn edits_from(&self, before: &Fields) -> Vec<HeaderEdit> {
        let mut edits: Vec<HeaderEdit> = Vec::new();
        for name in before.not_in(self).chain(self.not_in(before)) {
            let is_told = edits.iter().any(|edit| edit.name == name);
            if !is_told && !before.of_name(name).eq(self.of_name(name)) {
                let values = self.of_name(name).map(<[u8]>::to_vec).collect();
                edits.push(HeaderEdit { name: name.to_vec(), values });
            }
        }
        edits
    }

    /// The names of the pairs that are not as they came in both: no other name can have other values in them.
    fn not_in<'a>(&'a self, other: &Fields) -> impl Iterator<Item = &'a [u8]> {
        let mut is_kept = vec![false; self.came.len()];
        if Rc::ptr_eq(&self.came, &other.came) {
            for pair in &other.pairs {
                if let Pair::Came(place) = pair
                    && let Some(kept) = is_kept.get_mut(*place)
                {
                    *kept = true;
                }
            }
        }
        let is_both = move |pair: &&Pair| match pair {
            Pair::Came(place) => is_kept.get(*place) == Some(&true),
            Pair::New(..) => false,
        };
        self.pairs.iter().filter(move |pair| !is_both(pair)).map(|pair| pair.parts(&self.came).0)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let headers: Headers = [(&b"a"[..], &b"1"[..]), (b"b", b"2"), (b"a", b"3"), (b"c", b"4")]
            .into_iter()
            .collect();
        let before = Fields::of(&headers);
        let mut after = before.clone();
        assert!(after.edits_from(&before).is_empty());
        after.set("a", b"5".to_vec());
        after.set("d", b"6".to_vec());
        after.retain(|name| name != b"c");
        let edits: Vec<_> =
            after.edits_from(&before).into_iter().map(|edit| (edit.name, edit.values)).collect();
        let expected: [(&[u8], Vec<Vec<u8>>); 3] =
            [(b"a", vec![b"5".to_vec()]), (b"c", vec![]), (b"d", vec![b"6".to_vec()])];
        assert_eq!(edits.len(), 3);
        for (edit, (name, values)) in edits.iter().zip(expected) {
            assert_eq!((edit.0.as_slice(), &edit.1), (name, &values));
        }
        assert_eq!(after.first("b"), Some(&b"2"[..]));
    }

    #[test]
    fn what_was_changed_back_is_not_told() {
        let headers: Headers = [(&b"a"[..], &b"1"[..]), (b"b", b"2")].into_iter().collect();
        let before = Fields::of(&headers);
        let mut after = before.clone();
        after.set("a", b"1".to_vec());
        assert!(after.edits_from(&before).is_empty());
        // A map of its own with the same pairs is the same.
        assert!(Fields::of(&headers).edits_from(&before).is_empty());
        // Both were worked on.
        let mut other = before.clone();
        other.set("c", b"3".to_vec());
        assert!(after.edits_from(&after.clone()).is_empty());
        let edits = after.edits_from(&other);
        assert!(edits.len() == 1 && edits[0].name == b"c" && edits[0].values.is_empty());
    }

    #[test]
    fn one_of_several_values_is_replaced() {
        let headers: Headers =
            [(&b"a"[..], &b"1"[..]), (b"b", b"2"), (b"a", b"3")].into_iter().collect();
        let before = Fields::of(&headers);
        let mut after = before.clone();
        after.replace(2, b"4".to_vec());
        after.replace(9, b"5".to_vec());
        let edits = after.edits_from(&before);
        assert!(edits.len() == 1 && edits[0].name == b"a");
        assert_eq!(edits[0].values, [b"1".to_vec(), b"4".to_vec()]);
    }
}
