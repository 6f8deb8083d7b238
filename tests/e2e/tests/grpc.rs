//! A client and a server of gRPC that nobody here wrote, with the filter between them: messages keep their length, so that
//! every call is whole.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use hushgate_test_e2e::{Config, Envoy, root, secrets, sweep};
use serde_json::Value;

#[test]
fn calls_are_whole_and_hold_no_secret() {
    let secret = secrets::github_pat(870);
    let packages = root().join("target/tools/sdk");
    assert!(packages.exists(), "there is no gRPC: run `make sdk`");
    let mut command = Command::new(env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    command.arg(root().join("tests/e2e/rpc.py")).env_clear();
    command.env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("HOME", root().join("target/e2e")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("PYTHONPATH", fs::canonicalize(packages).expect("a path"));
    // It ends when its input does, so also when this test fails.
    let mut python =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python runs");
    let mut input = python.stdin.take().expect("its input");
    let mut output = BufReader::new(python.stdout.take().expect("its output"));
    writeln!(input, "{}", secret.secret).expect("it reads");
    let mut line = || {
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints");
        line
    };
    let port = line().trim().parse().expect("the server's port");
    let envoy = Envoy::start(Config::shipped().http2_upstream(), port);
    writeln!(input, "{}", envoy.port()).expect("it reads");
    let seen: Value = serde_json::from_str(&line()).expect("what was seen");
    assert!(python.wait().expect("it ends").success());

    let texts = |call: &str| -> Vec<String> {
        let texts = seen[call].as_array().expect("texts");
        texts.iter().map(|it| it.as_str().expect("a text").to_owned()).collect()
    };
    let numbered: Vec<String> =
        (0..5).map(|number| format!("{number}: {}\n", secret.secret)).collect();
    let hello = format!("hello {}\n", secret.secret);
    let go = || "go".to_owned();
    let served = [vec![hello, go()], numbered.clone()].concat();
    for (call, sent) in [
        ("unary", vec![format!("unary: {}\n", secret.secret)]),
        ("stream", numbered.clone()),
        ("both", numbered),
        (
            "fail",
            vec![
                "INTERNAL".to_owned(),
                format!("failed with {}", secret.secret),
                secret.secret.clone(),
            ],
        ),
        ("server", served),
    ] {
        let got = texts(call);
        assert_eq!(got.len(), sent.len(), "{call}");
        for (got, sent) in got.iter().zip(&sent) {
            assert!(!secret.leaks_in(got.as_bytes()), "{call} shows the secret");
            assert_eq!(got.len(), sent.len(), "{call}");
            assert_eq!(sent.contains(&secret.secret), got.contains("[REDACTED:"), "{call}");
        }
    }
    sweep::sweep(&envoy, &[secret], &[]);
}
