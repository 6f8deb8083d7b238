//! `hushgate config`.

use std::{io::Write, path::PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use crate::{
    check::configs,
    command::check::explained,
    failure::{Failure, Status},
    setup::read_text,
};

/// Print a configuration of a proxy with the filter in it
///
/// The filter's own configuration is checked first.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which proxy
    #[arg(value_enum)]
    proxy: Proxy,
    /// The filter's configuration, `-` for the input; without one, findings are redacted in both directions
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Proxy {
    /// A whole configuration, ready to run
    Envoy,
    /// A WasmPlugin
    Istio,
    /// An EnvoyExtensionPolicy
    EnvoyGateway,
    /// A whole configuration for an NGINX with ngx_wasm_module
    Nginx,
}

/// The configuration that the end-to-end tests run, and the filter's own in it.
const ENVOY: &str = include_str!("../../../envoy/redact.yaml");
const ENVOY_CONFIG: &str = r#"{"requests":"redact","responses":"redact","hold_headers":true}"#;
const ISTIO: &str = include_str!("../../templates/istio.yaml");
const ENVOY_GATEWAY: &str = include_str!("../../templates/envoy-gateway.yaml");
/// The configuration that `make test-nginx` checks, and the filter's own in it.
const NGINX: &str = include_str!("../../../nginx/redact.conf");
const NGINX_CONFIG: &str = r#"{"host":"nginx","requests":"redact","responses":"redact"}"#;

/// Where the filter's own stands in the others.
const PLACE: &str = "@CONFIG@";
/// NGINX reads its configuration through a buffer of 4,096 bytes, in which a word and its quotes must fit.
const NGINX_WORD_BYTES_MAX: usize = 4_094;

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Status, Failure> {
    let is_nginx = matches!(args.proxy, Proxy::Nginx);
    let config = match &args.config {
        None if is_nginx => NGINX_CONFIG.to_owned(),
        None => ENVOY_CONFIG.to_owned(),
        Some(path) => {
            let text = read_text(path)?;
            let failed = |reason: String| Failure::of(path.display(), reason);
            configs::redact(text.as_bytes()).map_err(|error| failed(explained(&text, &error)))?;
            let line = compact(&text).map_err(failed)?;
            if is_nginx { in_nginx(&line).map_err(failed)? } else { line }
        }
    };
    let printed = match args.proxy {
        Proxy::Envoy => ENVOY.replacen(&quoted(ENVOY_CONFIG), &quoted(&config), 1),
        Proxy::Istio => ISTIO.replacen(PLACE, &config, 1),
        Proxy::EnvoyGateway => ENVOY_GATEWAY.replacen(PLACE, &config, 1),
        Proxy::Nginx => NGINX.replacen(&format!("'{NGINX_CONFIG}'"), &nginx_word(&config)?, 1),
    };
    out.write_all(printed.as_bytes()).map_err(Failure::output)?;
    Ok(Status::Clean)
}

/// The same JSON on one line, and so that it is YAML with the same meaning.
///
/// What YAML might not take as it is, such as a line separator, is escaped. A character beyond the first plane stays:
/// JSON would escape it as two surrogates, which YAML has not.
fn compact(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Ok("{}".to_owned());
    }
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let json = serde_json::to_string(&value).map_err(|error| error.to_string())?;
    let mut line = String::new();
    for c in json.chars() {
        match u32::from(c) {
            code @ 0x7f..=0xffff => line.push_str(&format!("\\u{code:04x}")),
            _ => line.push(c),
        }
    }
    Ok(line)
}

/// The same for the host that it is printed for, and checked for that.
fn in_nginx(line: &str) -> Result<String, String> {
    let rest = line.strip_prefix('{').unwrap_or_default();
    let config = match line.contains("\"host\":") {
        true => line.to_owned(),
        false if rest == "}" => r#"{"host":"nginx"}"#.to_owned(),
        false => format!(r#"{{"host":"nginx",{rest}"#),
    };
    match configs::redact(config.as_bytes()) {
        Err(error) => Err(error.to_string()),
        Ok(read) if !read.host.is_nginx() => Err("\"host\" names another proxy".to_owned()),
        Ok(_) => Ok(config),
    }
}

/// A text in YAML's single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// One word of an NGINX configuration, in its single quotes.
fn nginx_word(text: &str) -> Result<String, Failure> {
    let escaped = text.replace('\\', "\\\\").replace('\'', "\\'");
    if escaped.len() > NGINX_WORD_BYTES_MAX {
        return Err(Failure::Message(format!(
            "escaped, the configuration has {} bytes; NGINX takes {NGINX_WORD_BYTES_MAX}",
            escaped.len()
        )));
    }
    Ok(format!("'{escaped}'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::yaml;

    /// What a file of NGINX's has for a word, as NGINX reads a quoted one: of a backslash before a quote or a
    /// backslash the second is meant; before `t`, `r` or `n` it is that character; any other stays.
    fn read_by_nginx(word: &str) -> String {
        let inner = word.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap();
        let mut text = String::new();
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            assert_ne!(c, '\'', "the word would end here");
            match c {
                '\\' => match chars.next().unwrap() {
                    c @ ('"' | '\'' | '\\') => text.push(c),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'n' => text.push('\n'),
                    other => text.extend(['\\', other]),
                },
                c => text.push(c),
            }
        }
        text
    }

    /// Every ASCII character, some beyond, and what looks like more than it is.
    fn odd_values() -> impl Iterator<Item = Value> {
        let all: String = (0..0x80u8).map(char::from).collect();
        let odd =
            ["", "\\", "\\n", "'", "\\'", "''", "'; x", "$a", "{", "}", "# c", "a: b", "@CONFIG@"];
        let beyond = ["\u{85}\u{2028}\u{feff}", "\u{fffe}\u{e000}\u{ffff}", "\u{1F600}\u{10FFFD}"];
        let texts = odd.into_iter().chain(beyond).map(str::to_owned).chain([all]);
        texts.map(|text| serde_json::json!({"list": [text.clone()], text.clone(): text}))
    }

    #[test]
    fn words_read_the_same_by_yaml_and_nginx() {
        for value in odd_values() {
            let line = compact(&value.to_string()).unwrap();
            let config =
                |value: &Value| serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap();
            for text in [
                ISTIO.replacen(PLACE, &line, 1),
                ENVOY_GATEWAY.replacen(PLACE, &line, 1),
                ENVOY.replacen(&quoted(ENVOY_CONFIG), &quoted(&line), 1),
            ] {
                let documents = yaml::read(&text).unwrap();
                let mut found = Vec::new();
                documents[0].walk(&mut |node| {
                    found.extend(
                        ["pluginConfig", "config"]
                            .iter()
                            .filter_map(|it| node.get(it))
                            .map(yaml::Node::json),
                    );
                    found.extend(
                        node.get("configuration")
                            .and_then(|it| it.get("value"))
                            .map(|it| config(&it.json())),
                    );
                });
                assert!(found.contains(&value), "{value}");
            }
            let word = nginx_word(&line).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&read_by_nginx(&word)).unwrap(), value);
            assert!(word.is_ascii() || line.contains(|c| c > '\u{ffff}'));
        }
    }

    #[test]
    fn places_are_where_they_are_looked_for() {
        assert_eq!(ENVOY.matches(&quoted(ENVOY_CONFIG)).count(), 1);
        assert_eq!(NGINX.matches(&format!("'{NGINX_CONFIG}'")).count(), 1);
        for template in [ISTIO, ENVOY_GATEWAY] {
            assert_eq!(template.matches(PLACE).count(), 1);
        }
    }

    #[test]
    fn words_are_escaped() {
        assert_eq!(
            compact("{ \"a\" :\n\"\u{e4}\u{1F600}'\\\\\" }").unwrap(),
            "{\"a\":\"\\u00e4\u{1F600}'\\\\\"}"
        );
        assert_eq!(nginx_word("a'b\\c").unwrap(), "'a\\'b\\\\c'");
        assert_eq!(quoted("a'b"), "'a''b'");
        for (len, is_good) in [(4_093, true), (4_094, true), (4_095, false)] {
            assert_eq!(nginx_word(&"x".repeat(len)).is_ok(), is_good, "{len}");
        }
    }
}
