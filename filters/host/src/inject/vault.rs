//! Calls to stores, through the proxy's clusters: TLS, time-outs and load balancing are the cluster's.

use std::{rc::Rc, time::Duration};

use hushgate::{
    config::ConfigError,
    http::Headers,
    inject::{Breaker, InjectConfig, share},
    secret::Secret,
    store::{
        Answer, Client, CredentialRef, Fetched, HttpRequest, HttpResponse, Retry, Session, Step,
        StoreConfig, StoreError, Want, http::ANSWER_BYTES_MAX,
    },
};
use zeroize::Zeroizing;

use super::environment;
use crate::{
    abi::{self, Buffer, Map},
    pairs,
};

/// How long one call may take. Less than a lease lasts, so that nobody takes it over meanwhile.
const CALL_TIMEOUT: Duration = Duration::from_millis(2_000);

/// The stores and what is fetched from them.
pub(super) struct Vaults {
    stores: Vec<Store>,
    /// Of each credential, the number of its store and which secret it is.
    references: Vec<(usize, Rc<CredentialRef>)>,
    /// Of each credential, the name that it is shared by.
    labels: Vec<String>,
}

/// A store. One fetch at a time: the session is one, and a second login at once would be one too many.
struct Store {
    name: String,
    client: Client,
    session: Session,
    breaker: Breaker,
    /// The call under way, and the credential that it is for.
    under_way: Option<(u32, usize)>,
}

impl Vaults {
    /// Reads the stores of a configuration, and what its credentials refer to.
    pub(super) fn of(config: &mut InjectConfig) -> Result<Vaults, ConfigError> {
        let (mut stores, mut configs) = (Vec::new(), Vec::new());
        let labels = config.credentials.iter().map(|it| {
            let store = config.stores.get(&it.store).map(ToString::to_string).unwrap_or_default();
            share::label(&it.name, &store, &it.reference.to_string())
        });
        let labels = labels.collect();
        for (name, value) in &mut config.stores {
            let store = StoreConfig::parse(&format!("stores.{name}"), value, &environment)?;
            let store = Rc::new(store);
            let client = Client::new(Rc::clone(&store));
            let (name, session) = (name.clone(), Session::default());
            let breaker = Breaker::default();
            stores.push(Store { name, client, session, breaker, under_way: None });
            configs.push(store);
        }
        let mut references = Vec::new();
        for (place, credential) in config.credentials.iter_mut().enumerate() {
            // The configuration has been checked: there is such a store.
            let number = stores.iter().position(|it| it.name == credential.store);
            let Some((number, store)) = number.and_then(|it| Some((it, configs.get(it)?))) else {
                continue;
            };
            let field = format!("credentials[{place}].reference");
            let value = &mut credential.reference;
            let reference = CredentialRef::parse(&field, value, store, &environment)?;
            references.push((number, Rc::new(reference)));
        }
        Ok(Vaults { stores, references, labels })
    }

    /// The name that a credential is shared by.
    pub(super) fn label_of(&self, credential: usize) -> Option<&str> {
        self.labels.get(credential).map(String::as_str)
    }

    /// The name of a credential's store.
    pub(super) fn store_of(&self, credential: usize) -> Option<&str> {
        let (number, _) = self.references.get(credential)?;
        self.stores.get(*number).map(|store| store.name.as_str())
    }

    /// Whether a call to this credential's store is under way.
    pub(super) fn is_calling(&self, credential: usize) -> bool {
        let number = self.references.get(credential).map(|(number, _)| *number);
        let store = number.and_then(|number| self.stores.get(number));
        store.is_none_or(|store| store.under_way.is_some())
    }

    /// Whether any is.
    pub(super) fn is_busy(&self) -> bool {
        self.stores.iter().any(|store| store.under_way.is_some())
    }

    /// Takes over the session that another worker left.
    pub(super) fn take_session(&mut self, store: &str, bytes: &[u8]) {
        let found = self.stores.iter_mut().find(|it| it.name == store);
        if let Some((store, session)) = found.zip(Session::from_bytes(bytes)) {
            store.session = session;
        }
    }

    /// The session of a store, for the others.
    pub(super) fn session_bytes(&self, store: &str) -> Option<Zeroizing<Vec<u8>>> {
        let store = self.stores.iter().find(|it| it.name == store)?;
        Some(store.session.to_bytes())
    }

    /// In how many milliseconds the store itself wants to be asked for a credential again.
    pub(super) fn due_in_ms(&self, credential: usize, now_ms: u64) -> Option<u64> {
        let (number, reference) = self.references.get(credential)?;
        let store = self.stores.get(*number)?;
        store.client.due_in_ms(reference, &store.session, now_ms)
    }

    /// How long the store of a credential is left alone, because it failed too often.
    pub(super) fn closed_for(&mut self, credential: usize, now_ms: u64) -> Option<u64> {
        let (number, _) = self.references.get(credential)?;
        self.stores.get_mut(*number)?.breaker.closed_for(now_ms)
    }

    /// Begins a fetch.
    pub(super) fn fetch(&mut self, credential: usize, want: Want, now_ms: u64) -> Progress {
        let Some((number, reference)) = self.references.get(credential) else {
            return Progress::Lost;
        };
        let Some(store) = self.stores.get_mut(*number) else { return Progress::Lost };
        let step = store.client.fetch(reference, want, &mut store.session, now_ms);
        store.go_on(credential, step, now_ms)
    }

    /// Takes the answer to a call; says for which credential, and what came of it.
    pub(super) fn on_call(
        &mut self,
        token: u32,
        headers: usize,
        body: usize,
        now_ms: u64,
    ) -> Option<(usize, Progress)> {
        let is_it = |store: &&mut Store| store.under_way.is_some_and(|(call, _)| call == token);
        let store = self.stores.iter_mut().find(is_it)?;
        let (_, credential) = store.under_way.take()?;
        let step = store.client.on(answer(headers, body), &mut store.session, now_ms);
        Some((credential, store.go_on(credential, step, now_ms)))
    }
}

impl Store {
    /// Makes the calls that the client asks for, until one is under way or it is done.
    fn go_on(&mut self, credential: usize, step: Step, now_ms: u64) -> Progress {
        let mut step = step;
        loop {
            let request = match step {
                Step::Done(fetched) => {
                    let is_refusal = |error: &StoreError| error.retry() == Retry::Never;
                    let has_answered = fetched.as_ref().map_or_else(is_refusal, |_| true);
                    self.breaker.note(has_answered, now_ms);
                    return Progress::Done(fetched);
                }
                Step::Call(request) => request,
            };
            match call(self.client.config(), &request) {
                Some(token) => {
                    self.under_way = Some((token, credential));
                    return Progress::UnderWay;
                }
                // A client ends at the first call that fails, or after a few.
                None => step = self.client.on(Answer::Failed, &mut self.session, now_ms),
            }
        }
    }
}

/// How far a fetch is.
pub(super) enum Progress {
    /// A call is under way.
    UnderWay,
    /// It is done.
    Done(Result<Fetched, StoreError>),
    /// There is no such credential: a configuration has been replaced meanwhile.
    Lost,
}

/// Makes a call from the root context. `None` where the proxy does not: there is no such cluster.
///
/// Through the SDK, which must know the call to hand its answer over. It takes texts alone, and knows each status that
/// Envoy answers a call with.
fn call(store: &StoreConfig, request: &HttpRequest) -> Option<u32> {
    let pairs = request.pairs(&store.authority);
    let texts = pairs.iter().map(|(name, value)| {
        Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
    });
    let headers: Vec<(&str, &str)> = texts.collect::<Option<_>>()?;
    let body = Some(request.body.expose()).filter(|body| !body.is_empty());
    proxy_wasm::hostcalls::dispatch_http_call(&store.cluster, headers, body, vec![], CALL_TIMEOUT)
        .ok()
}

/// The answer to a call. A connection that was reset has no headers.
fn answer(headers: usize, body: usize) -> Answer {
    read_answer(headers, body).map_or(Answer::Failed, Answer::Response)
}

fn read_answer(count: usize, body: usize) -> Option<HttpResponse> {
    if count == 0 {
        return None;
    }
    let headers: Headers = pairs::read(abi::map_pairs(Map::CallHeaders).ok()?)?;
    let status = std::str::from_utf8(headers.first(":status")?).ok()?.parse().ok()?;
    let size = body.min(ANSWER_BYTES_MAX + 1);
    let body = abi::buffer(Buffer::CallBody, 0, size).ok()?;
    Some(HttpResponse { status, headers, body: Secret::new(body) })
}
