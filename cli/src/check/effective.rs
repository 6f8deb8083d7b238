//! What a configuration comes to, in words.

use std::io::Write;

use hushgate::{
    config::{Config, SignedMessages},
    policy::{Actions, Direction, Entry, Role},
};

/// Prints it; of each policy what is other there.
pub(crate) fn print(config: &Config, out: &mut dyn Write) -> std::io::Result<()> {
    let base = lines(config);
    for line in &base {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "log records      {} a second", config.log_records_per_second_max)?;
    for policy in config.policies.list() {
        writeln!(out, "policy {}", policy.name)?;
        writeln!(out, "  match      {}", policy.stated)?;
        for line in lines(&policy.config).iter().filter(|line| !base.contains(line)) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// A word for each confidence.
pub(crate) fn actions_line(actions: Actions) -> String {
    let Actions { certain, likely, possible } = actions;
    format!("certain {}, likely {}, possible {}", certain.name(), likely.name(), possible.name())
}

/// Each says what it is about, so that one is the same only where it means the same.
fn lines(config: &Config) -> Vec<String> {
    let mut lines = vec![format!("host             {}", config.host.name())];
    lines.extend(of_roles(config));
    lines.extend(
        config.entries.iter().map(|entry| format!("action           {}", entry_line(entry))),
    );
    let signed = match config.signed_messages {
        SignedMessages::Block => "block",
        SignedMessages::Report => "report",
    };
    let upgrades = config.upgrades;
    let [websocket, connect, other] =
        [upgrades.websocket, upgrades.connect, upgrades.other].map(|word| word.name());
    let rules = config.rules.as_deref().map_or(0, |rules| rules.rules().count());
    let is_off = |id: &str| config.rules_off.iter().any(|selector| selector.names(id));
    let off = hushgate::rule::builtin().iter().filter(|rule| is_off(rule.id)).count();
    let (known, allowed) = (config.known_values.is_some(), !config.allow.is_empty());
    let yes = |is: bool| if is { "yes" } else { "none" };
    lines.extend([
        format!("signed messages  {signed}"),
        format!("upgrades         websocket {websocket}, connect {connect}, other {other}"),
        format!("profile          {}", config.profile.name()),
        format!("rules            built-in, {off} of them off; {rules} of your own"),
        format!("known values     {}", yes(known)),
        format!("allow lists      {}", yes(allowed)),
        format!("tail             {} bytes", config.limits.tail_bytes_max),
        format!("open-ended       {} bytes", config.limits.open_bytes_max),
        format!("held             {} bytes", config.held_bytes_max),
        format!("held for a block {}", held_for_a_block(config)),
    ]);
    lines
}

/// How much of a body waits with its headers.
fn held_for_a_block(config: &Config) -> String {
    match config.hold_headers {
        true => format!("{} bytes", config.block_held_bytes_max),
        false => "0 bytes, without hold_headers".to_owned(),
    }
}

fn of_roles(config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| config.role.is_none_or(|own| own == *role)) {
        let name = role.name();
        let who = if config.role.is_none() { " (where the listener says so)" } else { "" };
        lines.push(format!("role {name}{who}"));
        for direction in Direction::ALL {
            let messages = format!("{}s", direction.name());
            let line = actions_line(config.actions(role, direction));
            lines.push(format!("  {messages:<10} {line}"));
            if config.choice(role, direction).is_enforcing() {
                lines.push(format!("  {:<10} {}", "", failures_line(config, direction)));
            }
        }
    }
    lines
}

/// What becomes of what cannot be scanned.
fn failures_line(config: &Config, direction: Direction) -> String {
    format!(
        "coded bodies {}, oversize {}, ranges {}, host errors {}, held tails {}",
        config.coded_bodies(direction).name(),
        config.oversize_bodies(direction).name(),
        config.ranges.name(),
        config.host_errors.of(direction).name(),
        config.held_tails.of(direction).name(),
    )
}

/// An entry, as a sentence: `block: rules github.*; places header`.
fn entry_line(entry: &Entry) -> String {
    fn words<T>(name: &str, list: &[T], text: impl Fn(&T) -> String) -> Option<String> {
        let texts: Vec<String> = list.iter().map(text).collect();
        (!texts.is_empty()).then(|| format!("{name} {}", texts.join(", ")))
    }
    let snake = |shown: String| {
        let mut out = String::new();
        for letter in shown.chars() {
            if letter.is_uppercase() && !out.is_empty() {
                out.push('_');
            }
            out.extend(letter.to_lowercase());
        }
        out
    };
    let parts = [
        words("rules", &entry.rules, |it| it.text().to_owned()),
        words("kinds", &entry.kinds, |it| snake(format!("{it:?}"))),
        words("severities", &entry.severities, |it| snake(format!("{it:?}"))),
        words("exposures", &entry.exposures, |it| snake(format!("{it:?}"))),
        words("confidences", &entry.confidences, |it| it.name().to_owned()),
        words("directions", &entry.directions, |it| it.name().to_owned()),
        words("places", &entry.places, |it| it.name().to_owned()),
        words("roles", &entry.roles, |it| it.name().to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let which = if parts.is_empty() { "all".to_owned() } else { parts.join("; ") };
    format!("{} {which}", entry.action.name())
}
