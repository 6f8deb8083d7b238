//! The real Python clients of three APIs, which hold placeholders alone: each API gets its real key, and each client what
//! it expects, with the echo of the key taken out.

use std::{env, fs, io, process::Command};

use hushgate_test_e2e::{
    Config, Envoy, Request, Upstream, Wire, chunk, root,
    secrets::{self, Planted},
    sweep,
    upstream::{chunked_head, last_chunk, with_length},
    vault::Vault,
    vaulted::plugin,
};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

/// An API: its name, where it is, the real key and the placeholder, which looks like one. All three clients send the key
/// as a bearer token.
struct Api {
    name: &'static str,
    host: &'static str,
    key: Planted,
    placeholder: String,
}

fn apis() -> Vec<Api> {
    let api = |name, host, key: Planted, placeholder: Planted| Api {
        name,
        host,
        key,
        placeholder: placeholder.secret,
    };
    vec![
        api("openai", "api.openai.com", secrets::openai_project(850), secrets::openai_project(851)),
        api("stripe", "api.stripe.com", secrets::stripe_live(852), secrets::stripe_live(853)),
        api("anthropic", "api.anthropic.com", secrets::anthropic(854), secrets::anthropic(855)),
    ]
}

fn configuration(apis: &[Api]) -> Value {
    let (mut credentials, mut bindings) = (Vec::new(), Vec::new());
    for api in apis {
        let path = format!("secret/data/{}", api.name);
        let one = plugin(
            json!({"name": api.name, "reference": {"path": path, "field": "key"}}),
            json!({"name": api.name, "credential": api.name, "authority": api.host,
                "placeholder": api.placeholder}),
            json!({}),
        );
        credentials.push(one["credentials"][0].clone());
        bindings.push(one["bindings"][0].clone());
    }
    let mut json = plugin(json!({}), json!({}), json!({}));
    (json["credentials"], json["bindings"]) = (json!(credentials), json!(bindings));
    json
}

/// The three APIs, which check the key, and show it in what they say.
fn answer(request: &Request, wire: &mut Wire, keys: &[(String, String)]) -> io::Result<()> {
    let head = &request.head;
    let host = head.value("host");
    let sent = head.value("authorization");
    let sent = sent.strip_prefix("Bearer ").unwrap_or(&sent);
    if !keys.iter().any(|(name, key)| *name == host && key == sent) {
        let error = json!({"error": {"message": "wrong key", "type": "authentication_error"}});
        return wire.send(&with_length("401 Unauthorized", &[JSON], error.to_string().as_bytes()));
    }
    let said = format!("hello, {sent}");
    let path = head.target();
    let wants_stream = request.body.windows(13).any(|it| it == br#""stream":true"#)
        || request.body.windows(14).any(|it| it == br#""stream": true"#);
    if path == "/v1/chat/completions" && wants_stream {
        return stream(&said, wire);
    }
    let body = match path.as_str() {
        "/v1/chat/completions" => json!({"id": "1", "object": "chat.completion", "created": 1,
            "model": "m", "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": said}}]}),
        "/v1/charges" => json!({"id": "ch_1", "object": "charge", "amount": 2000,
            "description": said}),
        "/v1/messages" => json!({"id": "1", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": said}], "stop_reason": "end_turn",
            "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1}}),
        other => json!({"error": {"message": other}}),
    };
    wire.send(&with_length("200 OK", &[JSON], body.to_string().as_bytes()))
}

/// The text in one event, which arrives in two pieces with the cut in the key.
fn stream(said: &str, wire: &mut Wire) -> io::Result<()> {
    let event = json!({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": {"content": said}}]});
    let event = format!("data: {event}\n\n");
    let (first, second) = event.split_at(event.len() / 2);
    wire.send(&chunked_head("200 OK", &[("content-type", "text/event-stream")]))?;
    wire.send_apart(&chunk(first.as_bytes()))?;
    wire.send_apart(&chunk(second.as_bytes()))?;
    wire.send(&chunk(b"data: [DONE]\n\n"))?;
    wire.send(&last_chunk(&[]))
}

/// Runs a client; what it made of the answer, or what it said instead.
fn call(client: &str, envoy: &Envoy, host: &str, placeholder: &str) -> Result<String, String> {
    let packages = root().join("target/tools/sdk");
    assert!(packages.exists(), "there are no clients: run `make sdk`");
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let proxy = format!("http://127.0.0.1:{}", envoy.port());
    let mut command = Command::new(python);
    command.arg(root().join("tests/e2e/sdk.py")).args([client, &format!("http://{host}")]);
    // Nothing of whoever runs the tests: the clients read settings and keys from the environment and the home directory.
    command.arg(placeholder).env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("HOME", root().join("target/e2e")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("PYTHONPATH", fs::canonicalize(packages).expect("a path"));
    command.env("http_proxy", &proxy);
    let done = command.output().expect("Python runs");
    match done.status.success() {
        true => Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

#[test]
fn clients_with_placeholders() {
    let (apis, vault, upstream) = (apis(), Vault::start(), Upstream::start());
    apis.iter().for_each(|api| _ = vault.put(api.name, &api.key.secret));
    let keys: Vec<_> =
        apis.iter().map(|api| (api.host.to_owned(), api.key.secret.clone())).collect();
    // The clients name no case.
    upstream.on("", move |request, wire| answer(request, wire, &keys));
    let config = Config::inject(Some(&configuration(&apis)), &vault);
    let envoy = Envoy::start(config, upstream.port());
    let mut outputs = String::new();
    for api in &apis {
        for client in [api.name, "openai-stream"] {
            if client == "openai-stream" && api.name != "openai" {
                continue;
            }
            let output = call(client, &envoy, api.host, &api.placeholder);
            let text = output.unwrap_or_else(|error| panic!("{client}: {error}"));
            assert!(text.contains("hello, "), "{client}: {text}");
            assert!(text.contains("REDACTED"), "{client}: {text}");
            outputs += &text;
        }
        // Without the placeholder nothing is injected, and the API says no.
        let error = call(api.name, &envoy, api.host, "sk-nobody").expect_err("no key");
        assert!(error.to_lowercase().contains("wrong key"), "{}: {error}", api.name);
        outputs += &error;
    }
    let requests = upstream.requests("");
    for api in &apis {
        let of = |it: &&Request| it.head.value("host") == api.host;
        let raw: Vec<u8> = requests.iter().filter(of).flat_map(|it| it.everything()).collect();
        let raw = String::from_utf8_lossy(&raw);
        assert!(raw.contains(&api.key.secret) && !raw.contains(&api.placeholder), "{}", api.name);
        let others = apis.iter().filter(|other| other.name != api.name);
        others.for_each(|other| assert!(!raw.contains(&other.key.secret), "{}", api.name));
    }
    let keys: Vec<Planted> = apis.into_iter().map(|api| api.key).collect();
    sweep::sweep(&envoy, &keys, &[outputs.as_bytes()]);
}
