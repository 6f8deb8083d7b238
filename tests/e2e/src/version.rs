//! Which Envoy runs the tests, and what its configuration is called there.
//!
//! The shipped files are for the pinned version. `make test-envoy-matrix` runs older ones, whose differences are these.

use std::{env, path::PathBuf, process::Command, sync::LazyLock};

use crate::root;

/// The program: `HUSHGATE_ENVOY`, or the pinned one.
///
/// # Panics
/// When there is none.
pub(crate) fn program() -> PathBuf {
    let program = env::var_os("HUSHGATE_ENVOY")
        .map_or_else(|| root().join("target/tools/bin/envoy"), PathBuf::from);
    assert!(program.exists(), "no Envoy at {}: run `make tools`", program.display());
    program
}

/// Major and minor number, as the program says them: `(1, 40)`.
///
/// # Panics
/// When it says none.
pub fn version() -> (u32, u32) {
    static VERSION: LazyLock<(u32, u32)> = LazyLock::new(|| {
        let said = Command::new(program()).arg("--version").output().expect("Envoy's process");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        // `envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`
        let numbers = said.split('/').find_map(|part| {
            let mut numbers = part.split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        });
        numbers.unwrap_or_else(|| panic!("no version in {said:?}"))
    });
    *VERSION
}

/// Whether an answer that an upstream filter held may be tried again by the router. 1.36 crashes on it (docs/hosts.md):
/// there is nothing for a test to see.
pub fn retries_what_was_held() -> bool {
    let does = version() >= (1, 37);
    if !does {
        eprintln!("not run on Envoy 1.36, which crashes on a retry of an answer that was held");
    }
    does
}

/// Whether the metrics of an upstream filter stand below their cluster's name. They do before 1.39, and so the dashboard's
/// row about injection stays empty there (docs/hosts.md).
pub fn scopes_upstream_metrics() -> bool {
    version() < (1, 39)
}

/// A configuration for 1.40 as this Envoy wants it.
pub(crate) fn adapted(text: String) -> String {
    if version() < (1, 40) { with_old_restriction(&text) } else { text }
}

/// Before 1.40 a plugin is restricted beside its `vm_config`, and not in it.
fn with_old_restriction(text: &str) -> String {
    const RESTRICTION: &str = "capability_restriction_config:";
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut out: Vec<&str> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() != RESTRICTION {
            out.push(line);
            continue;
        }
        // The list goes up by one level, before the parent that it was in.
        let mut block = vec![&line[2..]];
        while let Some(next) = lines.next_if(|next| depth(next) > depth(line)) {
            block.push(&next[2..]);
        }
        let parent = out.iter().rposition(|above| above.trim() == "vm_config:");
        let parent = parent.expect("a restriction stands in a vm_config");
        out.splice(parent..parent, block);
    }
    out.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_restriction_moves_up() {
        let new = "a:\n  vm_config:\n    vm_id: x\n    capability_restriction_config:\n      \
                   allowed_capabilities:\n        one: {}\n    code: y\nb: z\n";
        let old = "a:\n  capability_restriction_config:\n    allowed_capabilities:\n      one: {}\n  \
                   vm_config:\n    vm_id: x\n    code: y\nb: z\n";
        assert_eq!(with_old_restriction(new), old);
    }
}
