//! `docs/cli.md`, made by running what it shows.
//!
//! `SNAPSHOTS=overwrite cargo test --package hushgate-cli --test pages` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // All of this file is a test.

mod common;

use std::fmt::Write as _;

use common::{Folder, Run, database, finish, repository, token};

/// A page under way.
struct Page {
    folder: Folder,
    text: String,
}

impl Page {
    fn say(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Runs commands as a shell would, and shows each with what it printed, on either stream, and its exit code.
    fn show(&mut self, lines: &[&str]) {
        self.text.push_str("```console\n");
        for line in lines {
            let run = self.run(line);
            let _ = writeln!(self.text, "$ {line}");
            self.text.push_str(&run.out);
            self.text.push_str(&run.err);
            if run.code != 0 {
                let _ = writeln!(self.text, "? {}", run.code);
            }
        }
        self.text.push_str("```\n\n");
    }

    fn run(&self, line: &str) -> Run {
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_hushgate"));
        let path = std::env::var("PATH").unwrap();
        let mut shell = self.folder.command(&[]);
        // The same folder and environment, with a shell that finds the program.
        let folder = shell.get_current_dir().unwrap().to_owned();
        let environment: Vec<_> = shell
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
            .collect();
        shell = std::process::Command::new("sh");
        shell.args(["-c", line]).current_dir(folder);
        for (name, value) in environment {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.env("PATH", format!("{}:{path}", program.parent().unwrap().display()));
        finish(shell, b"")
    }
}

#[test]
fn the_page_shows_what_happens() {
    let page = page();
    for seed in 1..9 {
        assert!(!page.contains(&token(seed)[4..16]), "a credential is on the page");
    }
    let path = repository("docs/cli.md");
    snapbox::assert_data_eq!(page, snapbox::Data::read_from(&path, None).raw());
}

fn page() -> String {
    let mut page = Page { folder: Folder::new(), text: String::new() };
    introduction(&mut page);
    scanning(&mut page);
    known(&mut page);
    git(&mut page);
    redacting(&mut page);
    configurations(&mut page);
    rules(&mut page);
    page.say(INTEGRATION);
    page.text.trim_end().to_owned() + "\n"
}

fn introduction(page: &mut Page) {
    page.say("# The command line\n");
    page.say(
        "`hushgate` looks for credentials in files, streams and git with the engine and the rules of the filter, and tries a\n\
         filter's configuration before a proxy runs it. This page is made by a test that runs what it shows\n\
         (`cli/tests/pages.rs`); a line `? 1` is an exit code other than 0.\n\n\
         ```sh\n\
         cargo install --locked --path cli\n\
         ```\n",
    );
    page.show(&["hushgate --help"]);
}

fn scanning(page: &mut Page) {
    let app = format!("import github\n\nclient = github.Github(\"{}\")\n", token(1));
    page.folder.write("shop/app.py", app);
    page.folder.write("shop/.env", format!("PORT=8080\n{}\n", database(2)));
    let test = format!("TOKEN = \"{}\"  # hushgate:allow github.pat: revoked in May\n", token(3));
    page.folder.write("shop/test_app.py", test);
    page.say(
        "## scan\n\
         A finding is a line: file, line, column, rule, confidence, and what stands around it. No more of a credential is shown than\n\
         its vendor's public prefix, in no form of output. Exit codes: 0 nothing found, 1 something, 2 an error or a file that\n\
         cannot be read. Messages go to the standard error.\n",
    );
    page.show(&["hushgate scan shop", "cat shop/.env | hushgate scan --quiet -"]);
    page.say(
        "Hidden files are looked at, and binary ones; what git ignores is not, nor what `.ignore` and `.hushgateignore` name\n\
         (`--no-ignore` looks at it all). Archives are not unpacked. Files of any size are scanned in constant memory, and folders by\n\
         several threads. `--profile quiet` tells what is certain by its shape alone, `--profile strict` what is merely possible as\n\
         well; `--exposure identifier` adds what opens nothing alone, and `public` what is meant to be seen.\n\n\
         `shop/test_app.py` has a token too: a comment allows it, on its line, within 512 bytes. `hushgate:allow` alone allows every\n\
         rule, names after it allow those rules only. A proxy never honours such a comment.\n\n\
         For programs there are JSON lines, SARIF 2.1.0 (`--format sarif`) and annotations of GitHub Actions (`--format github`).\n\
         `length` is missing of passwords, since it would help to guess them, `offset` of findings in a patch.\n",
    );
    page.show(&[
        "hushgate scan --format json shop/app.py",
        "hushgate scan --quiet --format github shop",
    ]);
}

fn known(page: &mut Page) {
    page.say(
        "### What is known already\n\
         A baseline names findings that are not told again. It says nothing of the secret: a finding is known by its rule, its file and\n\
         a digest of its line with everything found in it masked, as often as it was there. Another secret in the same words is taken\n\
         for the first one; with a key of at least 16 bytes in `HUSHGATE_FINGERPRINT_KEY`, kept outside the repository, each secret is\n\
         known by its keyed fingerprint instead.\n",
    );
    page.show(&[
        "hushgate scan --write-baseline baseline.json shop",
        "cat baseline.json",
        "hushgate scan --baseline baseline.json shop",
    ]);
}

fn git(page: &mut Page) {
    page.say(
        "### Git\n\
         `--staged` looks at the added lines of the next commit, `--diff RANGE` at those of a change (`--diff -` at a patch on the\n\
         input), `--history` at every version of every file that the repository has ever held, and at every commit's message.\n",
    );
    page.folder.git(&["init", "--quiet", "--initial-branch=main"]);
    page.folder.write(".gitignore", "baseline.json\n");
    page.folder.commit("A shop");
    page.folder.write("shop/.env", "PORT=8080\n");
    page.folder.write("shop/app.py", "import github\n");
    page.folder.commit("Take the credentials out");
    page.folder
        .write("shop/deploy.sh", format!("curl -H \"Authorization: token {}\" $URL\n", token(4)));
    page.show(&["git add shop/deploy.sh", "hushgate scan --staged", "hushgate scan --history"]);
    page.say(
        "## scrub-help\n\
         What was in a history is known to others. `scrub-help` says what to revoke, where, in which order, and how to rewrite the\n\
         history; it runs nothing.\n",
    );
    page.show(&["hushgate scan --quiet --history --format json | hushgate scrub-help"]);
}

fn redacting(page: &mut Page) {
    page.say(
        "## redact\n\
         Replaces credentials and leaves every other byte as it is; what is replaced keeps its length. It reads files or the input, and\n\
         writes what is decided at once, so that a log can be followed. `--in-place` rewrites files, each as a whole or not at all.\n\
         Comments allow nothing here.\n",
    );
    page.folder.write("build.log", format!("pushing with {}\ndone\n", token(5)));
    page.show(&[
        "hushgate redact < build.log",
        "hushgate redact --style mask build.log",
        "hushgate redact --in-place build.log",
    ]);
}

fn configurations(page: &mut Page) {
    page.say(
        "## check\n\
         Reads a filter's configuration with the very code that the filter runs, and prints what it comes to:\n\
         that of the filter which redacts, or of another one (`--filter inject`, `--filter edge`).\n",
    );
    page.folder.write("good.json", r#"{"responses": "mask", "profile": "quiet"}"#);
    page.folder.write("bad.json", "{\n  \"responces\": \"mask\"\n}\n");
    page.show(&["hushgate check good.json", "hushgate check bad.json"]);
    page.say(
        "With `--envoy` it reads a whole configuration of Envoy, in YAML or JSON, and warns of what leaks or fails open: no `vm_id` or a\n\
         shared one, no capability restriction, no failure policy or an open one, a plugin's configuration that is refused, URLs in the\n\
         access log, an open admin interface, a compressor before the filter; and around injected credentials: no TLS, no verified\n\
         certificate or name, a source that clients choose, a cache or a mirror beside a filter that is not upstream. It looks at one\n\
         file, not at what comes by xDS.\n",
    );
    let envoy = std::fs::read_to_string(repository("envoy/redact.yaml")).unwrap();
    let envoy = envoy.replace("failure_policy: FAIL_RELOAD", "failure_policy: FAIL_OPEN");
    page.folder.write("envoy.yaml", envoy.replace("%PATH(NQ:PATH)%", "%REQ(:PATH)%"));
    page.show(&["hushgate check --envoy envoy.yaml"]);
    page.say(
        "## explain\n\
         Sends a recorded exchange (a HAR file of a browser, or HTTP/1.1 as text) through the filter, and says what it would do and by\n\
         which policy. `--result` prints the messages as they would go on, and masks what a policy leaves in them.\n",
    );
    let exchange = format!(
        "GET /repos?token={} HTTP/1.1\nHost: api.shop.example\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{{\"key\": \"{}\"}}\n",
        token(6),
        token(7)
    );
    page.folder.write("exchange.http", exchange);
    page.show(&[
        "hushgate explain exchange.http --result",
        "hushgate explain exchange.http --role outbound",
    ]);
    page.say(
        "## config\n\
         Prints a configuration of a proxy with the filter's own in it: `envoy` (complete, and what the end-to-end tests run), `istio`,\n\
         `envoy-gateway` and `nginx` (complete: `nginx/redact.conf`). What Istio and Envoy Gateway make of theirs is run in a real Envoy as well\n\
         (`tests/e2e/tests/printed.rs`); no test has a cluster that would check the resource around it. Neither has a field for\n\
         `allow_on_headers_stop_iteration`: there a block of a body comes after its headers have gone on. For that, and for a\n\
         restriction of what the module may call, patch in the filter that `hushgate config envoy` prints.\n",
    );
    page.show(&["hushgate config envoy-gateway --config good.json"]);
}

fn rules(page: &mut Page) {
    page.say("## rules\n");
    page.folder.write(
        "rules.json",
        r#"{"rules": [{"id": "acme.key", "pattern": "\\bacme-[0-9]{8}\\b", "examples": ["key=<<acme-01234567>>"]}]}"#,
    );
    page.show(&[
        "hushgate rules list 'npm.*' sendgrid.api_key",
        "hushgate rules show npm.access_token",
        "hushgate rules test rules.json",
    ]);
    page.say(
        "`convert` makes a configuration of rules of gitleaks, and names what cannot be carried over. Of a rule these can: the id, the\n\
         description, the regular expression and its group; of lists for all rules, patterns and words.\n",
    );
    page.folder.write(
        "gitleaks.toml",
        "[[rules]]\nid = \"acme-api-key\"\nregex = '''acme_([a-z0-9]{20})'''\nentropy = 3\nkeywords = [\"acme_\"]\n\n\
         [[rules]]\nid = \"key-file\"\npath = '''id_rsa$'''\n",
    );
    page.show(&["hushgate rules convert gitleaks.toml"]);
}

const INTEGRATION: &str = r"## Before a commit
With [pre-commit](https://pre-commit.com), which needs `hushgate` to be installed:

```yaml
# .pre-commit-config.yaml
repos:
  - repo: https://github.com/hushgate/hushgate
    rev: main # better: a commit
    hooks:
      - id: hushgate
```

Without it, in `.git/hooks/pre-commit`: `exec hushgate scan --staged`.

## In GitHub Actions
```yaml
# .github/workflows/secrets.yaml
name: secrets
on: [push, pull_request]
permissions:
  contents: read
  security-events: write # for the upload
jobs:
  hushgate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0 } # all of the history
      - run: cargo install --locked --git https://github.com/hushgate/hushgate hushgate-cli
      # Annotations beside the lines; fails where there is a finding.
      - run: hushgate scan --format github
      - run: hushgate scan --history
      # For the Security tab, even then.
      - if: always()
        run: hushgate scan --format sarif > hushgate.sarif || test $? = 1
      - if: always()
        uses: github/codeql-action/upload-sarif@v3
        with: { sarif_file: hushgate.sarif }
```

## Completions and manual pages
`hushgate completions bash` (zsh, fish, elvish, powershell) and `hushgate man --folder FOLDER` print what the commands' own definitions
say.";
