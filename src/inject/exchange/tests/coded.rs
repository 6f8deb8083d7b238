//! Echoes in answers that are in a content coding.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{answer::through, *};
use crate::{
    Bounds,
    coding::{Coding, Codings, testing},
};

const CODINGS: [(Coding, &str); 4] = [
    (Coding::Gzip, "gzip"),
    (Coding::Deflate, "deflate"),
    (Coding::Brotli, "br"),
    (Coding::Zstd, "zstd"),
];

#[test]
fn an_echo_in_a_coding_is_redacted() {
    let text = format!("{{\"echo\": \"{KEY}\"}}");
    for (coding, name) in CODINGS {
        let codings = Codings::from([coding]);
        let coded = testing::packed(codings, text.as_bytes());
        for cut in 1..coded.len() {
            let mut rig = Rig::warm(json!({}), json!({}));
            rig.request(&[]);
            let step = rig.answer(&[("content-encoding", name)], false);
            assert_eq!(step.flow, InjectFlow::Continue);
            let out = through(&mut rig, &[&coded[..cut], &coded[cut..]]);
            let out = testing::unpacked(codings, &[&out], Bounds::default()).unwrap();
            let shown = String::from_utf8_lossy(&out);
            assert!(
                out.len() == text.len() && !shown.contains(KEY),
                "{name} cut at {cut}: {shown}"
            );
            assert!(rig.told().contains("hushgate echo place=body credential=stripe version=1"));
        }
    }
}

/// A short answer is held with its headers, which then say how long it has become.
#[test]
fn a_held_echo_keeps_a_length() {
    let text = format!("{{\"echo\": \"{KEY}\"}}");
    for (coding, name) in CODINGS {
        let coded = testing::packed(Codings::from([coding]), text.as_bytes());
        let length = coded.len().to_string();
        let headers = [("content-encoding", name), ("content-length", length.as_str())];
        let mut rig = Rig::warm(json!({}), json!({"hold_headers": true}));
        rig.request(&[]);
        assert_eq!(rig.answer(&headers, false).flow, InjectFlow::Pause);
        let step = rig.body(Direction::Response, &coded, false);
        let edit = step.headers.iter().find(|edit| edit.name == b"content-length").unwrap();
        let body = step.body.unwrap();
        assert_eq!(edit.values, [body.len().to_string().into_bytes()], "{name}");
        let out = testing::unpacked(Codings::from([coding]), &[&body], Bounds::default()).unwrap();
        assert!(!String::from_utf8_lossy(&out).contains(KEY), "{name}");
    }
}
