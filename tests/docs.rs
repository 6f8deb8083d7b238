//! The documentation against the code: what it names must exist, and what exists must be named.
//!
//! `HUSHGATE_BLESS=1 cargo test --test docs` writes `docs/rules.md` anew.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic)] // All of this file is a test.

use std::{env, fmt::Write as _, fs, path::PathBuf};

use hushgate::rule::{self, Rule};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn word(value: impl std::fmt::Debug) -> String {
    let name = format!("{value:?}");
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn rules_page() -> String {
    let mut rules: Vec<&Rule> = rule::builtin().iter().collect();
    rules.sort_by_key(|rule| (rule.provider.to_lowercase(), rule.id));
    let mut page = format!(
        "# The built-in rules\n\n{} rules, made from `src/rule/builtin/*.toml` ([the format](rule-format.md)). What is \
         an identifier or public is reported,\nnever rewritten. Confidence is that of a match of the shape alone: a \
         checksum that holds makes a finding certain, one that does\nnot lowers it.\n\n\
         | rule | what it is | provider | kind | severity | exposure | confidence |\n|---|---|---|---|---|---|---|\n",
        rules.len()
    );
    for rule in rules {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            rule.id,
            rule.title,
            rule.provider,
            word(rule.kind),
            word(rule.severity),
            word(rule.exposure),
            rule.confidence.name(),
        );
    }
    page
}

#[test]
fn the_list_of_rules_is_that_of_the_data() {
    let page = rules_page();
    if env::var_os("HUSHGATE_BLESS").is_some() {
        fs::write(path("docs/rules.md"), &page).unwrap();
    }
    assert!(
        read("docs/rules.md") == page,
        "docs/rules.md is not up to date: HUSHGATE_BLESS=1 cargo test --test docs"
    );
}

#[test]
fn the_readme_names_every_field_of_the_configuration() {
    let readme = read("README.md");
    // The error of an unknown field lists those that are known.
    let error = hushgate::config::Config::parse(br#"{"x": 1}"#).unwrap_err().to_string();
    let (_, known) = error.split_once("known are ").unwrap();
    for field in known.split(", ") {
        assert!(readme.contains(&format!("| `{field}` |")), "README.md does not explain {field:?}");
    }
}

/// Every path in backquotes or links of these pages that looks like one of this repository.
#[test]
fn paths_in_the_documentation_exist() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/hosts.md",
        "docs/custom.md",
        "docs/policies.md",
    ] {
        let text = read(page);
        let quoted = text.split('`').skip(1).step_by(2);
        let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        // A link may go on to a heading of the page.
        for name in quoted.chain(linked).filter_map(|name| name.split('#').next()) {
            let roots = [
                "src/", "filters/", "cli/", "tests/", "docs/", "envoy/", "nginx/", "benches/",
                "tools/", "build/",
            ];
            let is_path = roots.iter().any(|root| name.starts_with(root)) || name.ends_with(".md");
            let base =
                if page.starts_with("docs/") && name.ends_with(".md") { "docs/" } else { "" };
            if is_path && !name.contains(['*', ' ', '<', ':']) {
                let found = path(name).exists() || path(&format!("{base}{name}")).exists();
                assert!(found, "{page} names {name}, which does not exist");
            }
        }
    }
}
