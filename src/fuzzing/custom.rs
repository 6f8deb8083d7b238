//! The laws of a stream with a rule and a value of a configuration, whatever these are.

use std::rc::Rc;

use super::{input::Header, laws::assert_stream};
use crate::{
    custom::{CustomRules, Definition},
    finders::Finders,
    fingerprint::Fingerprinter,
    known::{KnownFingerprint, KnownValues, NEEDLE, PLACEHOLDER, VALUE_BYTES},
    secret::Secret,
    stream::Limits,
};

/// How long a pattern may be here: what is to be tried is the search, and long patterns take long to compile.
const PATTERN_BYTES_MAX: usize = 80;

/// Behind the header: a pattern, a line break, a value, a line break, and the text.
pub fn custom(data: &[u8]) {
    let (header, text) = Header::split(data);
    let mut fields = text.splitn(3, |byte| *byte == b'\n');
    let mut next = || fields.next().unwrap_or_default();
    let (pattern, value, text) = (next(), next(), next());
    let (rules, known_values) = (rules(header, pattern), known(header, value));
    let (needles, needles_alone) = (needles(header, value), header.choice & 64 != 0);
    let profile = header.profile();
    let finders = Finders { profile, rules, known_values, needles, needles_alone };
    // As a configuration is checked: the longest match can wait.
    let longest = [
        finders.rules.as_ref().map_or(0, |rules| rules.length_max()),
        finders.known_values.as_ref().map_or(0, |known| known.length_max()),
        finders.needles.as_ref().map_or(0, |needles| needles.length_max()),
    ];
    let Limits { tail_bytes_max, open_bytes_max } = header.limits();
    let tail_bytes_max = longest.into_iter().fold(tail_bytes_max, usize::max);
    assert_stream(header, text, Limits { tail_bytes_max, open_bytes_max }, &finders);
}

/// The pattern's rule and one more, so that they meet. Their names are always the same: those live for ever.
fn rules(header: Header, pattern: &[u8]) -> Option<Rc<CustomRules>> {
    let pattern = std::str::from_utf8(pattern.get(..PATTERN_BYTES_MAX).unwrap_or(pattern)).ok()?;
    let length_max = match header.choice & 3 {
        0 => 16,
        1 => 40,
        2 => 512,
        _ => 4_096,
    };
    let keywords = if header.choice & 4 == 0 { Vec::new() } else { vec!["e".to_owned()] };
    let definitions = vec![
        Definition {
            id: "fuzz.pattern".to_owned(),
            pattern: pattern.to_owned(),
            length_max,
            keywords,
            ..Definition::default()
        },
        Definition {
            id: "fuzz.fixed".to_owned(),
            pattern: r"\bfixed_[a-z0-9]{8,20}\b".to_owned(),
            length_max: 40,
            ..Definition::default()
        },
    ];
    CustomRules::new(definitions).ok().map(Rc::new)
}

/// The value, given as it is or by its fingerprint.
fn known(header: Header, value: &[u8]) -> Option<Rc<KnownValues>> {
    let fingerprinter = Fingerprinter::new(b"a key of the fuzz targets").ok().map(Rc::new)?;
    let (mut values, mut fingerprints) = (Vec::new(), Vec::new());
    if header.choice & 8 == 0 {
        // One that goes on where the other ends.
        let longer = [value, b"-and-more"].concat();
        values = vec![Secret::new(value.to_vec()), Secret::new(longer)];
    } else {
        let fingerprint = fingerprinter.of(value).to_string();
        let of_len = format!("{fingerprint}:{}", value.len());
        let text = if header.choice & 16 == 0 { fingerprint } else { of_len };
        fingerprints.push(KnownFingerprint::parse(&text).ok()?);
    }
    KnownValues::new(values, fingerprints, Some(fingerprinter)).ok().map(Rc::new)
}

/// What is injected, for half of all headers: a part of the value, so that both meet, and what goes on beyond it.
fn needles(header: Header, value: &[u8]) -> Option<Rc<KnownValues>> {
    let is_there = header.choice & 32 != 0 && value.len() >= *VALUE_BYTES.start();
    let part = Secret::new(value.get(1..).unwrap_or_default().to_vec());
    let longer = Secret::new([value, b"-and-on"].concat());
    let values = vec![(part, &NEEDLE), (longer, &PLACEHOLDER)];
    is_there.then(|| KnownValues::needles(values)).flatten().map(Rc::new)
}
