//! The configuration of NGINX, read as NGINX reads it: what its own `nginx -t` cannot say of the module's directives, and what must be
//! there so that nothing gets by the filter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // All of this file is a test.

use std::{fs, path::Path};

use hushgate::config::Config;

/// The module's directives that are used, and with how many words beside the name.
const OF_THE_MODULE: &[(&str, &[&str], usize)] =
    &[("module", &["wasm"], 2), ("proxy_wasm", &["http", "server", "location"], 2)];

/// What must be said where the filter runs, or around it.
const SAFE: &[&[&str]] = &[
    &["sendfile", "off"],
    &["client_body_in_single_buffer", "on"],
    &["proxy_buffering", "off"],
    &["proxy_cache", "off"],
    &["proxy_set_header", "Accept-Encoding", ""],
    &["gunzip", "off"],
    &["proxy_set_header", "Host", "$http_host"],
    &["proxy_pass", "http://upstream"],
];

/// NGINX reads through a buffer of 4,096 bytes, in which a word and its quotes must fit.
const WORD_BYTES_MAX: usize = 4_094;

/// A directive: the blocks around it, and its words.
#[derive(Debug)]
struct Directive {
    around: Vec<String>,
    words: Vec<String>,
}

fn read() -> Vec<Directive> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nginx/redact.conf");
    directives(&fs::read_to_string(path).unwrap())
}

/// Reads a configuration as `ngx_conf_file.c` does: words, quotes with escapes, comments, `;` and blocks.
fn directives(text: &str) -> Vec<Directive> {
    let (mut all, mut around, mut words) = (Vec::new(), Vec::<String>::new(), Vec::<String>::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            ';' => {
                all.push(Directive { around: around.clone(), words: std::mem::take(&mut words) })
            }
            '{' => {
                let words = std::mem::take(&mut words);
                around.push(words[0].clone());
            }
            '}' => assert!(words.is_empty() && around.pop().is_some(), "an end without a start"),
            '"' | '\'' => {
                let (mut word, mut bytes) = (String::new(), 0);
                loop {
                    let next = chars.next().expect("a quote ends");
                    bytes += next.len_utf8();
                    match next {
                        next if next == c => break,
                        '\\' => {
                            let escaped = chars.next().expect("an escape ends");
                            bytes += escaped.len_utf8();
                            if !['"', '\'', '\\'].contains(&escaped) {
                                word.push('\\');
                            }
                            word.push(escaped);
                        }
                        next => word.push(next),
                    }
                }
                assert!(bytes - 1 <= WORD_BYTES_MAX, "a word of {} bytes", bytes - 1);
                words.push(word);
            }
            c if c.is_whitespace() => {}
            c => {
                let mut word = String::from(c);
                let is_in = |c: &char| !c.is_whitespace() && !";{".contains(*c);
                while let Some(c) = chars.next_if(is_in) {
                    word.push(c);
                }
                words.push(word);
            }
        }
    }
    assert!(around.is_empty() && words.is_empty(), "the file ends in the middle");
    all
}

#[test]
fn the_modules_directives_are_well_formed() {
    let all = read();
    for (name, blocks, count) in OF_THE_MODULE {
        let found: Vec<_> = all.iter().filter(|it| it.words[0] == *name).collect();
        assert!(!found.is_empty(), "{name}");
        for directive in found {
            assert_eq!(directive.words.len() - 1, *count, "{directive:?}");
            assert!(blocks.contains(&directive.around.last().unwrap().as_str()), "{directive:?}");
        }
    }
    let of_wasm = all.iter().filter(|it| it.around.last().is_some_and(|block| block == "wasm"));
    for directive in of_wasm {
        assert!(OF_THE_MODULE.iter().any(|(name, ..)| *name == directive.words[0]));
    }
    let loaded = all.iter().find(|it| it.words[0] == "module").unwrap();
    let used = all.iter().find(|it| it.words[0] == "proxy_wasm").unwrap();
    assert_eq!(loaded.words[1], used.words[1]);
}

#[test]
fn the_filters_own_configuration_is_one_for_nginx() {
    let all = read();
    let used = all.iter().find(|it| it.words[0] == "proxy_wasm").unwrap();
    assert!(Config::parse(used.words[2].as_bytes()).unwrap().host.is_nginx());
}

#[test]
fn what_keeps_a_secret_in_is_said() {
    let all = read();
    let used = all.iter().find(|it| it.words[0] == "proxy_wasm").unwrap();
    for words in SAFE {
        let said = all.iter().find(|it| it.words == *words);
        let said = said.unwrap_or_else(|| panic!("{words:?} is missing"));
        assert!(used.around.starts_with(&said.around), "{words:?} stands elsewhere");
        assert_eq!(
            all.iter().filter(|it| it.words[..words.len() - 1] == words[..words.len() - 1]).count(),
            1
        );
    }
    let one = |name: &str| all.iter().find(|it| it.words[0] == name).unwrap().words[1].clone();
    assert_eq!(one("client_max_body_size"), one("client_body_buffer_size"));
    // A variable in it would be decoded, and `%0d%0a` splits the request.
    assert!(!one("proxy_pass").contains('$'));
}
