//! A client, a session and the wire between.

use std::{collections::HashMap, rc::Rc};

use hushgate::store::{
    Answer, Client, CredentialRef, Fetched, Session, Step, StoreConfig, StoreError, Want,
};
use serde_json::Value;

use crate::{now_ms, send};

/// Drives fetches of one store, and writes down which calls they made.
pub struct Drive {
    /// What outlives a fetch.
    pub session: Session,
    /// Each call since this was last emptied: `GET /v1/secret/data/a 200`; no answer is 0.
    pub calls: Vec<String>,
    /// How far the client's clock is ahead.
    pub ahead_ms: u64,
    /// Where the client's clock stands still, if it does.
    pub stopped_ms: Option<u64>,
    /// Changes an answer on its way.
    pub on_the_way: Option<Tamper>,
    client: Client,
    store: Rc<StoreConfig>,
    address: String,
}

/// What may happen to an answer on its way: it gets the request's path.
pub type Tamper = Box<dyn FnMut(&str, Answer) -> Answer>;

impl Drive {
    /// Reads the configuration of a store; `environment` are the variables it may name.
    ///
    /// # Panics
    /// When it is refused.
    pub fn new(address: &str, mut store: Value, environment: &[(&str, &str)]) -> Drive {
        let variables: HashMap<&str, &str> = environment.iter().copied().collect();
        let environment = |name: &str| variables.get(name).map(|value| value.as_bytes().to_vec());
        let store = StoreConfig::parse("stores.test", &mut store, &environment);
        let store = Rc::new(store.expect("a good configuration"));
        Drive {
            session: Session::default(),
            calls: Vec::new(),
            ahead_ms: 0,
            stopped_ms: None,
            on_the_way: None,
            client: Client::new(Rc::clone(&store)),
            store,
            address: address.to_owned(),
        }
    }

    /// A reference to a credential of this store.
    ///
    /// # Panics
    /// When it is refused.
    pub fn credential(&self, mut reference: Value) -> Rc<CredentialRef> {
        let reference = CredentialRef::parse("reference", &mut reference, &self.store, &|_| None);
        Rc::new(reference.expect("a good reference"))
    }

    /// Fetches, and gives the value.
    ///
    /// # Errors
    /// The reason's word.
    pub fn value(&mut self, reference: Value) -> Result<String, &'static str> {
        let fetched = self.fetch(reference, Want::Current).map_err(|error| error.reason())?;
        Ok(String::from_utf8(fetched.value.expose().to_vec()).expect("a text"))
    }

    /// Fetches.
    ///
    /// # Errors
    /// The client's.
    pub fn fetch(&mut self, reference: Value, want: Want) -> Result<Fetched, StoreError> {
        let credential = self.credential(reference);
        let now = self.now_ms();
        let mut step = self.client.fetch(&credential, want, &mut self.session, now);
        loop {
            let request = match step {
                Step::Done(result) => return result,
                Step::Call(request) => request,
            };
            let mut answer = send(&self.address, &self.store.authority, &request);
            let status = match &answer {
                Answer::Response(response) => response.status,
                Answer::Failed => 0,
            };
            self.calls.push(format!("{} {} {status}", request.method, request.path));
            if let Some(tamper) = &mut self.on_the_way {
                answer = tamper(&request.path, answer);
            }
            let now = self.now_ms();
            step = self.client.on(answer, &mut self.session, now);
        }
    }

    /// When the store wants to be asked again.
    pub fn due_in_ms(&self, reference: Value) -> Option<u64> {
        let credential = self.credential(reference);
        self.client.due_in_ms(&credential, &self.session, self.now_ms())
    }

    fn now_ms(&self) -> u64 {
        self.stopped_ms.unwrap_or_else(now_ms) + self.ahead_ms
    }

    /// The calls since the last time.
    pub fn taken(&mut self) -> Vec<String> {
        std::mem::take(&mut self.calls)
    }

    /// As another worker with the same shared session, or this one after its machine was restarted.
    ///
    /// # Panics
    /// When the session does not survive its bytes.
    pub fn pass_session_on(&mut self) {
        let bytes = self.session.to_bytes();
        self.session = Session::from_bytes(&bytes).expect("a session");
        self.client = Client::new(Rc::clone(&self.store));
    }

    /// As the process after a restart: nothing is left.
    pub fn forget_session(&mut self) {
        self.session = Session::default();
        self.client = Client::new(Rc::clone(&self.store));
    }
}
