//! Which value of a store is meant.

mod fields;

use serde_json::Value;

pub(super) use self::fields::FieldChoice;
use super::{
    config::{Environment, Fields, Kind, StoreConfig},
    path,
};
use crate::{
    config::{
        ConfigError,
        value::{object, word},
    },
    secret::Secret,
};

/// One value of a store.
#[derive(Debug)]
pub struct CredentialRef {
    pub(super) place: Place,
}

/// Where it stands.
#[derive(Debug)]
pub(super) enum Place {
    Vault(VaultPlace),
    Aws { secret_id: String, field: FieldChoice },
    Static(Secret),
}

/// A path of a vault.
#[derive(Debug)]
pub(super) struct VaultPlace {
    pub(super) engine: Engine,
    /// What is read: `/v1/…`, percent-encoded.
    pub(super) path: String,
    pub(super) field: FieldChoice,
    /// Tells it from other credentials of the store.
    pub(super) key: String,
}

/// How a path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Kv2,
    Kv1,
    /// A secrets engine that makes credentials: database, rabbitmq, …
    Leased,
}

const ENGINES: &[(&str, Engine)] =
    &[("kv2", Engine::Kv2), ("kv1", Engine::Kv1), ("leased", Engine::Leased)];

impl CredentialRef {
    /// Reads a reference to a value of this store; `field` is its name in the whole configuration.
    ///
    /// # Errors
    /// Where a field is not known, missing or wrong, or a variable is not set.
    pub fn parse(
        field: &str,
        value: &mut Value,
        store: &StoreConfig,
        environment: Environment<'_>,
    ) -> Result<CredentialRef, ConfigError> {
        let names: &[&str] = match &store.kind {
            Kind::Vault(_) => &["engine", "mount", "path", "field", "fields"],
            Kind::Aws(_) => &["secret_id", "field", "fields"],
            Kind::Static => &["value_env"],
        };
        let mut fields =
            Fields { parent: field, fields: object(field, value, names)?, environment };
        let place = match &store.kind {
            Kind::Vault(_) => Place::Vault(vault(&mut fields)?),
            Kind::Aws(_) => {
                let secret_id = fields.required("secret_id")?;
                Place::Aws { secret_id, field: FieldChoice::parse(&mut fields)? }
            }
            Kind::Static => Place::Static(fields.variable("value_env")?),
        };
        Ok(CredentialRef { place })
    }
}

fn vault(fields: &mut Fields<'_>) -> Result<VaultPlace, ConfigError> {
    let engine = match fields.fields.get("engine") {
        None => Engine::Kv2,
        Some(value) => word(&fields.name("engine"), value, ENGINES)?,
    };
    let path_field = fields.name("path");
    let missing = || ConfigError::new(&path_field, "is missing");
    let (mount, path) = (fields.path("mount")?, fields.path("path")?.ok_or_else(missing)?);
    let whole = match (engine, mount) {
        (Engine::Kv2, Some(mount)) => format!("{mount}/data/{path}"),
        (Engine::Kv1 | Engine::Leased, Some(mount)) => format!("{mount}/{path}"),
        (Engine::Kv1 | Engine::Leased, None) => path,
        // As it stands in policies and templates: with `data` between mount and path.
        (Engine::Kv2, None) if has_data_inside(&path) => path,
        (Engine::Kv2, None) => {
            let reason = "want the API's path with data after the mount, such as \
                secret/data/stripe, or mount and path apart; of KV version 1, set engine to kv1";
            return Err(ConfigError::new(&path_field, reason));
        }
    };
    let field = FieldChoice::parse(fields)?;
    let key = format!("{whole}#{}", field.key());
    Ok(VaultPlace { engine, path: format!("/v1/{}", path::encoded(&whole)), field, key })
}

/// Whether `data` is a segment between others.
fn has_data_inside(path: &str) -> bool {
    path.split_once("/data/").is_some_and(|(mount, rest)| !mount.is_empty() && !rest.is_empty())
}
