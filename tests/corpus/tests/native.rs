//! The corpus, natively: the engine's exchange, and as much of a proxy as it takes.

mod proxy;

use hushgate_test_corpus::{check_theme, load, themes};

use proxy::Native;

/// One test a theme, so that a failure says where; the list is checked against the files.
macro_rules! themes {
    ($($theme:ident),* $(,)?) => {
        $(#[test]
        fn $theme() {
            check_theme::<Native>(stringify!($theme));
        })*

        #[test]
        fn every_theme_is_run() {
            assert_eq!(themes(), [$(stringify!($theme)),*]);
        }
    };
}

themes!(block, carriers, content, defaults, framing, headers, production, redact, streams);

#[test]
fn names_are_unique_and_every_case_says_why() {
    let cases: Vec<_> = themes().iter().flat_map(|theme| load(theme)).collect();
    let mut names: Vec<_> = cases.iter().map(|case| &case.name).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(cases.iter().all(|case| case.why.len() > 20), "a reason is a sentence");
}
