#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::http::Headers;

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let headers: Headers =
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    Fields::of(&headers)
}

fn header(name: &str, prefix: &str) -> Surface {
    Surface::Header { name: name.into(), prefix: prefix.into() }
}

/// Every surface of the header map, what it makes of a request, and where.
fn cases() -> Vec<(Surface, &'static str, &'static str)> {
    let basic = |secret, other: &str| Surface::Basic { secret, other: other.into() };
    vec![
        (header("authorization", "Bearer "), "authorization", "Bearer k3y-value"),
        (header("x-api-key", ""), "x-api-key", "k3y-value"),
        (basic(Half::Password, "me"), "authorization", "Basic bWU6azN5LXZhbHVl"),
        (basic(Half::User, ""), "authorization", "Basic azN5LXZhbHVlOg=="),
        (Surface::Query { name: "key".into() }, ":path", "/bot0/send?a=1&key=k3y-value&b=2"),
        (Surface::Cookie { name: "sid".into() }, "cookie", "a=1; b=2; sid=k3y-value"),
        (
            Surface::Segment { number: 0, prefix: "bot".into() },
            ":path",
            "/botk3y-value/send?a=1&key=old&b=2&k%65y=2",
        ),
    ]
}

fn request() -> Fields {
    fields(&[
        (":path", "/bot0/send?a=1&key=old&b=2&k%65y=2"),
        ("authorization", "Bearer other"),
        ("authorization", "Basic b3RoZXI6b3RoZXI="),
        ("x-api-key", "other"),
        ("cookie", "a=1; sid=old"),
        ("cookie", "SID=older; b=2"),
    ])
}

#[test]
fn a_surface_is_set_once_however_often_it_is_set() {
    for (surface, name, value) in cases() {
        let mut fields = request();
        for _ in 0..3 {
            surface.set(&mut fields, b"k3y-value").unwrap();
            let values: Vec<_> = fields.all(name).collect();
            assert_eq!(values, [value.as_bytes()], "{}", surface.name());
        }
        assert_eq!(surface.present(&fields, b""), [b"k3y-value".to_vec()], "{}", surface.name());
    }
}

#[test]
fn bodies_are_set_in_place() {
    let json = Surface::Json { pointer: Pointer::parse("/a/key").unwrap(), prefix: "k ".into() };
    let body = br#"{ "n": 1.0000000000000000001, "a": {"key" : "old"} }"#;
    let once = json.set_body(body, b"v\"1").unwrap().unwrap();
    assert_eq!(once, br#"{ "n": 1.0000000000000000001, "a": {"key" : "k v\"1"} }"#);
    assert_eq!(json.set_body(&once, b"v\"1").unwrap().unwrap(), once);
    assert_eq!(json.present(&Fields::default(), &once), [b"v\"1".to_vec()]);
    assert_eq!(json.set_body(b"{}", b"v"), Err(Reason::SurfaceMissing));
    assert_eq!(json.set_body(b"{", b"v"), Err(Reason::BodyNotReadable));

    let form = Surface::Form { name: "key".into() };
    let once = form.set_body(b"a=1&key=old", b"v").unwrap().unwrap();
    assert_eq!(once, b"a=1&key=v");
    assert_eq!(form.set_body(&once, b"v").unwrap().unwrap(), once);
    assert_eq!(form.present(&Fields::default(), &once), [b"v".to_vec()]);
}

#[test]
fn a_segment_must_be_there() {
    let surface = Surface::Segment { number: 5, prefix: String::new() };
    assert_eq!(surface.set(&mut request(), b"v"), Err(Reason::SurfaceMissing));
}

#[test]
fn values_are_checked_by_surface() {
    let json = Surface::Json { pointer: Pointer::parse("/k").unwrap(), prefix: String::new() };
    let form = Surface::Form { name: "k".into() };
    let all: Vec<Surface> = cases().into_iter().map(|it| it.0).chain([json, form]).collect();
    let refused = |value: &[u8]| -> Vec<&str> {
        all.iter().filter(|surface| !surface.takes(value)).map(Surface::name).collect()
    };
    assert!(refused(b"plain-value_1").is_empty());
    assert_eq!(refused(b"").len(), all.len());
    assert_eq!(refused(&[b'a'; 4_097]).len(), all.len());
    assert!(refused(&[b'a'; 4_096]).is_empty());
    assert_eq!(
        refused(b"value\n"),
        ["bearer", "header", "basic", "basic", "cookie", "path_segment"]
    );
    assert_eq!(refused(b" v"), ["bearer", "header", "cookie"]);
    assert_eq!(refused(b"a:b"), ["basic"]);
    assert_eq!(refused(b"a;b"), ["cookie", "path_segment"]);
    assert_eq!(refused(b"a/b"), ["path_segment"]);
    assert_eq!(refused(b"\xff"), ["bearer", "header", "basic", "basic", "cookie", "json_pointer"]);
    let bare = Surface::Segment { number: 0, prefix: String::new() };
    assert!(!bare.takes(b"..") && !bare.takes(b".") && bare.takes(b"..."));
}
