//! Which binding a request falls under, by what its client cannot choose and what the client may.

use super::{
    authority,
    config::{Binding, InjectConfig},
    fields::Fields,
    path,
    reason::Reason,
    workload::Facts,
};

/// The bindings that a request fits, as their numbers, in the order of the configuration. At least one.
///
/// # Errors
/// The first thing that no binding has: cluster, authority, workload, method, path. A request whose authority or path
/// could be read in two ways fits none, whatever the bindings say.
pub(crate) fn fitting(
    config: &InjectConfig,
    facts: &Facts,
    fields: &Fields,
) -> Result<Vec<usize>, Reason> {
    let all: Vec<&Binding> = config.bindings.iter().collect();
    let of_cluster = kept(&all, |it| it.cluster == facts.cluster, Reason::ClusterNotBound)?;
    let first = |name: &str| fields.first(name).unwrap_or_default();
    let authority = authority::normalised(first(":authority")).ok_or(Reason::AuthorityInvalid)?;
    let target = path::canonical(first(":path"));
    if is_upgrade(fields) {
        return Err(Reason::Upgrade);
    }
    let target = target.ok_or(Reason::PathNotCanonical)?;
    let here = kept(&of_cluster, |it| it.authority == authority, Reason::AuthorityNotBound)?;
    let mine = kept(&here, |it| it.workload.is(facts), Reason::WorkloadNotBound)?;
    let is_of_method =
        |it: &Binding| it.methods.iter().any(|name| name.as_bytes() == first(":method"));
    let of_method = kept(&mine, is_of_method, Reason::MethodNotBound)?;
    let is_of_path = |it: &Binding| it.paths.iter().any(|pattern| pattern.matches(target.path));
    let fitting = kept(&of_method, is_of_path, Reason::PathNotBound)?;
    let numbers = fitting.iter().filter_map(|binding| {
        config.bindings.iter().position(|other| std::ptr::eq(other, *binding))
    });
    Ok(numbers.collect())
}

/// Whether nothing may pass without a credential either.
pub(crate) fn is_ambiguous(reason: Reason) -> bool {
    matches!(reason, Reason::AuthorityInvalid | Reason::PathNotCanonical)
}

fn kept<'a>(
    bindings: &[&'a Binding],
    keep: impl Fn(&Binding) -> bool,
    reason: Reason,
) -> Result<Vec<&'a Binding>, Reason> {
    let kept: Vec<&Binding> = bindings.iter().copied().filter(|binding| keep(binding)).collect();
    if kept.is_empty() { Err(reason) } else { Ok(kept) }
}

/// Whether its bytes will be the client's own protocol.
fn is_upgrade(fields: &Fields) -> bool {
    let upgrades = fields.all("upgrade").chain(fields.all(":protocol"));
    let mut upgrades = upgrades.filter(|value| !value.trim_ascii().eq_ignore_ascii_case(b"h2c"));
    fields.first(":method") == Some(b"CONNECT") || upgrades.next().is_some()
}
