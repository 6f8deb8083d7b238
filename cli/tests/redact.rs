//! `hushgate redact`: every byte but a credential's stays, in streams and in files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // All of this file is a test.

mod common;

use std::{fs, io::Write as _, process::Stdio};

use common::{Folder, database, token};

#[test]
fn the_input_goes_to_the_output() {
    let folder = Folder::new();
    let input = format!("a\r\n\tkey: {}\0\u{e4}", token(1));
    let run = folder.run_with(&["redact"], input.as_bytes());
    let label = "[REDACTED:github.pat]*******************";
    assert_eq!((run.code, run.out), (0, format!("a\r\n\tkey: {label}\0\u{e4}")));
    let mask = folder.run_with(&["redact", "--style", "mask"], input.as_bytes());
    assert_eq!(mask.out, format!("a\r\n\tkey: ghp_{}\0\u{e4}", "*".repeat(36)));
    assert_eq!(folder.run_with(&["redact"], b"").out, "");
}

#[test]
fn a_hash_needs_a_key_that_lasts() {
    let folder = Folder::new();
    let input = token(2);
    let mut command = folder.command(&["redact", "--style", "hash"]);
    command.env("HUSHGATE_FINGERPRINT_KEY", "a key of the tests");
    let run = common::finish(command, input.as_bytes());
    let hash = run.out.strip_prefix("[REDACTED:github.pat:").unwrap().split(']').next().unwrap();
    assert_eq!(hash.len(), 16);
    let without = folder.run_with(&["redact", "--style", "hash"], input.as_bytes());
    assert!(without.out.starts_with("[REDACTED:github.pat]"), "{}", without.out);
}

/// What is decided goes on before more comes: a log can be followed.
#[test]
fn it_does_not_wait_for_the_end() {
    use std::io::Read as _;

    let folder = Folder::new();
    let mut child =
        folder.command(&["redact"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    for number in 3..6 {
        let line = format!("line {number}: {} .\n", token(number));
        input.write_all(line.as_bytes()).unwrap();
        let mut answer = vec![0; line.len()];
        output.read_exact(&mut answer).unwrap();
        let expected = format!("line {number}: [REDACTED:github.pat]******************* .\n");
        assert_eq!(String::from_utf8(answer).unwrap(), expected);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn files_are_rewritten_as_a_whole_or_not_at_all() {
    let folder = Folder::new();
    folder.write("a", format!("{}\n", database(1)));
    folder.write("clean", "clean\n");
    let before = fs::metadata(folder.path("clean")).unwrap();
    let run = folder.run(&["redact", "--in-place", "a", "clean"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let a = folder.read("a");
    assert!(
        a.starts_with("DATABASE_URL=mysql://shop:***") && a.ends_with("*@db.internal/orders\n"),
        "{a}"
    );
    let after = fs::metadata(folder.path("clean")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 2, "nothing else is left behind");
    assert_eq!(folder.run(&["redact", "--in-place", "none"]).code, 2);
    assert_eq!(folder.run(&["redact", "--in-place"]).code, 2);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    folder.write("dir/a", token(7));
    fs::set_permissions(folder.path("dir/a"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("dir/a", folder.path("link")).unwrap();
    assert_eq!(folder.run(&["redact", "--in-place", "link"]).code, 0);
    assert!(fs::symlink_metadata(folder.path("link")).unwrap().is_symlink());
    let mode = fs::metadata(folder.path("dir/a")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(folder.read("dir/a").starts_with("[REDACTED:github.pat]"));
}

#[test]
fn files_can_be_read_one_after_the_other() {
    let folder = Folder::new();
    folder.write("a", token(8));
    folder.write("b", "b");
    let run = folder.run_with(&["redact", "a", "-", "b"], b"-");
    assert_eq!(run.out, "[REDACTED:github.pat]*******************-b");
}
