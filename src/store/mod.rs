//! Where credentials come from: stores as state machines. A request goes out, an answer comes in; who makes the call is
//! the proxy's business.
//!
//! A [`StoreConfig`] says how a store is reached and logged in to, a [`CredentialRef`] names one value in it.
//! [`Client::fetch`] begins, [`Client::on`] goes on, until a [`Step`] says that it is done. What outlives a fetch (a
//! login's token, leases) stands in a [`Session`], which the caller keeps, and may seal and share.
//!
//! ```
//! use std::rc::Rc;
//! use hushgate::store::{Answer, Client, CredentialRef, Session, Step, StoreConfig, Want};
//!
//! let environment = |name: &str| (name == "VAULT_TOKEN").then(|| b"a token".to_vec());
//! # let environment = |name: &str| environment(name).map(|_| b"planted".to_vec());
//! let mut store = serde_json::json!({"kind": "vault", "cluster": "vault", "authority": "vault.internal",
//!     "login": {"method": "token", "token_env": "VAULT_TOKEN"}});
//! let store = Rc::new(StoreConfig::parse("stores.main", &mut store, &environment)?);
//! let mut reference = serde_json::json!({"path": "secret/data/stripe", "field": "api_key"});
//! let reference = CredentialRef::parse("reference", &mut reference, &store, &environment)?;
//!
//! let (mut client, mut session) = (Client::new(store), Session::default());
//! let now_ms = 1_795_522_322_000;
//! let step = client.fetch(&Rc::new(reference), Want::Current, &mut session, now_ms);
//! let Step::Call(request) = step else { panic!("a token is looked up before it is used") };
//! assert_eq!((request.method, &*request.path), ("GET", "/v1/auth/token/lookup-self"));
//!
//! let Step::Done(Err(error)) = client.on(Answer::Failed, &mut session, now_ms) else { panic!() };
//! assert_eq!(error.reason(), "unreachable");
//! # Ok::<(), hushgate::config::ConfigError>(())
//! ```

mod aws;
mod client;
mod config;
mod credential;
pub mod fetched;
pub mod http;
mod json;
mod path;
#[cfg(test)]
mod rig;
mod session;
mod time;
mod vault;

pub use self::{
    client::{Client, Step, Want},
    config::{Environment, StoreConfig},
    credential::CredentialRef,
    fetched::{Fetched, REASONS, Retry, StoreError},
    http::{Answer, HttpRequest, HttpResponse},
    session::Session,
};
