//! A day in production with `{}`: what people really send passes, and works.

use std::sync::LazyLock;

use hushgate_test_e2e::{
    Config, Rig, chunk, request_head,
    secrets::{self, Planted, assert_redacted, noise},
    upstream::{chunked, last_chunk, with_length},
};

/// In front of a service: responses are redacted, requests reported.
static INBOUND: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::plugin("{}")));
/// In front of the world: a certain finding in a request is blocked, all else reported.
static OUTBOUND: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::plugin("{}").outbound()));
/// Requests rewritten, by explicit choice.
static REDACT: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::shipped()));

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
const JSON: (&str, &str) = ("content-type", "application/json");

/// A request and its answer: the upstream's view and the client's.
struct Exchange<'a> {
    case: &'a str,
    method: &'a str,
    target: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
    status: &'a str,
    reply_headers: Vec<(&'a str, &'a str)>,
    reply: &'a [u8],
}

impl Exchange<'_> {
    /// Sends it through an Envoy, and asserts that nothing changed on the way, either way.
    fn passes(&self, rig: &Rig) {
        let case = self.case;
        rig.upstream.reply(case, with_length(self.status, &self.reply_headers, self.reply));
        let mut client = rig.client();
        let (target, headers) = (self.target, &self.headers);
        let response = client.send_body(self.method, case, target, headers, self.body);
        let status: u16 = self.status[..3].parse().expect("a status");
        assert_eq!(response.status(), status, "{case}: {}", response.text());
        assert!(response.body == self.reply, "{case}: the response changed");
        for (name, value) in &self.reply_headers {
            let there = response.head.values(name).contains(&value.as_bytes().to_vec());
            assert!(there, "{case}: response header {name}");
        }
        let arrived = rig.upstream.request(case);
        assert_eq!(arrived.head.target(), self.target, "{case}");
        assert!(arrived.body == self.body, "{case}: the request changed");
        for (name, value) in &self.headers {
            let there = arrived.head.values(name).contains(&value.as_bytes().to_vec());
            assert!(there, "{case}: request header {name}");
        }
    }
}

#[test]
fn an_oauth_login() {
    let session = secrets::jwt(600);
    let state = noise(601, 43, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_");
    let code = noise(602, 40, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_");
    let target = format!(
        "/authorize?response_type=code&client_id=web&state={state}&nonce={code}&\
         code_challenge={state}"
    );
    let location = format!("https://app.test/callback?code={code}&state={state}");
    let cookie = format!("session={}; Path=/; HttpOnly; Secure; SameSite=Lax", session.text);
    Exchange {
        case: "authorize",
        method: "GET",
        target: &target,
        headers: vec![("accept", "text/html")],
        body: b"",
        status: "302 Found",
        reply_headers: vec![("location", &location), ("set-cookie", &cookie)],
        reply: b"",
    }
    .passes(&INBOUND);

    let target = format!("/callback?code={code}&state={state}");
    let cookie = format!("session={}", session.text);
    Exchange {
        case: "callback",
        method: "GET",
        target: &target,
        headers: vec![("cookie", &cookie)],
        body: b"",
        status: "200 OK",
        reply_headers: vec![HTML],
        reply: b"<p>Welcome back</p>",
    }
    .passes(&INBOUND);
}

#[test]
fn an_oauth_token_answer() {
    let (access, id) = (secrets::github_oauth(603), secrets::jwt(604));
    let refresh = noise(605, 40, "abcdefghijklmnopqrstuvwxyz0123456789");
    let basic = format!("Basic {}", noise(606, 44, "abcdefghijklmnopqrstuvwxyz0123456789"));
    let form = format!("grant_type=authorization_code&code={refresh}&code_verifier={refresh}");
    let answer = serde_json::json!({
        "access_token": access.text, "token_type": "bearer", "expires_in": 3600,
        "refresh_token": refresh, "id_token": id.text, "scope": "openid",
    });
    let answer = answer.to_string();
    for (rig, case) in [(&INBOUND, "token-in"), (&OUTBOUND, "token-out")] {
        Exchange {
            case,
            method: "POST",
            target: "/oauth/token",
            headers: vec![FORM, ("authorization", &basic)],
            body: form.as_bytes(),
            status: "200 OK",
            reply_headers: vec![JSON, ("cache-control", "no-store"), ("pragma", "no-cache")],
            reply: answer.as_bytes(),
        }
        .passes(rig);
    }
}

/// The service's own keys have a format that no built-in rule knows.
#[test]
fn a_page_that_issues_an_api_key() {
    let key = format!("shop_{}", noise(607, 40, "abcdefghijklmnopqrstuvwxyz0123456789"));
    let answer = serde_json::json!({"id": "key_17", "name": "ci", "key": key}).to_string();
    Exchange {
        case: "issue-json",
        method: "POST",
        target: "/v1/keys",
        headers: vec![JSON],
        body: br#"{"name":"ci"}"#,
        status: "201 Created",
        reply_headers: vec![JSON],
        reply: answer.as_bytes(),
    }
    .passes(&INBOUND);

    let page = format!("<p>Your new key, shown once:</p>\n<code>{key}</code>\n");
    Exchange {
        case: "issue-html",
        method: "GET",
        target: "/keys/new",
        headers: vec![],
        body: b"",
        status: "200 OK",
        reply_headers: vec![HTML],
        reply: page.as_bytes(),
    }
    .passes(&INBOUND);
}

/// A settings page where a user enters a payment key: the service needs it.
#[test]
fn a_form_that_takes_a_stripe_key() {
    let secret = secrets::stripe_live(608);
    let form = format!("shop=17&stripe_secret_key={}&currency=eur", secret.text);
    let json = serde_json::json!({"stripe": {"secret_key": secret.text}}).to_string();
    for (case, kind, body) in [("form", FORM, &form), ("form-json", JSON, &json)] {
        Exchange {
            case,
            method: "POST",
            target: "/settings/payments",
            headers: vec![kind],
            body: body.as_bytes(),
            status: "303 See Other",
            reply_headers: vec![("location", "/settings")],
            reply: b"",
        }
        .passes(&INBOUND);
    }
    let reported = INBOUND.envoy.count("hushgate.findings.request.report.");
    assert!(reported >= 1, "it is reported");
    INBOUND.sweep(&[secret], &[]);
}

/// Keys that every visitor gets: public by design.
#[test]
fn a_firebase_page() {
    let (key, stripe) = (secrets::google_api_key(609), secrets::stripe_publishable(609));
    let page = format!(
        "<!doctype html>\n<script>\nconst firebaseConfig = {{\n  apiKey: \"{}\",\n  authDomain: \
         \"shop.firebaseapp.com\",\n  appId: \"1:1234567890:web:abc123def456\"\n}};\nconst pay = \
         Stripe(\"{}\");\n</script>\n",
        key.text, stripe.text
    );
    Exchange {
        case: "firebase",
        method: "GET",
        target: "/",
        headers: vec![],
        body: b"",
        status: "200 OK",
        reply_headers: vec![HTML, ("etag", "\"9b2cf535f27731c974343645a3985328\"")],
        reply: page.as_bytes(),
    }
    .passes(&INBOUND);
}

/// The pushing side of git's smart HTTP, as git speaks it.
#[test]
fn a_git_push() {
    let token = secrets::github_pat(610);
    let basic = format!("Basic {}", base64(format!("ann:{}", token.text).as_bytes()));
    let old = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    let new = "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c";
    let adverts = format!(
        "001f# service=git-receive-pack\n0000{}0000",
        packet(&format!("{old} refs/heads/main\0report-status delete-refs ofs-delta\n"))
    );
    Exchange {
        case: "git-refs",
        method: "GET",
        target: "/shop.git/info/refs?service=git-receive-pack",
        headers: vec![("authorization", &basic), ("git-protocol", "version=1")],
        body: b"",
        status: "200 OK",
        reply_headers: vec![("content-type", "application/x-git-receive-pack-advertisement")],
        reply: adverts.as_bytes(),
    }
    .passes(&INBOUND);

    // A pack is zlib data: any byte may stand in it.
    let mut pack = format!("{}0000PACK", packet(&format!("{old} {new} refs/heads/main\0 agent\n")));
    pack.push_str("\0\0\0\x02\0\0\0\x01");
    let mut body = pack.into_bytes();
    body.extend((0..40_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8));
    INBOUND.upstream.reply("git-push", {
        let kind = ("content-type", "application/x-git-receive-pack-result");
        with_length("200 OK", &[kind], b"000eunpack ok\n0000")
    });
    let mut client = INBOUND.client();
    let headers = [
        ("authorization", basic.as_str()),
        ("content-type", "application/x-git-receive-pack-request"),
        ("transfer-encoding", "chunked"),
    ];
    client.send(&request_head("POST", "/shop.git/git-receive-pack", "git-push", &headers));
    for piece in body.chunks(8192) {
        client.send(&chunk(piece));
    }
    client.send(&last_chunk(&[]));
    assert_eq!(client.response().body, b"000eunpack ok\n0000");
    let arrived = INBOUND.upstream.request("git-push");
    assert!(arrived.body == body, "the pack changed");
    assert_eq!(arrived.head.value("authorization"), basic);
    INBOUND.sweep(&[token], &[]);
}

/// The signature covers the body's hash: a rewritten body would be refused by the store.
fn s3_upload(secret: &Planted) -> (Vec<(&'static str, String)>, Vec<u8>) {
    let hash = noise(611, 64, "0123456789abcdef");
    let scope = format!("{}/20260101/eu-west-1/s3/aws4_request", secrets::aws_key_id(611).text);
    let signature = noise(612, 64, "0123456789abcdef");
    let signed = "host;x-amz-content-sha256;x-amz-date";
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={scope},SignedHeaders={signed},Signature={signature}");
    let headers = vec![
        ("content-type", "text/plain".to_owned()),
        ("x-amz-content-sha256", hash),
        ("x-amz-date", "20260101T000000Z".to_owned()),
        ("authorization", authorization),
    ];
    (headers, format!("backup of the notes\ntoken {}\n", secret.text).into_bytes())
}

#[test]
fn an_s3_upload_with_a_signed_payload() {
    let secret = secrets::gitlab_pat(613);
    let (headers, body) = s3_upload(&secret);
    Exchange {
        case: "s3",
        method: "PUT",
        target: "/bucket/notes.txt",
        headers: headers.iter().map(|(name, value)| (*name, value.as_str())).collect(),
        body: &body,
        status: "200 OK",
        reply_headers: vec![("etag", "\"5d41402abc4b2a76b9719d911017c592\"")],
        reply: b"",
    }
    .passes(&INBOUND);
}

/// Also where requests are redacted by choice: blocked or passed as it is, never rewritten.
#[test]
fn a_signed_payload_is_never_rewritten() {
    let secret = secrets::gitlab_pat(614);
    let (headers, body) = s3_upload(&secret);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    REDACT.upstream.reply("s3-signed", with_length("200 OK", &[], b""));
    let mut client = REDACT.client();
    let response = client.send_body("PUT", "s3-signed", "/bucket/notes.txt", &headers, &body);
    for arrived in REDACT.upstream.requests("s3-signed") {
        assert!(arrived.truncated || arrived.body.is_empty() || arrived.body == body, "rewritten");
    }
    assert!([200, 403].contains(&response.status()), "status {}", response.status());
    REDACT.sweep(&[secret], &[]);
}

/// A registry sends the client to a presigned URL: the redirect must work.
#[test]
fn a_registry_blob_redirect() {
    let digest = noise(615, 64, "0123456789abcdef");
    let target = format!("/v2/shop/web/blobs/sha256:{digest}");
    let location = format!(
        "https://store.test/docker/registry/v2/blobs/sha256/{digest}/data?X-Amz-Algorithm=\
         AWS4-HMAC-SHA256&X-Amz-Credential={}%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&\
         X-Amz-Date=20260101T000000Z&X-Amz-Expires=1200&X-Amz-SignedHeaders=host&\
         X-Amz-Signature={}",
        secrets::aws_key_id(616).text,
        noise(617, 64, "0123456789abcdef")
    );
    let bearer = format!("Bearer {}", secrets::jwt(618).text);
    let blob = format!("sha256:{digest}");
    Exchange {
        case: "blob",
        method: "GET",
        target: &target,
        headers: vec![("authorization", &bearer)],
        body: b"",
        status: "307 Temporary Redirect",
        reply_headers: vec![("location", &location), ("docker-content-digest", &blob)],
        reply: b"",
    }
    .passes(&INBOUND);
}

/// The other side of the default: what leaks inbound is still redacted.
#[test]
fn an_error_page_is_redacted_by_default() {
    let planted = [secrets::database_url(619), secrets::github_pat(619), secrets::private_key(619)];
    let mut client = INBOUND.client();
    for secret in &planted {
        let page = format!("<pre>cannot connect:\n{}\n</pre>", secret.text).into_bytes();
        let reply = chunked("500 Internal Server Error", &[HTML], &[&page], &[]);
        INBOUND.upstream.reply("error-page", reply);
        let response = client.get("error-page", "/", &[]);
        assert_redacted(secret, &page, &response.body);
    }
    INBOUND.sweep(&planted, &[]);
}

/// A workload calls its provider with its own key: the carrier is proper, the key is at home.
#[test]
fn a_call_to_the_keys_own_provider() {
    let key = secrets::stripe_live(620);
    let bearer = format!("Bearer {}", key.text);
    Exchange {
        case: "stripe-call",
        method: "POST",
        target: "/v1/charges",
        headers: vec![("host", "api.stripe.com"), FORM, ("authorization", &bearer)],
        body: b"amount=500&currency=eur",
        status: "200 OK",
        reply_headers: vec![JSON],
        reply: br#"{"id":"ch_1","paid":true}"#,
    }
    .passes(&OUTBOUND);
}

/// A workload sends somebody's token to a stranger: stopped, and the stranger never sees it.
#[test]
fn a_certain_finding_on_its_way_out_is_blocked() {
    let secret = secrets::github_pat(621);
    OUTBOUND.upstream.reply("stranger", with_length("200 OK", &[], b"thanks"));
    let body = format!(r#"{{"log":"using {}"}}"#, secret.text);
    let mut client = OUTBOUND.client();
    let response = client.post("stranger", "/collect", &[JSON], body.as_bytes());
    assert_eq!(response.status(), 403);
    for arrived in OUTBOUND.upstream.requests("stranger") {
        assert!(!secret.leaks_in(&arrived.everything()), "the stranger saw it");
    }
    let path = format!("/collect?token={}", secret.text);
    let response = OUTBOUND.client().get("stranger-query", &path, &[]);
    assert_eq!(response.status(), 403);
    assert!(OUTBOUND.upstream.requests("stranger-query").is_empty(), "it was sent all the same");
    OUTBOUND.sweep(&[secret], &[&response.everything()]);
}

/// What comes back to a workload is reported, not rewritten.
#[test]
fn an_answer_from_the_world_is_reported() {
    let secret = secrets::gitlab_pat(622);
    let answer = serde_json::json!({"token": secret.text}).to_string();
    Exchange {
        case: "world",
        method: "GET",
        target: "/tokens",
        headers: vec![],
        body: b"",
        status: "200 OK",
        reply_headers: vec![JSON],
        reply: answer.as_bytes(),
    }
    .passes(&OUTBOUND);
    OUTBOUND.envoy.wait_for_at_least("hushgate.findings.response.report.", 1);
    OUTBOUND.sweep(&[secret], &[]);
}

/// A packet line: its length in four hex digits first.
fn packet(line: &str) -> String {
    format!("{:04x}{line}", line.len() + 4)
}

fn base64(bytes: &[u8]) -> String {
    let text = secrets::base64url(bytes).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    text + &padding
}
