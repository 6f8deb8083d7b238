//! What must hold of a case, in whatever way it is sent.

use std::collections::BTreeMap;

use crate::{
    case::{Case, InNginx, Listener, Message, Pairs, Refused, Seen},
    file,
    run::{Exchange, Run},
};

/// What runs cases: the filter, and a proxy around it.
pub trait Proxy {
    /// Whether it is NGINX: it shows and sends no trailers, and some cases say what else is other there.
    const IS_NGINX: bool = false;

    /// Starts it with a plugin configuration, for a listener.
    fn start(config: &str, listener: Listener) -> Self;

    /// Sends one exchange through.
    fn exchange(&mut self, exchange: &Exchange) -> Outcome;

    /// Ends it: its log, and what it found wrong with the filter.
    fn finish(self) -> (Vec<String>, Vec<String>);
}

/// What came of one exchange.
#[derive(Default)]
pub struct Outcome {
    /// What the upstream received.
    pub upstream: Received,
    /// What the client received.
    pub client: Received,
    /// The reply that the filter made, with its reason.
    pub refused: Option<(u16, String)>,
    /// By how much each counter rose, by its name below `hushgate.`
    pub counters: BTreeMap<String, u64>,
}

/// What one side received.
#[derive(Default)]
pub struct Received {
    /// The headers, once they have come.
    pub headers: Option<Pairs>,
    /// The body.
    pub body: Vec<u8>,
    /// The trailers.
    pub trailers: Pairs,
    /// Whether the message came to its proper end.
    pub is_complete: bool,
    /// After each piece that was sent: how many bytes had been sent, and how many had come.
    pub progress: Vec<(usize, usize)>,
}

/// Checks every case of a theme.
///
/// # Panics
/// With the names of the cases that do not hold, and how.
pub fn check_theme<P: Proxy>(theme: &str) {
    let cases = file::load(theme);
    let failures: Vec<_> = cases.iter().filter_map(|case| check::<P>(case).err()).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), theme, failures.join("\n"));
}

/// Checks one case in every way of sending it.
///
/// # Errors
/// What does not hold, and in how many ways.
pub fn check<P: Proxy>(case: &Case) -> Result<(), String> {
    let case = match &case.nginx {
        Some(InNginx::Skipped) if P::IS_NGINX => return Ok(()),
        Some(InNginx::Other(other)) if P::IS_NGINX => other,
        _ => case,
    };
    let mut proxy = P::start(&case.config, case.listener);
    let mut runs = Run::all(case);
    if P::IS_NGINX {
        runs.retain(|run| !run.adds_trailers(case));
    }
    let mut failures = Vec::new();
    for run in &runs {
        let outcome = proxy.exchange(&run.exchange(case));
        let (request, response) = run.added(case);
        if let Err(reason) = verify(case, &outcome, &request, &response) {
            failures.push(format!("{run:?}: {reason}"));
        }
    }
    let (log, faults) = proxy.finish();
    if let Some(fault) = faults.first() {
        failures.push(format!("{} faults, such as {fault:?}", faults.len()));
    }
    if case.planted.iter().any(|secret| log.iter().any(|line| secret.leaks_in(line.as_bytes()))) {
        failures.push("the log shows a secret".to_owned());
    }
    let name = &case.name;
    match failures.first() {
        None => Ok(()),
        Some(first) => Err(format!("{name}: {} of {} ways: {first}", failures.len(), runs.len())),
    }
}

fn verify(
    case: &Case,
    outcome: &Outcome,
    request_trailers: &Pairs,
    response_trailers: &Pairs,
) -> Result<(), String> {
    let (upstream, client) = (&outcome.upstream, &outcome.client);
    if outcome.counters != case.counters {
        return Err(format!("counters {:?}, not {:?}", outcome.counters, case.counters));
    }
    match (&case.refused, &outcome.refused) {
        (None, None) => {
            same("upstream", &case.upstream, upstream, request_trailers)?;
            same("client", &case.client, client, response_trailers)?;
        }
        (Some(refused), Some((status, reason))) => {
            if (refused.status, &refused.reason) != (*status, reason) {
                return Err(format!("refused with {status} {reason}, not {refused:?}"));
            }
            refused_well(case, outcome, refused)?;
        }
        (expected, seen) => return Err(format!("refused: {seen:?}, not {expected:?}")),
    }
    waiting(case, "request", case.request.body.as_deref(), &upstream.progress)?;
    waiting(case, "response", case.response.body.as_deref(), &client.progress)
}

/// The message is the expected one, byte by byte.
fn same(
    side: &str,
    expected: &Message,
    received: &Received,
    trailers: &Pairs,
) -> Result<(), String> {
    if !received.is_complete {
        return Err(format!("{side}: the message did not end"));
    }
    let headers = received.headers.as_ref().ok_or_else(|| format!("{side}: no headers"))?;
    same_pairs(&expected.headers, headers).map_err(|e| format!("{side}: headers: {e}"))?;
    let trailers = [&expected.trailers[..], trailers].concat();
    same_pairs(&trailers, &received.trailers).map_err(|e| format!("{side}: trailers: {e}"))?;
    let body = expected.body.as_deref().unwrap_or_default();
    if received.body == body {
        return Ok(());
    }
    let at = received.body.iter().zip(body).take_while(|(one, other)| one == other).count();
    Err(format!(
        "{side}: body of {} bytes, not {}, differs at {at}: {}",
        received.body.len(),
        body.len(),
        shown(&received.body, at),
    ))
}

/// Some bytes around a place, for a message of a test with made-up secrets.
fn shown(body: &[u8], at: usize) -> String {
    let around = at.saturating_sub(20)..(at + 60).min(body.len());
    String::from_utf8_lossy(&body[around]).into_owned()
}

/// The same values of each name, in their order. Those of different names may change places.
fn same_pairs(expected: &Pairs, pairs: &Pairs) -> Result<(), String> {
    let grouped = |pairs: &Pairs| {
        let mut groups = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in pairs {
            groups.entry(name.clone()).or_default().push(value.escape_ascii().to_string());
        }
        groups
    };
    let (expected, pairs) = (grouped(expected), grouped(pairs));
    if expected == pairs { Ok(()) } else { Err(format!("{pairs:?}, not {expected:?}")) }
}

/// Nothing secret has gone on, and the client sees a whole reply or a response cut off.
fn refused_well(case: &Case, outcome: &Outcome, refused: &Refused) -> Result<(), String> {
    let (upstream, client) = (&outcome.upstream, &outcome.client);
    // Of a refused response the request has gone on before, whole and as it should.
    let is_request = upstream.headers.is_none() || !upstream.is_complete;
    let sides: &[&Received] = if is_request { &[upstream, client] } else { &[client] };
    for received in sides {
        let headers = received.headers.iter().flatten().map(|(_, value)| value);
        let mut parts = headers.chain([&received.body]);
        if parts.any(|part| case.planted.iter().any(|secret| secret.leaks_in(part))) {
            return Err("a secret went on before the refusal".into());
        }
    }
    match refused.seen {
        Seen::Reply if !client.is_complete => Err("the client got no whole reply".into()),
        Seen::Blanked if !is_blanked(case, client) => {
            Err("the response is not the upstream's, blanked to its end".into())
        }
        Seen::Cut if client.is_complete => Err("the response was not cut".into()),
        Seen::Cut if !case.client.body.as_deref().unwrap_or_default().starts_with(&client.body) => {
            Err("what came before the cut is not the response's".into())
        }
        _ => Ok(()),
    }
}

/// Whether a response came to its end in its own length, and from some place on is nothing.
fn is_blanked(case: &Case, client: &Received) -> bool {
    let expected = case.response.body.as_deref().unwrap_or_default();
    let bytes = expected.iter().zip(&client.body);
    let same = bytes.take_while(|(one, other)| one == other).count();
    let rest = client.body.get(same..).unwrap_or_default();
    client.is_complete && client.body.len() == expected.len() && rest.iter().all(|it| *it == b'*')
}

/// No byte waited without a reason.
fn waiting(
    case: &Case,
    side: &str,
    body: Option<&[u8]>,
    progress: &[(usize, usize)],
) -> Result<(), String> {
    let body = body.unwrap_or_default();
    for (sent, come) in progress {
        let is_due = |end: &[u8]| body.get(..*sent).is_some_and(|sent| sent.ends_with(end));
        let is_due = case.never_waits || case.at_once_after.as_deref().is_some_and(is_due);
        if is_due && come < sent {
            return Err(format!("{side}: {come} of {sent} bytes have gone on"));
        }
    }
    Ok(())
}
