//! The laws of views: base64, hexadecimal, UTF-16.

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{input::Header, laws::Kept};
use crate::{
    finders::Finders,
    rule::Profile,
    stream::{Limits, Redactor},
    view::{
        Kind, UNTAKEN_BYTES_MAX, View,
        basic::mask_password,
        gate::{self, Gate},
    },
};

/// How many bytes a gate looks at, and more.
const GATE_BYTES: usize = 40;

/// Any bytes as base64 of every alignment, and as Basic credentials.
pub fn base64(data: &[u8]) {
    let (header, text) = Header::split(data);
    assert_view(Kind::Base64 { phase: header.choice & 3 }, header, &text);
    assert_gate(gate::base64, &text);
    assert_gate(gate::run, &text);
    if let Some(first) = text.first_chunk() {
        let is_encoded = matches!(gate::run(&text, true), Gate::Yes(_));
        assert!(!is_encoded || gate::may_be_encoded(*first), "the first look misses it");
    }
    if let Some(masked) = mask_password(&text) {
        assert_eq!(masked.len(), text.len(), "a password is as long as its mask");
        assert!(mask_password(&masked).as_ref() == Some(&masked), "a mask is masked further");
    }
}

/// Any bytes as hexadecimal digits.
pub fn hex(data: &[u8]) {
    let (header, text) = Header::split(data);
    assert_view(Kind::Hex, header, &text);
    assert_gate(gate::hex, &text);
}

/// Any bytes as UTF-16 of either order.
pub fn utf16(data: &[u8]) {
    let (header, text) = Header::split(data);
    let kind = if header.choice & 1 == 0 { Kind::Utf16Le } else { Kind::Utf16Be };
    assert_view(kind, header, &text);
    assert_gate(gate::utf16, &text);
}

/// More bytes change no answer but [`Gate::Short`], and that is not given for long.
fn assert_gate(gate: impl Fn(&[u8], bool) -> Gate, text: &[u8]) {
    let mut decided = None;
    for len in 0..=text.len().min(2 * GATE_BYTES) {
        let seen = text.get(..len).unwrap_or_default();
        let says = gate(seen, false);
        match (decided, says) {
            (None, Gate::Short) => assert!(len < GATE_BYTES, "{len} bytes wait"),
            (None, _) => decided = Some(says),
            (Some(decided), _) => assert_eq!(decided, says, "with {len} bytes"),
        }
        let last = gate(seen, true);
        assert_ne!(last, Gate::Short, "nothing follows {len} bytes");
        assert!(says == Gate::Short || says == last, "{says:?} is {last:?} at the end");
    }
}

/// The laws of a region.
fn assert_view(kind: Kind, header: Header, text: &[u8]) {
    let (whole, len) = view(kind, text, &[]);
    let region = text.get(..len).unwrap_or_default();
    whole.assert_is_of(region);
    for places in header.cuttings(text.len()) {
        let (other, other_len) = view(kind, text, &places);
        assert_eq!(other_len, len, "{kind:?}: the region ends elsewhere");
        whole.assert_same(&other, &places);
    }
    if let (Some(old), Some(new)) = (decoded(kind, region), decoded(kind, &whole.out)) {
        let mut expected = Kept::default();
        let mut inner = strict();
        inner.write(&old, &mut expected);
        inner.finish(&mut expected);
        assert!(new == expected.out, "{kind:?}: it stands for another text: {expected:?}");
    }
}

/// What looks for all there is.
fn strict() -> Redactor {
    let finders = Finders { profile: Profile::Strict, ..Finders::default() };
    Redactor::with(Limits::default(), finders)
}

/// Redacts a region as a caller does: what is not taken is shown again. Says how long the region is.
fn view(kind: Kind, text: &[u8], places: &[usize]) -> (Kept, usize) {
    let mut kept = Kept::default();
    let mut view = View::new(kind, 0, strict());
    let mut len = 0;
    for end in places.iter().copied().chain([text.len()]) {
        let shown = text.get(len..end).unwrap_or_default();
        let taken = view.write(shown, end == text.len(), &mut kept);
        len += taken.len;
        assert_eq!(kept.out.len() + view.tail_len(), len, "{kind:?}: what is not sent waits");
        if taken.is_over {
            break;
        }
        let left = shown.len().saturating_sub(taken.len);
        assert!(left <= UNTAKEN_BYTES_MAX, "{kind:?}: {left} bytes are not taken");
    }
    view.finish(&mut kept);
    assert_eq!(kept.out.len(), len, "{kind:?}: the length is another");
    (kept, len)
}

/// What a region stands for, as others read it; `None` where it has lines or escapes.
fn decoded(kind: Kind, region: &[u8]) -> Option<Vec<u8>> {
    let pairs =
        |of: fn([u8; 2]) -> Option<u8>| region.as_chunks().0.iter().map(|p| of(*p)).collect();
    match kind {
        Kind::Hex => pairs(|pair| {
            let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
            u8::try_from(high? << 4 | low?).ok()
        }),
        Kind::Utf16Le => pairs(|[byte, _]| Some(byte)),
        Kind::Utf16Be => pairs(|[_, byte]| Some(byte)),
        Kind::Base64 { phase } => {
            let (others, groups) = region.split_at_checked(phase.into())?;
            // The characters before the groups may be escaped as well: then there are more bytes of them.
            if others.iter().any(|byte| !byte.is_ascii_alphanumeric() && !b"+/-_".contains(byte)) {
                return None;
            }
            let end = groups.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
            let is_url = groups.iter().any(|byte| matches!(byte, b'-' | b'_'));
            let config = GeneralPurposeConfig::new()
                .with_decode_allow_trailing_bits(true)
                .with_decode_padding_mode(DecodePaddingMode::RequireNone);
            let alphabet = if is_url { &URL_SAFE } else { &STANDARD };
            GeneralPurpose::new(alphabet, config).decode(groups.get(..end)?).ok()
        }
    }
}
