//! For tests: a client with a session, and recorded answers.

use std::rc::Rc;

use serde_json::Value;

use super::{
    Answer, Client, CredentialRef, Fetched, HttpRequest, HttpResponse, Retry, Session, Step,
    StoreConfig, StoreError, Want,
};
use crate::secret::Secret;

/// 2026-11-24T12:12:02Z.
pub(super) const NOW_MS: u64 = 1_795_522_322_000;

pub(super) struct Rig {
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) credential: Rc<CredentialRef>,
    pub(super) want: Want,
    pub(super) now_ms: u64,
    /// The requests since this was last emptied.
    pub(super) requests: Vec<HttpRequest>,
}

/// An answer's status, headers and body.
pub(super) type Recorded<'a> = (u16, &'a [(&'a str, &'a str)], &'a str);

/// Every variable is set, to its own name in lower case.
pub(super) fn environment(name: &str) -> Option<Vec<u8>> {
    Some(name.to_ascii_lowercase().into_bytes())
}

impl Rig {
    pub(super) fn new(mut store: Value, mut reference: Value) -> Rig {
        let store = Rc::new(StoreConfig::parse("store", &mut store, &environment).unwrap());
        let credential =
            CredentialRef::parse("reference", &mut reference, &store, &environment).unwrap();
        Rig {
            client: Client::new(store),
            session: Session::default(),
            credential: Rc::new(credential),
            want: Want::Current,
            now_ms: NOW_MS,
            requests: Vec::new(),
        }
    }

    /// Begins a fetch and plays these answers, all of which must be asked for.
    pub(super) fn play(&mut self, answers: &[Recorded<'_>]) -> Result<Fetched, StoreError> {
        let mut step =
            self.client.fetch(&self.credential, self.want, &mut self.session, self.now_ms);
        let mut answers = answers.iter();
        loop {
            let request = match step {
                Step::Done(result) => {
                    assert_eq!(answers.len(), 0, "answers that were not asked for");
                    assert!(!self.client.is_busy());
                    return result;
                }
                Step::Call(request) => request,
            };
            let (method, path) = (request.method, request.path.clone());
            self.requests.push(request);
            let answer = answers.next().unwrap_or_else(|| panic!("no answer to {method} {path}"));
            step = self.client.on(recorded(*answer), &mut self.session, self.now_ms);
        }
    }

    /// The word and the retry of a fetch that fails.
    pub(super) fn fails(&mut self, answers: &[Recorded<'_>]) -> (&'static str, Retry) {
        let error = self.play(answers).unwrap_err();
        (error.reason(), error.retry())
    }

    /// The last request's headers of that name.
    pub(super) fn sent(&self, name: &str) -> Vec<&str> {
        let headers = &self.requests.last().unwrap().headers;
        let all = headers.iter().filter(|(other, _)| *other == name);
        all.map(|(_, value)| std::str::from_utf8(value.expose()).unwrap()).collect()
    }
}

/// No answer at all.
pub(super) const FAILED: Recorded<'_> = (0, &[], "");

fn recorded((status, headers, body): Recorded<'_>) -> Answer {
    if status == 0 {
        return Answer::Failed;
    }
    let headers = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let body = Secret::from(body.to_owned());
    Answer::Response(HttpResponse { status, headers: headers.collect(), body })
}
