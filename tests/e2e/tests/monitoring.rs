//! The dashboard and the scrape configuration, held to what a real Envoy shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Instant,
};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Rig, Upstream, chunk,
    delivery::Delivery,
    root, secrets,
    upstream::{chunked_head, last_chunk, with_length},
    vaulted::{Vaulted, plugin},
    version,
};
use serde_json::{Value, json};

const TEXT: (&str, &str) = ("content-type", "text/plain");

/// The metrics of an Envoy, each with the names of its labels.
type Metrics = BTreeMap<String, BTreeSet<String>>;

/// Reads `/stats/prometheus`: `name{label="value",…} number`.
fn scrape(envoy: &Envoy, metrics: &mut Metrics) {
    for line in envoy.admin("/stats/prometheus").lines().filter(|line| !line.starts_with('#')) {
        let Some((name, rest)) = line.split_once('{') else { continue };
        let (labels, _) = rest.split_once('}').expect("labels end");
        let labels = labels.split("\",").filter_map(|label| label.split_once('='));
        let known = metrics.entry(name.to_owned()).or_default();
        known.extend(labels.map(|(label, _)| label.to_owned()));
    }
}

/// One Envoy of each kind, after something of everything that is counted.
fn seen() -> Metrics {
    let mut metrics = Metrics::new();
    for plugin in [
        r#"{"allow":{"rules":["stripe.*"]},"log_records_per_second_max":0,"held_bytes_max":4096}"#,
        r#"{"responses":"block","dry_run":true}"#,
        r#"{"responses":"block"}"#,
    ] {
        let rig = Rig::start(Config::plugin(plugin));
        everything(&rig);
        if plugin.contains("held_bytes_max") {
            wait_too_long(&rig);
        }
        scrape(&rig.envoy, &mut metrics);
    }
    let (delivery, upstream) = (Delivery::new(), Upstream::start());
    scrape(&Envoy::start(Config::egress(&delivery), upstream.port()), &mut metrics);
    let value = secrets::vault_value(820);
    let rig = Vaulted::start(&plugin(json!({}), json!({}), json!({})), &value.secret);
    let echo = value.secret.clone().into_bytes();
    rig.upstream.reply("echo", with_length("200 OK", &[TEXT], &echo));
    assert!(!value.leaks_in(&rig.get("echo", "/v1/x", &[]).everything()));
    scrape(&rig.envoy, &mut metrics);
    metrics
}

/// Traffic that every counter of the redact module counts something of.
fn everything(rig: &Rig) {
    let (found, allowed) = (secrets::github_pat(821), secrets::stripe_live(821));
    let pages = [
        ("found", TEXT, found.text.as_bytes()),
        ("allowed", TEXT, allowed.text.as_bytes()),
        ("coded", ("content-encoding", "unknown"), b"?"),
        ("media", ("content-type", "image/png"), b"png"),
    ];
    for (case, header, body) in pages {
        rig.upstream.reply(case, with_length("200 OK", &[header], body));
        rig.client().get(case, "/", &[]);
    }
}

/// Each chunk ends in a possible start, and trailers follow: more waits than may be held. What comes in one read is one
/// chunk for the filter, however long, so that it is tried until the chunks came apart.
fn wait_too_long(rig: &Rig) {
    rig.upstream.on("waits", |_, wire| {
        let grpc = ("content-type", "application/grpc");
        wire.send(&chunked_head("200 OK", &[grpc, ("trailer", "x-end")]))?;
        for _ in 0..6 {
            wire.send_apart(&chunk(format!("{} ghp_", ".".repeat(1024)).as_bytes()))?;
        }
        wire.send(&last_chunk(&[("x-end", "1")]))
    });
    let start = Instant::now();
    while rig.envoy.count("hushgate.resolved") == 0 && start.elapsed() < PATIENCE {
        rig.client().get("waits", "/", &[]);
    }
}

/// The metrics in a PromQL expression, each with the labels that are asked of it.
fn asked(expression: &str) -> Vec<(String, BTreeSet<String>)> {
    let grouped = expression.split(" by (").skip(1).filter_map(|rest| rest.split(')').next());
    let grouped = grouped.flat_map(|names| names.split(", ")).map(str::to_owned);
    let grouped: BTreeSet<String> = grouped.collect();
    let mut all = Vec::new();
    for (at, _) in expression.match_indices('{') {
        let before = &expression[..at];
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let name = before.rsplit(|letter| !is_name(letter)).next().unwrap_or_default();
        let matchers = expression[at + 1..].split('}').next().unwrap_or_default();
        let matched = matchers.split(", ").filter_map(|it| it.split(['=', '!', '~']).next());
        let labels = grouped.iter().cloned().chain(matched.map(str::to_owned)).collect();
        all.push((name.to_owned(), labels));
    }
    all
}

fn expressions(panels: &Value) -> Vec<String> {
    let panels = panels.as_array().expect("panels");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().expect("an expression").to_owned()).collect()
}

fn file(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("a shipped file")
}

#[test]
fn every_metric_of_the_dashboard_exists() {
    let metrics = seen();
    let dashboard: Value = serde_json::from_str(&file("envoy/grafana.json")).expect("JSON");
    let expressions = expressions(&dashboard["panels"]);
    assert!(expressions.len() >= 20, "{}", expressions.len());
    // Prometheus itself adds it to what it scrapes.
    let added = BTreeSet::from(["instance".to_owned()]);
    let mut shown = BTreeSet::new();
    for expression in &expressions {
        let asked = asked(expression);
        assert!(!asked.is_empty(), "no metric in {expression}");
        for (name, labels) in asked {
            if version::scopes_upstream_metrics() && name.starts_with("hushgate_inject") {
                continue;
            }
            let known = metrics.get(&name);
            let known = known.unwrap_or_else(|| panic!("{name} is no metric, in {expression}"));
            let unknown: Vec<_> =
                labels.iter().filter(|it| !known.contains(*it) && !added.contains(*it)).collect();
            assert!(unknown.is_empty(), "{name} has no {unknown:?}, in {expression}");
            shown.insert(name);
        }
    }
    // What the filter counts is shown, but for what needs another story.
    let rest = ["hushgate_held_bytes_sum", "hushgate_held_bytes_count"];
    let own = metrics.keys().filter(|name| name.starts_with("hushgate_"));
    let own: Vec<_> =
        own.filter(|it| !shown.contains(*it) && !rest.contains(&it.as_str())).collect();
    assert!(own.is_empty(), "not in the dashboard: {own:?}");
}

/// The scrape configuration asks where Envoy answers, and keeps what the dashboard shows.
#[test]
fn the_scrape_example_fits() {
    let scrape = file("envoy/prometheus.yml");
    assert!(scrape.contains("metrics_path: /stats/prometheus"));
    assert!(scrape.contains(r#"targets: ["127.0.0.1:9901"]"#));
    let kept = scrape.lines().find_map(|line| line.trim().strip_prefix("regex: \""));
    let kept = kept.expect("what is kept").trim_end_matches('"').split('|');
    let kept: Vec<&str> = kept.map(|name| name.trim_end_matches(".*")).collect();
    let dashboard: Value = serde_json::from_str(&file("envoy/grafana.json")).expect("JSON");
    for (name, _) in expressions(&dashboard["panels"]).iter().flat_map(|it| asked(it)) {
        assert!(kept.iter().any(|start| name.starts_with(start)), "{name} is dropped");
    }
}

/// The labels are made in the same way in every file, and each file says so by itself.
#[test]
fn every_file_makes_the_same_labels() {
    let tags = |name: &str| {
        let text = file(name);
        let (_, rest) = text.split_once("stats_config:\n").unwrap_or_else(|| panic!("{name}"));
        rest.split("\n\n").next().unwrap_or_default().to_owned()
    };
    let first = tags("envoy/redact.yaml");
    for name in ["inject", "edge", "egress", "upstream"] {
        assert_eq!(tags(&format!("envoy/{name}.yaml")), first, "{name}");
    }
}
