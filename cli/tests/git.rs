//! `hushgate scan` of git: what is staged, what a change adds, and all that ever was.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // All of this file is a test.

mod common;

use common::{Folder, token};

fn repository() -> Folder {
    let folder = Folder::new();
    folder.git(&["init", "--quiet", "--initial-branch=main"]);
    folder
}

#[test]
fn added_lines_alone_are_told() {
    let folder = repository();
    folder.write("a b.txt", format!("1\n2\nold = {}\n4\n5\n", token(1)));
    assert_eq!(folder.run(&["scan", "--staged"]).code, 0, "nothing is staged yet");
    folder.git(&["add", "."]);
    let staged = folder.run(&["scan", "--staged"]);
    assert_eq!(staged.out, "a b.txt:3:7: github.pat certain: old = ghp_***\n");
    folder.commit("one");
    assert_eq!(folder.run(&["scan", "--staged"]).code, 0);
    folder.write("a b.txt", format!("1\n2\nold = {}\n4\nnew = {}\n", token(1), token(2)));
    assert_eq!(folder.run(&["scan", "--staged"]).code, 0, "it is not staged");
    let told = "a b.txt:5:7: github.pat certain: new = ghp_***\n";
    let changed = folder.run(&["scan", "--diff"]);
    assert_eq!((changed.code, changed.out.as_str()), (1, told));
    let patch = folder.git(&["diff"]);
    assert_eq!(folder.run_with(&["scan", "--diff", "-"], patch.as_bytes()).out, told);
    folder.commit("two");
    assert_eq!(folder.run(&["scan", "--diff", "HEAD~1..HEAD"]).out, told);
    assert_eq!(folder.run(&["scan", "--diff", "HEAD~1..HEAD", "--", "other"]).code, 0);
    // What a change takes away is none of its findings.
    folder.write("a b.txt", "1\n");
    folder.git(&["add", "."]);
    assert_eq!(folder.run(&["scan", "--staged"]).code, 0);
    for wrong in [
        &["scan", "--diff", "none"][..],
        &["scan", "--diff=--output=x"],
        &["scan", "--staged", "--history"],
    ] {
        assert_eq!(folder.run(wrong).code, 2, "{wrong:?}");
    }
}

/// A user's own settings of git change nothing, and binary files are no hiding place.
#[test]
fn settings_and_binary_files_hide_nothing() {
    let folder = repository();
    folder.git(&["config", "diff.noprefix", "true"]);
    folder.git(&["config", "color.ui", "always"]);
    folder.git(&["config", "diff.external", "true"]);
    folder.write("\u{e4}.bin", format!("\0\0\n{}\n\0", token(3)));
    folder.git(&["add", "."]);
    assert_eq!(
        folder.run(&["scan", "--staged"]).out,
        "\u{e4}.bin:2:1: github.pat certain: ghp_***\n"
    );
}

/// Scanning a repository runs nothing that it names.
#[cfg(unix)]
#[test]
fn a_repository_runs_no_program() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = repository();
    let script = folder
        .write("evil.sh", format!("#!/bin/sh\ntouch {}\ncat\n", folder.path("ran").display()));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder.write(".gitattributes", "* diff=evil\n");
    folder.write("a", "1\n");
    folder.commit("one");
    let script = script.to_str().unwrap();
    for name in
        ["core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "core.pager"]
    {
        folder.git(&["config", name, script]);
    }
    folder.write("a", format!("{}\n", token(8)));
    for arguments in [&["scan", "--diff"][..], &["scan", "--diff", "HEAD"], &["scan", "--history"]]
    {
        folder.run(arguments);
        assert!(!folder.path("ran").exists(), "{arguments:?}");
    }
    assert_eq!(folder.run(&["scan", "--diff"]).code, 1);
    // Git alone does run it: the settings are such.
    folder.git(&["status"]);
    assert!(folder.path("ran").exists());
}

#[test]
fn the_history_is_scanned_once_a_version() {
    let folder = repository();
    folder.write("a", format!("k = {}\n", token(4)));
    folder.commit("one");
    let first = folder.git(&["rev-parse", "HEAD"]);
    folder.write("a", format!("\nk = {}\nmore\n", token(4)));
    folder.commit("two");
    folder.write("a", "clean\n");
    folder.commit(&format!("three\n\nwith {} in its words", token(5)));
    let third = folder.git(&["rev-parse", "HEAD"]);
    folder.git(&["checkout", "--quiet", "-b", "other", "HEAD~2"]);
    folder.write("b", format!("t: {}\n", token(6)));
    folder.commit("four");
    let fourth = folder.git(&["rev-parse", "HEAD"]);
    folder.git(&["checkout", "--quiet", "main"]);
    assert_eq!(folder.run(&["scan"]).code, 0, "the files of now are clean");
    let run = folder.run(&["scan", "--history"]);
    let expected = format!(
        "{}:(commit message):3:6: github.pat certain: with ghp_*** in its words\n\
         {}:a:1:5: github.pat certain: k = ghp_***\n\
         {}:b:1:4: github.pat certain: t: ghp_***\n",
        &third[..12],
        &first[..12],
        &fourth[..12]
    );
    assert_eq!((run.code, run.out), (1, expected));
    let json = folder.run(&["scan", "--history", "--format", "json", "b"]).out;
    assert!(json.contains(fourth.trim()) && json.lines().count() == 1, "{json}");
    let help = folder.run_with(
        &["scrub-help"],
        folder.run(&["scan", "--history", "--format", "json"]).out.as_bytes(),
    );
    assert!(help.out.contains(first.trim()) && help.out.contains("github.com"), "{}", help.out);
}

#[test]
fn a_merge_is_part_of_the_history() {
    let folder = repository();
    folder.write("a", "1\n2\n3\n");
    folder.commit("one");
    folder.git(&["checkout", "--quiet", "-b", "other"]);
    folder.write("a", "1\n2\n3 of other\n");
    folder.commit("two");
    folder.git(&["checkout", "--quiet", "main"]);
    folder.write("a", "1 of main\n2\n3\n");
    folder.commit("three");
    folder.git(&["merge", "--quiet", "--no-commit", "other"]);
    folder.write("a", format!("1 of main\nk = {}\n3 of other\n", token(7)));
    folder.commit("merge");
    let merge = folder.git(&["rev-parse", "HEAD"]);
    let run = folder.run(&["scan", "--history"]);
    assert_eq!(run.out, format!("{}:a:2:5: github.pat certain: k = ghp_***\n", &merge[..12]));
}

#[test]
fn without_a_repository_it_fails() {
    let folder = Folder::new();
    for arguments in [["scan", "--history"], ["scan", "--staged"]] {
        let mut command = folder.command(&arguments);
        command.env("GIT_CEILING_DIRECTORIES", folder.path("").parent().unwrap());
        let run = common::finish(command, b"");
        assert_eq!(run.code, 2, "{}", run.err);
    }
}

/// One program says why, not three.
#[test]
fn without_a_repository_there_is_an_error() {
    let folder = Folder::new();
    for source in ["--history", "--staged", "--diff"] {
        let mut command = folder.command(&["scan", source]);
        command.env("GIT_CEILING_DIRECTORIES", folder.path("").parent().unwrap());
        let run = common::finish(command, b"");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{source}");
        assert_eq!(run.err.matches("fatal: ").count(), 1, "{source}: {}", run.err);
        assert!(
            run.err.ends_with("hushgate: git: there is no repository to scan\n"),
            "{}",
            run.err
        );
    }
}
