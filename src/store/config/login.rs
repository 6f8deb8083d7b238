//! How one logs in to a vault.

use serde_json::Value;

use super::{Environment, Fields, Parts};
use crate::{
    config::{
        ConfigError,
        value::{object, word},
    },
    secret::Secret,
};

/// A login method with what it needs.
#[derive(Debug)]
pub(in crate::store) enum Login {
    /// No token is sent: a Vault Proxy or Agent before the vault adds its own.
    None,
    /// A token that somebody else made.
    Token(Secret),
    AppRole {
        mount: String,
        role_id: Secret,
        secret_id: SecretId,
    },
    /// Kubernetes and JWT: the same call under another mount.
    Jwt {
        mount: String,
        role: String,
        jwt: Secret,
    },
}

/// An AppRole's second half.
#[derive(Debug)]
pub(in crate::store) enum SecretId {
    /// The role wants none.
    Unbound,
    Plain(Secret),
    /// A wrapping token, once used up; `role` is the name of the role that it must have been made for.
    Wrapped {
        token: Secret,
        role: Option<String>,
    },
}

#[derive(Clone, Copy)]
enum Method {
    None,
    Token,
    AppRole,
    Kubernetes,
    Jwt,
}

const METHODS: &[(&str, Method)] = &[
    ("none", Method::None),
    ("token", Method::Token),
    ("approle", Method::AppRole),
    ("kubernetes", Method::Kubernetes),
    ("jwt", Method::Jwt),
];

const APPROLE_FIELDS: &[&str] = &[
    "method",
    "namespace",
    "mount",
    "role_id",
    "role_id_env",
    "role_name",
    "secret_id_env",
    "wrapped_secret_id_env",
];

/// Reads a `login` object: the method, and the namespace that it is in.
pub(super) fn parse(
    field: &str,
    value: &mut Value,
    environment: Environment<'_>,
) -> Result<(Login, Option<String>), ConfigError> {
    let method_field = format!("{field}.method");
    let method = match value.get("method") {
        None if value.is_object() => return Err(ConfigError::new(&method_field, "is missing")),
        None => return Err(ConfigError::new(field, "want an object with method")),
        Some(method) => word(&method_field, method, METHODS)?,
    };
    let names: &[&str] = match method {
        Method::None => &["method"],
        Method::Token => &["method", "namespace", "token_env"],
        Method::AppRole => APPROLE_FIELDS,
        Method::Kubernetes | Method::Jwt => &["method", "namespace", "mount", "role", "jwt_env"],
    };
    let mut fields = Fields { parent: field, fields: object(field, value, names)?, environment };
    let login = match method {
        Method::None => Login::None,
        Method::Token => Login::Token(fields.printable("token_env")?),
        Method::AppRole => approle(&mut fields)?,
        Method::Kubernetes => jwt(&mut fields, "kubernetes")?,
        Method::Jwt => jwt(&mut fields, "jwt")?,
    };
    Ok((login, fields.path("namespace")?))
}

fn approle(fields: &mut Fields<'_>) -> Result<Login, ConfigError> {
    let mount = fields.path("mount")?.unwrap_or_else(|| "approle".to_owned());
    let role_id = match fields.optional("role_id")? {
        Some(role_id) => Secret::from(role_id),
        None if fields.fields.contains_key("role_id_env") => fields.printable("role_id_env")?,
        None => return Err(ConfigError::new(&fields.name("role_id"), "is missing")),
    };
    let role = fields.path("role_name")?;
    let has = |fields: &Fields<'_>, name: &str| fields.fields.contains_key(name);
    let secret_id = match (has(fields, "secret_id_env"), has(fields, "wrapped_secret_id_env")) {
        (false, false) => SecretId::Unbound,
        (true, false) => SecretId::Plain(fields.printable("secret_id_env")?),
        (false, true) => {
            SecretId::Wrapped { token: fields.printable("wrapped_secret_id_env")?, role }
        }
        (true, true) => {
            let field = fields.name("wrapped_secret_id_env");
            return Err(ConfigError::new(&field, "want this or secret_id_env, not both"));
        }
    };
    Ok(Login::AppRole { mount, role_id, secret_id })
}

fn jwt(fields: &mut Fields<'_>, mount: &str) -> Result<Login, ConfigError> {
    let mount = fields.path("mount")?.unwrap_or_else(|| mount.to_owned());
    Ok(Login::Jwt { mount, role: fields.required("role")?, jwt: fields.printable("jwt_env")? })
}

impl Login {
    /// What tells one login from another.
    pub(super) fn digest(&self, digest: &mut Parts) {
        match self {
            Login::None => digest.add(b"none"),
            Login::Token(token) => digest.add(b"token").add(token.expose()),
            Login::AppRole { mount, role_id, secret_id } => {
                digest.add(b"approle").add(mount.as_bytes()).add(role_id.expose());
                match secret_id {
                    SecretId::Unbound => digest,
                    SecretId::Plain(secret_id) => digest.add(b"plain").add(secret_id.expose()),
                    SecretId::Wrapped { token, .. } => digest.add(b"wrap").add(token.expose()),
                }
            }
            // The JWT may be a fresh one of the same identity.
            Login::Jwt { mount, role, .. } => {
                digest.add(b"jwt").add(mount.as_bytes()).add(role.as_bytes())
            }
        };
    }
}

impl SecretId {
    /// What is remembered of a wrapping token: it is long and random, so its digest tells nothing.
    pub(in crate::store) fn digest(wrap: &Secret) -> Vec<u8> {
        let mut digest = Parts::new("wrap");
        digest.add(wrap.expose());
        digest.finish()
    }
}
