//! What is told: metrics, audit records, the access log; and in none of them a byte of a secret.

use std::sync::LazyLock;

use hushgate_test_e2e::{
    Config, Rig, chunk, request_head,
    secrets::{self, assert_redacted, first_leak},
    upstream::{chunked_head, last_chunk, with_length},
};
use serde_json::Value;

const TEXT: (&str, &str) = ("content-type", "text/plain");
const SHIPPED_PATH: &str = "%PATH(NQ:PATH)%";
/// What an access log prints of the filter state, and what joins it with the records.
const STATE: &str = "conn=%CONNECTION_ID% path=%FILTER_STATE(wasm.hushgate_path:PLAIN)% \
     findings=%FILTER_STATE(wasm.hushgate_findings:PLAIN)%";

fn logged(plugin: &str) -> Config {
    Config::plugin(plugin).edit(SHIPPED_PATH, STATE)
}

/// Everything is told and nothing done: whatever passes must not be shown.
static REPORT: LazyLock<Rig> = LazyLock::new(|| {
    Rig::start(logged(
        r#"{"requests":"report","responses":"report","log_format":"json","filter_state":true,
            "log_records_per_second_max":10000}"#,
    ))
});

/// The JSON records of a log: what follows the proxy's own words on a line.
fn records(log: &str) -> Vec<Value> {
    let objects = log.lines().filter_map(|line| line.find(r#"{"schema":"#).map(|at| &line[at..]));
    objects.map(|object| serde_json::from_str(object).expect("a record is JSON")).collect()
}

/// The access log's line of a request.
fn access_line(rig: &Rig, part: &str) -> String {
    let log = rig.envoy.wait_for_log(part);
    let line = log.lines().find(|line| line.contains(part) && line.contains("conn="));
    line.expect("a line of the access log").to_owned()
}

#[test]
fn a_record_is_json_and_leads_to_the_access_log() {
    let secret = secrets::github_pat(700);
    let body = format!("key: {}\n", secret.text).into_bytes();
    REPORT.upstream.reply("json", with_length("200 OK", &[TEXT], &body));
    let response = REPORT.client().get("json", "/the-json-case?marker=17", &[]);
    assert_eq!(response.body, body, "it is only reported");
    let line = access_line(&REPORT, "path=/the-json-case ");
    assert!(line.contains(" findings=github.pat:report "), "{line}");
    let connection: u64 = field(&line, "conn=").parse().expect("a number");
    let all = records(&REPORT.envoy.log());
    let of_it: Vec<_> = all.iter().filter(|it| it["connection"] == connection).collect();
    assert_eq!(of_it.len(), 1, "{all:?}");
    let record = of_it[0].as_object().expect("an object");
    let names: Vec<&str> = record.keys().map(String::as_str).collect();
    let mut wanted = [
        "schema",
        "event",
        "time_ms",
        "connection",
        "rule",
        "confidence",
        "direction",
        "place",
        "action",
        "offset",
        "dry_run",
    ];
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    assert_eq!(record["schema"], "hushgate.record.v1");
    assert_eq!((&record["event"], &record["rule"]), (&"finding".into(), &"github.pat".into()));
    assert!(record["time_ms"].as_u64() > Some(1_600_000_000_000), "{record:?}");
    REPORT.sweep(&[secret], &[]);
}

fn field<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, rest) = line.split_once(name).expect("the field");
    rest.split(' ').next().unwrap_or_default()
}

/// Where nothing is rewritten the URL is as it came: a log that prints it leaks. The filter state does not.
#[test]
fn the_access_log_has_the_redacted_path() {
    let (secret, query) = (secrets::gitlab_pat(701), secrets::jwt(701));
    let target = format!("/files/{}/show?token={}", secret.text, query.text);
    REPORT.upstream.reply("path", with_length("200 OK", &[], b"ok"));
    let response = REPORT.client().get("path", &target, &[]);
    assert_eq!(response.status(), 200);
    assert_eq!(REPORT.upstream.request("path").head.target(), target, "it passes as it came");
    let line = access_line(&REPORT, "path=/files/");
    assert!(line.contains("REDACTED") && line.contains("/show "), "{line}");
    assert!(line.contains("gitlab.pat:report"), "{line}");
    REPORT.sweep(&[secret, query], &[]);
}

/// Every credential we know, in every place that a record is made of, told and passed.
#[test]
fn nothing_that_is_told_holds_a_secret() {
    let planted = secrets::all(702);
    for secret in &planted {
        let text = secret.text.replace('\n', " ");
        let body = format!("{}\n", secret.text).into_bytes();
        let headers = [TEXT, ("x-debug", text.as_str())];
        REPORT.upstream.reply("sweep", with_length("200 OK", &headers, &body));
        let path = format!("/sweep/{}", text.replace([' ', '?', '#'], "_"));
        let mut client = REPORT.client();
        let response = client.send_body("POST", "sweep", &path, &[TEXT, ("x-note", &text)], &body);
        assert_eq!(response.body, body, "{}", secret.name);
    }
    REPORT.envoy.wait_for_log("findings=");
    let found = records(&REPORT.envoy.log()).into_iter().filter(|it| it["event"] == "finding");
    assert!(found.count() >= planted.len() * 4, "each was found in each place");
    REPORT.sweep(&planted, &[]);
}

#[test]
fn suppressed_records_are_counted() {
    let plugin = r#"{"log_format":"json","log_records_per_second_max":0}"#;
    let rig = Rig::start(Config::plugin(plugin));
    let secret = secrets::github_pat(703);
    rig.upstream.reply("many", with_length("200 OK", &[TEXT], secret.text.as_bytes()));
    for _ in 0..5 {
        rig.client().get("many", "/", &[]);
    }
    rig.envoy.wait_for_count("hushgate.log.suppressed", 5);
    rig.envoy.wait_for_count("hushgate.findings.response.redact.github.pat", 5);
    assert_eq!(records(&rig.envoy.log()), Vec::<Value>::new());
    rig.sweep(&[secret], &[]);
}

#[test]
fn a_dry_run_changes_nothing() {
    let plugin = r#"{"requests":"block","responses":"redact","dry_run":true,"filter_state":true}"#;
    let rig = Rig::start(logged(plugin));
    let secrets = [secrets::github_pat(704), secrets::slack_bot(704)];
    let (request, answer) = (secrets[0].text.as_bytes(), secrets[1].text.as_bytes());
    rig.upstream.reply("dry", with_length("200 OK", &[TEXT], answer));
    let headers = [TEXT, ("accept-encoding", "gzip")];
    let response = rig.client().post("dry", "/dry", &headers, request);
    assert_eq!((response.status(), &*response.body), (200, answer));
    let arrived = rig.upstream.request("dry");
    assert_eq!(arrived.body, request);
    assert_eq!(arrived.head.value("accept-encoding"), "gzip");
    for (counter, count) in [
        ("dry_run.findings.request.block.github.pat", 1),
        ("dry_run.findings.response.redact.slack.bot", 1),
        ("dry_run.refused.request.blocked", 1),
        ("hushgate.findings", 0),
        ("hushgate.refused", 0),
    ] {
        assert_eq!(rig.envoy.count(counter), count, "{counter}: {}", rig.envoy.stats());
    }
    let line = access_line(&rig, "path=/dry ");
    assert!(line.contains("findings=github.pat:dry_run.block,slack.bot"), "{line}");
    assert!(rig.envoy.log().contains("action=block offset=0 dry_run=true"));
    rig.sweep(&secrets, &[]);
}

/// A counter of bytes and a histogram of what waited, as Prometheus sees them.
#[test]
fn volumes_are_measured() {
    let rig = Rig::start(Config::plugin("{}"));
    let secret = secrets::github_pat(705);
    let (head, tail) = secret.text.split_at(12);
    let (head, tail) = (format!("begins {head}"), format!("{tail} ends"));
    let (first, rest) = (head.clone(), tail.clone());
    rig.upstream.on("waits", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[TEXT]))?;
        wire.send_apart(&chunk(first.as_bytes()))?;
        wire.send(&chunk(rest.as_bytes()))?;
        wire.send(&last_chunk(&[]))
    });
    let response = rig.client().get("waits", "/", &[]);
    let whole = format!("{head}{tail}");
    assert_redacted(&secret, whole.as_bytes(), &response.body);
    // Streams end in the proxy a little after the client has read their last byte.
    rig.envoy.wait_for_count("hushgate.scanned_bytes.response", whole.len() as u64);
    // An aborted stream is measured too.
    rig.upstream.on_head("hangs", move |_, wire| {
        wire.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 999\r\n\r\n")?;
        wire.send(&[b'.'; 100])
    });
    let mut client = rig.client();
    client.send(&request_head("GET", "/", "hangs", &[]));
    assert!(client.response().truncated);
    rig.envoy.wait_for_count("hushgate.scanned_bytes.response", whole.len() as u64 + 100);
    // Envoy brings its histograms up to date every five seconds. One body waited.
    let count = "hushgate_held_bytes_count{direction=\"response\"} 1\n";
    rig.envoy.wait_for_page("/stats/prometheus", count);
    rig.sweep(&[secret], &[]);
}

/// The sweep itself can fail: a log that prints the raw URL is caught by it.
#[test]
fn the_sweep_sees_a_raw_url() {
    let plugin = r#"{"requests":"report","filter_state":true}"#;
    let rig = Rig::start(Config::plugin(plugin).edit(SHIPPED_PATH, "raw=%REQ(:PATH)%"));
    let secret = secrets::github_pat(706);
    rig.upstream.reply("raw", with_length("200 OK", &[], b"ok"));
    rig.client().get("raw", &format!("/{}", secret.text), &[]);
    let log = rig.envoy.wait_for_log("raw=/");
    assert!(first_leak(&[secret], log.as_bytes()).is_some());
}
