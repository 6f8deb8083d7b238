//! Each error, as AWS documents it (`simulated`) or as moto answers; moto itself: `tests/vault`.

use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::store::{
    Retry, Want,
    rig::{FAILED, Recorded, Rig},
};

const SECRET: Recorded<'_> = (
    200,
    &[],
    r#"{"ARN":"arn","Name":"s","VersionId":"v2","VersionStages":["AWSCURRENT"],"SecretString":"planted"}"#,
);

fn store() -> Value {
    json!({"kind": "aws_secrets_manager", "cluster": "aws", "region": "eu-central-1",
        "access_key_id_env": "ID", "secret_access_key_env": "SECRET", "session_token_env": "SESSION"})
}

fn rig() -> Rig {
    Rig::new(store(), json!({"secret_id": "prod/stripe"}))
}

#[test]
fn the_request() {
    let mut rig = rig();
    let fetched = rig.play(&[SECRET]).unwrap();
    assert_eq!((fetched.value.expose(), &*fetched.version), (&b"planted"[..], "v2"));
    let request = &rig.requests[0];
    assert_eq!((request.method, &*request.path), ("POST", "/"));
    let body = br#"{"SecretId":"prod/stripe","VersionStage":"AWSCURRENT"}"#;
    assert_eq!(request.body.expose(), body);
    assert_eq!(rig.client.config().authority, "secretsmanager.eu-central-1.amazonaws.com");
    assert_eq!(rig.sent("content-type"), ["application/x-amz-json-1.1"]);
    assert_eq!(rig.sent("x-amz-target"), ["secretsmanager.GetSecretValue"]);
    assert_eq!(rig.sent("x-amz-date"), ["20261124T121202Z"]);
    assert_eq!(rig.sent("x-amz-security-token"), ["session"]);
    let authorization = rig.sent("authorization")[0];
    let start = "AWS4-HMAC-SHA256 Credential=id/20261124/eu-central-1/secretsmanager/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=";
    assert!(authorization.starts_with(start), "{authorization}");
    assert!(rig.sent("host").is_empty(), "the authority is the caller's");
}

#[test]
fn what_it_can_answer() {
    let cases: &[(&str, u16, &str, Retry)] = &[
        ("ResourceNotFoundException", 400, "not_found", Retry::Never),
        ("com.amazonaws.secretsmanager#ResourceNotFoundException", 400, "not_found", Retry::Never),
        ("ResourceNotFoundException", 404, "not_found", Retry::Never),
        ("AccessDeniedException", 400, "forbidden", Retry::Never),
        ("UnrecognizedClientException", 400, "login_refused", Retry::Never),
        ("InvalidSignatureException", 400, "login_refused", Retry::Never),
        ("ExpiredTokenException", 400, "token_refused", Retry::Never),
        ("RequestTimeTooSkewed", 403, "clock_skew", Retry::Later),
        ("InvalidRequestException", 400, "version_deleted", Retry::Never),
        ("ThrottlingException", 400, "rate_limited", Retry::Later),
        ("DecryptionFailure", 400, "forbidden", Retry::Never),
        ("InternalServiceError", 500, "unavailable", Retry::Later),
        ("ValidationException", 400, "bad_request", Retry::Never),
        ("Unheard", 403, "forbidden", Retry::Never),
        ("Unheard", 429, "rate_limited", Retry::Later),
        ("Unheard", 503, "unavailable", Retry::Later),
        ("Unheard", 301, "redirected", Retry::Later),
        ("Unheard", 204, "bad_answer", Retry::Later),
    ];
    for (name, status, word, retry) in cases {
        let body = json!({"__type": name, "Message": "planted"}).to_string();
        assert_eq!(rig().fails(&[(*status, &[], &body)]), (*word, *retry), "{name} {status}");
    }
    for key in ["message", "Message"] {
        let late = json!({"__type": "InvalidSignatureException", (key): "Signature expired: 1 is now earlier than 2"});
        assert_eq!(rig().fails(&[(400, &[], &late.to_string())]).0, "clock_skew");
    }
    assert_eq!(rig().fails(&[FAILED]), ("unreachable", Retry::Later));
    for body in ["", "{}", r#"{"VersionId":"v"}"#, r#"{"VersionId":"v","SecretBinary":"%"}"#] {
        assert_eq!(rig().fails(&[(200, &[], body)]), ("bad_answer", Retry::Later), "{body}");
    }
    let long = " ".repeat(crate::store::http::ANSWER_BYTES_MAX + 1);
    assert_eq!(rig().fails(&[(200, &[], &long)]), ("answer_too_long", Retry::Never));
}

#[test]
fn the_version_before_is_a_courtesy() {
    let mut rig = rig();
    rig.want = Want::WithPrevious;
    let before = SECRET.2.replace("planted", "older").replace("v2", "v1");
    let (version, value) = rig.play(&[SECRET, (200, &[], &before)]).unwrap().previous.unwrap();
    assert_eq!((version.as_str(), value.expose()), ("v1", &b"older"[..]));
    assert!(rig.requests[1].body.expose().ends_with(br#""AWSPREVIOUS"}"#));
    for answer in [SECRET, FAILED, (400, &[], r#"{"__type":"ResourceNotFoundException"}"#)] {
        let fetched = rig.play(&[SECRET, answer]).unwrap();
        assert!(fetched.previous.is_none());
        assert_eq!(fetched.value.expose(), b"planted");
    }
}
