//! Forms of several parts: what stands between two boundaries is looked through, its headers and its content alike.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{super::*, REDACT, Rig, github, secret};

const POST: &[(&str, &str)] = &[
    (":method", "POST"),
    (":path", "/upload"),
    (":authority", "app.example"),
    ("content-type", "multipart/form-data; boundary=b"),
];

/// Every place of a part, with every cut: boundaries stay, and so does the length.
#[test]
fn secrets_in_parts_are_found_wherever_they_stand() {
    let (pat, key) = (github(), secret("gitlab.pat", "glpat-{b64url:20}"));
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"{pat}\"\r\n\r\na\r\n\
         --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{pat}.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{pat}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"g\"\r\n\r\n{key}\r\n--b--\r\n"
    );
    let label = |text: &str, id: &str| format!("{:*<1$}", format!("[REDACTED:{id}]"), text.len());
    let expected =
        body.replace(&pat, &label(&pat, "github.pat")).replace(&key, &label(&key, "gitlab.pat"));
    let length = body.len().to_string();
    let headers = [POST, &[("content-length", length.as_str())]].concat();
    for at in 1..body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        let mut rig = Rig::new(REDACT, Role::Inbound);
        let sent = rig.send(Direction::Request, &headers, &[first, second], &[]);
        assert_eq!(sent.text(), expected, "cut at {at}");
        assert_eq!(rig.actions().len(), 4, "cut at {at}");
    }
}

/// One part with a secret refuses the whole form, before any of it has gone on.
#[test]
fn a_part_that_blocks_refuses_the_form() {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{}\"\r\n\r\na\r\n--b--\r\n",
        github()
    );
    let json = r#"{"requests": "block", "hold_headers": true}"#;
    for at in 1..body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        let mut rig = Rig::new(json, Role::Inbound);
        let sent = rig.send(Direction::Request, POST, &[first, second], &[]);
        let blocked = Some(Refusal::Blocked(Direction::Request));
        assert_eq!((sent.refused, sent.body.len()), (blocked, 0), "cut at {at}");
    }
}
