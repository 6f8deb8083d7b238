//! A store's configuration: JSON in, a [`StoreConfig`] that cannot be wrong out.
//!
//! No secret stands in it: it names environment variables, which the host reads. An error names the field, never a
//! value.

mod login;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub(super) use self::login::{Login, SecretId};
use super::path;
use crate::{
    config::{
        ConfigError,
        value::{object, text, word},
    },
    secret::Secret,
};

/// How a store is reached and logged in to.
#[derive(Debug)]
pub struct StoreConfig {
    /// The proxy's cluster that requests go to; empty where none are made.
    pub cluster: String,
    /// The authority that requests name; empty where none are made.
    pub authority: String,
    pub(super) kind: Kind,
    /// Tells one configuration from another, its secrets included.
    pub(super) digest: Vec<u8>,
}

/// Which store.
#[derive(Debug)]
pub(super) enum Kind {
    Vault(Vault),
    Aws(Aws),
    Static,
}

/// HashiCorp Vault or OpenBao.
#[derive(Debug)]
pub(super) struct Vault {
    pub(super) namespace: Option<String>,
    /// Where the login is, if not in `namespace`.
    pub(super) login_namespace: Option<String>,
    pub(super) login: Login,
}

/// AWS Secrets Manager.
#[derive(Debug)]
pub(super) struct Aws {
    pub(super) region: String,
    /// The host that is signed: the authority.
    pub(super) host: String,
    pub(super) access_key_id: Secret,
    pub(super) secret_access_key: Secret,
    pub(super) session_token: Option<Secret>,
}

/// What the host knows of the environment: the value of a variable, if it is set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

#[derive(Clone, Copy)]
enum KindWord {
    Vault,
    Aws,
    Static,
}

const KINDS: &[(&str, KindWord)] = &[
    ("vault", KindWord::Vault),
    ("openbao", KindWord::Vault),
    ("aws_secrets_manager", KindWord::Aws),
    ("static", KindWord::Static),
];

const AWS_FIELDS: &[&str] = &[
    "kind",
    "cluster",
    "authority",
    "region",
    "access_key_id_env",
    "secret_access_key_env",
    "session_token_env",
];

impl StoreConfig {
    /// Reads the object of one store; `field` is its name in the whole configuration, such as `stores.main`.
    ///
    /// # Errors
    /// Where a field is not known, missing or wrong, or a variable is not set.
    pub fn parse(
        field: &str,
        value: &mut Value,
        environment: Environment<'_>,
    ) -> Result<StoreConfig, ConfigError> {
        let kind = match value.get("kind") {
            None if value.is_object() => {
                return Err(ConfigError::new(&format!("{field}.kind"), "is missing"));
            }
            None => return Err(ConfigError::new(field, "want an object with kind")),
            Some(kind) => word(&format!("{field}.kind"), kind, KINDS)?,
        };
        let names: &[&str] = match kind {
            KindWord::Vault => &["kind", "cluster", "authority", "namespace", "login"],
            KindWord::Aws => AWS_FIELDS,
            KindWord::Static => &["kind"],
        };
        let fields = Fields { parent: field, fields: object(field, value, names)?, environment };
        match kind {
            KindWord::Vault => vault(fields),
            KindWord::Aws => aws(fields),
            KindWord::Static => Ok(StoreConfig {
                cluster: String::new(),
                authority: String::new(),
                kind: Kind::Static,
                digest: Vec::new(),
            }),
        }
    }
}

fn vault(mut fields: Fields<'_>) -> Result<StoreConfig, ConfigError> {
    let cluster = fields.required("cluster")?;
    let authority = authority(&fields, fields.name("authority"), "authority")?;
    let namespace = fields.path("namespace")?;
    let login_field = fields.name("login");
    let environment = fields.environment;
    let Some(login) = fields.fields.get_mut("login") else {
        return Err(ConfigError::new(&login_field, "is missing"));
    };
    let (login, login_namespace) = login::parse(&login_field, login, environment)?;
    let mut digest = Parts::new("vault");
    digest.add(cluster.as_bytes()).add(authority.as_bytes());
    digest.add(namespace.as_deref().unwrap_or_default().as_bytes());
    digest.add(login_namespace.as_deref().unwrap_or_default().as_bytes());
    login.digest(&mut digest);
    let kind = Kind::Vault(Vault { namespace, login_namespace, login });
    Ok(StoreConfig { cluster, authority, kind, digest: digest.finish() })
}

fn aws(mut fields: Fields<'_>) -> Result<StoreConfig, ConfigError> {
    let cluster = fields.required("cluster")?;
    let region = fields.required("region")?;
    if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(ConfigError::new(&fields.name("region"), "want a region such as eu-central-1"));
    }
    let authority = if fields.fields.contains_key("authority") {
        authority(&fields, fields.name("authority"), "authority")?
    } else {
        format!("secretsmanager.{region}.amazonaws.com")
    };
    let kind = Kind::Aws(Aws {
        region,
        host: authority.clone(),
        access_key_id: fields.printable("access_key_id_env")?,
        secret_access_key: fields.printable("secret_access_key_env")?,
        session_token: match fields.fields.contains_key("session_token_env") {
            true => Some(fields.printable("session_token_env")?),
            false => None,
        },
    });
    let digest = Parts::new("aws").finish();
    Ok(StoreConfig { cluster, authority, kind, digest })
}

/// A host with or without a port. It is sent and, by some stores, signed as it stands.
fn authority(fields: &Fields<'_>, field: String, name: &str) -> Result<String, ConfigError> {
    let Some(value) = fields.fields.get(name) else {
        return Err(ConfigError::new(&field, "is missing"));
    };
    let is_good = |text: &&str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        !text.is_empty() && text.len() <= 260 && text.bytes().all(allowed)
    };
    let reason = "want a host with or without a port, such as vault.internal:8200";
    let text = value.as_str().filter(is_good).ok_or_else(|| ConfigError::new(&field, reason))?;
    Ok(text.to_ascii_lowercase())
}

/// The fields of one object, with its name for errors.
pub(super) struct Fields<'a> {
    pub(super) parent: &'a str,
    pub(super) fields: &'a mut Map<String, Value>,
    pub(super) environment: Environment<'a>,
}

impl Fields<'_> {
    pub(super) fn name(&self, name: &str) -> String {
        format!("{}.{name}", self.parent)
    }

    /// A text that must not be empty.
    pub(super) fn optional(&mut self, name: &str) -> Result<Option<String>, ConfigError> {
        let field = self.name(name);
        let Some(value) = self.fields.get_mut(name) else {
            return Ok(None);
        };
        let text = text(&field, value)?;
        if text.is_empty() || text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(ConfigError::new(&field, "want a text without control characters"));
        }
        Ok(Some(text))
    }

    pub(super) fn required(&mut self, name: &str) -> Result<String, ConfigError> {
        let field = self.name(name);
        self.optional(name)?.ok_or_else(|| ConfigError::new(&field, "is missing"))
    }

    /// A path of a store, without slashes around it.
    pub(super) fn path(&mut self, name: &str) -> Result<Option<String>, ConfigError> {
        let field = self.name(name);
        match self.optional(name)? {
            None => Ok(None),
            Some(text) => {
                path::checked(&text).map(Some).map_err(|reason| ConfigError::new(&field, reason))
            }
        }
    }

    /// What the variable that a field names holds, without white space around it.
    pub(super) fn variable(&mut self, name: &str) -> Result<Secret, ConfigError> {
        let field = self.name(name);
        let variable = self.required(name)?;
        let value = (self.environment)(&variable).map(Secret::new);
        let value = value.filter(|value| !value.expose().trim_ascii().is_empty());
        let Some(value) = value else {
            let reason = "names a variable that is not set where the filter runs";
            return Err(ConfigError::new(&field, reason));
        };
        Ok(Secret::new(value.expose().trim_ascii().to_vec()))
    }

    /// The same, of a value that can stand in a header and in JSON.
    pub(super) fn printable(&mut self, name: &str) -> Result<Secret, ConfigError> {
        let value = self.variable(name)?;
        if value.expose().iter().all(u8::is_ascii_graphic) {
            return Ok(value);
        }
        let reason = "names a variable that holds something else than visible ASCII characters";
        Err(ConfigError::new(&self.name(name), reason))
    }
}

/// A digest of parts: each with its length, so that none can stand for two.
pub(super) struct Parts(Sha256);

impl Parts {
    pub(super) fn new(kind: &str) -> Parts {
        let mut parts = Parts(Sha256::new());
        parts.add(kind.as_bytes());
        parts
    }

    pub(super) fn add(&mut self, part: &[u8]) -> &mut Parts {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}
