//! `hushgate scan`: what it finds, how it tells it, and what it never tells.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // All of this file is a test.

mod common;

use std::{collections::BTreeSet, process::Stdio};

use common::{Folder, database, example, token};
use hushgate::rule::{self, Exposure, example as templates};
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn exit_codes_say_what_there_is() {
    let folder = Folder::new();
    folder.write("clean.txt", "nothing\n");
    let clean = folder.run(&["scan"]);
    assert_eq!((clean.code, clean.out.as_str()), (0, ""));
    assert_eq!(clean.err, "hushgate: 0 findings in 1 file\n");
    folder.write("a/b.txt", format!("x\nkey: {}\n", token(1)));
    let found = folder.run(&["scan"]);
    assert_eq!(found.code, 1);
    assert_eq!(found.out, "a/b.txt:2:6: github.pat certain: key: ghp_***\n");
    let broken = folder.run(&["scan", "a", "none"]);
    assert_eq!((broken.code, broken.out), (2, found.out));
    assert!(broken.err.contains("none: "), "{}", broken.err);
    for wrong in
        [&["scan", "--format", "xml"][..], &["scan", "--config", "none"], &["nothing"], &[]]
    {
        assert_eq!(folder.run(wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(folder.run(&["scan", "--quiet", "clean.txt"]).err, "");
}

#[test]
fn the_input_is_scanned() {
    let folder = Folder::new();
    let run = folder.run_with(&["scan", "-"], format!("a\u{e4}{}", token(2)).as_bytes());
    assert_eq!((run.code, run.out.as_str()), (1, "-:1:3: github.pat certain: a\u{e4}ghp_***\n"));
}

#[test]
fn what_git_ignores_is_left_out_and_hidden_files_are_not() {
    let folder = Folder::new();
    folder.git(&["init", "--quiet"]);
    folder.write(".gitignore", "ignored\n");
    folder.write(".hushgateignore", "/fixtures/\n");
    for name in ["ignored/a", "fixtures/b", ".env", ".github/c", "d", ".git/e"] {
        folder.write(name, token(3));
    }
    let paths = |arguments: &[&str]| -> BTreeSet<String> {
        let lines = lines(&folder.run(arguments).out);
        lines.iter().map(|line| line["path"].as_str().unwrap().to_owned()).collect()
    };
    let json = ["scan", "--format", "json"];
    assert_eq!(paths(&json), [".env", ".github/c", "d"].map(String::from).into());
    let all = paths(&[&json[..], &["--no-ignore"]].concat());
    assert!(all.contains("ignored/a") && !all.contains(".git/e"), "{all:?}");
    assert_eq!(paths(&["scan", "--format", "json", "ignored/a"]), ["ignored/a".to_owned()].into());
}

/// One file a rule: all are found, and no output in any form has a secret in it.
#[test]
fn no_secret_is_ever_printed() {
    let folder = Folder::new();
    let mut planted = Vec::new();
    for rule in rule::builtin().iter().filter(|rule| rule.exposure == Exposure::Secret) {
        for (place, template) in templates::of(rule).unwrap().found.iter().enumerate() {
            // Another seed for each: none may be printed because it is no secret elsewhere.
            let example = templates::expand(template, rule, 40 + planted.len() as u64).unwrap();
            let name = format!("{}.{place}.txt", rule.id);
            folder.write(&name, [b"before\n", example.text.as_slice(), b"\n"].concat());
            planted.push((name, rule.id, example));
        }
    }
    let arguments = |format| ["scan", "--profile", "strict", "--format", format];
    let runs = ["text", "json", "sarif", "github"].map(|format| folder.run(&arguments(format)));
    for (name, id, example) in &planted {
        let secret = example.secret();
        // A vendor's prefix may be shown, up to sixteen bytes of it.
        let rest = if secret.len() < 24 { secret } else { &secret[16..] };
        for line in rest.split(|byte| *byte == b'\n').filter(|line| line.len() >= 8) {
            let line = String::from_utf8_lossy(line);
            for run in &runs {
                assert!(!run.out.contains(&*line) && !run.err.contains(&*line), "{id}: {name}");
            }
        }
    }
    let found = lines(&runs[1].out);
    for (name, id, example) in &planted {
        let of_file = found.iter().filter(|line| line["path"] == **name);
        let at: Vec<_> = of_file.map(|line| line["offset"].as_u64().unwrap()).collect();
        let offset = (7 + example.secret.start) as u64;
        assert!(!at.is_empty(), "{id}: nothing in {name}");
        // Another rule may name it by more or by less; most are where they are said to be.
        assert!(at.iter().any(|at| at.abs_diff(offset) < 200), "{id}: {at:?}, not {offset}");
    }
}

/// The parts of a file meet where it is read: what stands across is found, with its line and column.
#[test]
fn large_and_binary_files_are_scanned_wherever_they_are_cut() {
    let folder = Folder::new();
    let mut expected = Vec::new();
    let mut content = Vec::new();
    for (number, at) in
        [(1 << 20) - 20, (1 << 20) + 700, 3 << 20, (4 << 20) - 40].into_iter().enumerate()
    {
        while content.len() < at {
            let line: &[u8] =
                if number % 2 == 0 { b"lorem ipsum \xff\x00\n" } else { b"dolor sit amet, " };
            content.extend_from_slice(&line[..line.len().min(at - content.len())]);
        }
        content.push(b'\n');
        let line = content.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        content.extend_from_slice("k\u{e4}: ".as_bytes());
        expected.push((content.len() as u64, line, 5));
        content.extend_from_slice(token(50 + number as u64).as_bytes());
        content.push(b'\n');
    }
    folder.write("large", &content);
    let run = folder.run(&["scan", "--format", "json"]);
    let number = |line: &Value, name: &str| line[name].as_u64().unwrap();
    let found: Vec<_> = lines(&run.out)
        .iter()
        .map(|line| (number(line, "offset"), number(line, "line"), number(line, "column")))
        .collect();
    assert_eq!(found, expected);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    use std::{io::Write as _, process::Command};

    let folder = Folder::new();
    let line = b"lorem ipsum dolor sit amet, consectetur adipiscing elit\n".repeat(1 << 14);
    for arguments in ["scan --threads 1 -", "redact"] {
        // In kilobytes: the program and its buffers, and less than a tenth of the input.
        let script = format!("ulimit -v 120000; exec \"$0\" {arguments}");
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_hushgate")])
            .current_dir(folder.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        for _ in 0..280 {
            input.write_all(&line).unwrap();
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    folder.write("many", format!("k: {}\n", token(4)).repeat(20_000));
    for arguments in [&["scan", "many"][..], &["redact", "many"]] {
        let mut child = folder
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*err), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn markers_allow_their_line() {
    let folder = Folder::new();
    let line = |marker: &str| format!("a = \"{}\" {marker}\n", token(5));
    let text = [
        line("# hushgate:allow"),
        line("// hushgate:allow github.*: revoked"),
        line("# hushgate:allow gitlab.*"),
        line(&format!("{} # hushgate:allow", "x ".repeat(100))),
        line(""),
    ];
    folder.write("a.py", text.concat());
    let found = lines(&folder.run(&["scan", "--format", "json"]).out);
    let found: Vec<_> = found.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(found, [3, 5]);
}

#[test]
fn profiles_and_exposures_choose() {
    let folder = Folder::new();
    let (possible, _) = example("aws.access_key_id", 1);
    folder.write("id", possible);
    assert_eq!(folder.run(&["scan"]).code, 0);
    assert_eq!(folder.run(&["scan", "--exposure", "identifier"]).code, 1);
    folder.write("password", database(1));
    assert_eq!(folder.run(&["scan", "--profile", "default"]).code, 1);
    assert_eq!(folder.run(&["scan", "--profile", "quiet"]).code, 0);
}

/// What a narrow profile does not look for is not shown either, where it stands beside a finding.
#[test]
fn a_line_shows_no_other_secret() {
    let folder = Folder::new();
    let database = database(3);
    let password = database.split([':', '@']).nth(2).unwrap();
    folder.write("a", format!("{database} {}", token(14)));
    for arguments in [&["scan", "--profile", "quiet"][..], &["scan"]] {
        let run = folder.run(arguments);
        assert!(run.out.contains("github.pat"), "{}", run.out);
        assert!(!run.out.contains(password), "{}", run.out);
    }
}

#[test]
fn a_configuration_brings_rules_and_allow_lists() {
    let folder = Folder::new();
    let config = r#"{"rules": [{"id": "acme.key", "pattern": "acme-[0-9]{8}", "title": "Acme"}],
                     "rules_off": ["github.*"], "allow": {"patterns": ["^acme-0"]}}"#;
    folder.write("h.json", config);
    folder.write("x/a", format!("{} acme-12345678 acme-01234567", token(6)));
    let run = folder.run(&["scan", "--config", "h.json", "x"]);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert!(run.out.starts_with("x/a:1:42: acme.key likely: "), "{}", run.out);
    folder.write("h.json", r#"{"rules_of": []}"#);
    let run = folder.run(&["scan", "--config", "h.json", "x"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("h.json") && run.err.contains("rules_of"), "{}", run.err);
}

#[test]
fn a_baseline_takes_what_is_known_as_often_as_it_was() {
    let folder = Folder::new();
    folder.write("a", format!("x = {}\ny = {}\n", token(7), token(8)));
    let written = folder.run(&["scan", "--write-baseline", "b.json"]);
    assert_eq!((written.code, written.out.as_str()), (0, ""));
    let baseline = folder.read("b.json");
    for seed in [7, 8] {
        assert!(!baseline.contains(&token(seed)[4..12]));
    }
    let run = |folder: &Folder| folder.run(&["scan", "--baseline", "b.json"]);
    assert_eq!(run(&folder).code, 0);
    // It may move, but not come again, nor stand elsewhere.
    folder.write("a", format!("\n\n   y = {}\nx = {}\n", token(8), token(7)));
    assert_eq!(run(&folder).code, 0);
    folder.write("a", format!("x = {0}\nx = {0}\n", token(7)));
    assert_eq!(run(&folder).out.lines().count(), 1);
    folder.write("a", "");
    folder.write("c", format!("x = {}\n", token(7)));
    assert_eq!(run(&folder).code, 1);
    for wrong in [
        "",
        "{}",
        r#"{"version": 2, "findings": []}"#,
        r#"{"version":1,"findings":[{"rule":"a","path":"b"}]}"#,
    ] {
        folder.write("b.json", wrong);
        assert_eq!(run(&folder).code, 2, "{wrong}");
    }
}

#[test]
fn with_a_key_a_baseline_knows_each_secret() {
    let folder = Folder::new();
    let run = |arguments: &[&str], key: &str| {
        let mut command = folder.command(arguments);
        command.env("HUSHGATE_FINGERPRINT_KEY", key);
        common::finish(command, b"")
    };
    let key = "a key of the tests";
    folder.write("a", format!("x = {}\n", token(9)));
    assert_eq!(run(&["scan", "--write-baseline", "b.json"], key).code, 0);
    assert_eq!(run(&["scan", "--baseline", "b.json"], key).code, 0);
    assert_eq!(run(&["scan", "--baseline", "b.json"], "another key of the tests").code, 1);
    assert_eq!(folder.run(&["scan", "--baseline", "b.json"]).code, 2);
    // Another secret in the same words is another one.
    folder.write("a", format!("x = {}\n", token(10)));
    assert_eq!(run(&["scan", "--baseline", "b.json"], key).code, 1);
    assert_eq!(run(&["scan"], "too short").code, 2);
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let folder = Folder::new();
    folder.write("a b/\u{e4}.py", format!("k = '{}'\n{}\n", token(11), database(2)));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sarif/sarif-schema-2.1.0.json");
    let mut schemas = boon::Schemas::new();
    let schema = boon::Compiler::new().compile(schema, &mut schemas).unwrap();
    for arguments in [
        &["scan", "--format", "sarif"][..],
        &["scan", "--format", "sarif", "--profile", "quiet", "none"],
    ] {
        let document: Value = serde_json::from_str(&folder.run(arguments).out).unwrap();
        if let Err(error) = schemas.validate(&document, schema) {
            panic!("{error:#}");
        }
    }
    let document: Value =
        serde_json::from_str(&folder.run(&["scan", "--format", "sarif"]).out).unwrap();
    let results = document["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    let region = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(region["artifactLocation"]["uri"], "a%20b/%C3%A4.py");
    assert_eq!(
        (&region["region"]["startLine"], &region["region"]["startColumn"]),
        (&1.into(), &6.into())
    );
    // How long a password is, is not said.
    assert!(results[1]["locations"][0]["physicalLocation"]["region"].get("byteLength").is_none());
    // The validator does find fault.
    assert!(
        schemas.validate(&serde_json::json!({"version": "2.1.0", "runs": [{}]}), schema).is_err()
    );
}

#[test]
fn annotations_are_commands_of_github() {
    let folder = Folder::new();
    folder.write("a,b.txt", format!("\n {}", token(12)));
    let run = folder.run(&["scan", "--format", "github"]);
    assert!(
        run.out.starts_with("::error file=a%2Cb.txt,line=2,col=2,title=github.pat::"),
        "{}",
        run.out
    );
    assert_eq!(run.out.lines().count(), 1);
}

#[test]
fn threads_change_nothing() {
    let folder = Folder::new();
    for number in 0..60 {
        folder.write(&format!("{number}/a"), format!("{}\n{}\n", token(number), database(number)));
    }
    let runs = ["1", "2", "7"].map(|count| folder.run(&["scan", "--threads", count]).out);
    assert_eq!(runs[0].lines().count(), 120);
    assert!(runs.iter().all(|run| *run == runs[0]));
}

#[test]
fn names_and_lines_cannot_command_a_terminal() {
    let folder = Folder::new();
    folder.write("a\u{1b}[2J", format!("\u{1b}[31m {}", token(13)));
    let run = folder.run(&["scan"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains('\u{1b}'), "{:?}", run.out);
}

#[test]
fn the_version_names_the_rules() {
    let run = Folder::new().run(&["--version"]);
    let expected = format!(
        "hushgate {} ({} rules, {})\n",
        env!("CARGO_PKG_VERSION"),
        rule::builtin().len(),
        rule::DIGEST
    );
    assert_eq!((run.code, run.out), (0, expected));
    assert_eq!(rule::DIGEST.len(), 12);
}
