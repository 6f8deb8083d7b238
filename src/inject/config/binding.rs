//! Bindings: which workload may send which credential to which destination, in what form.

use serde_json::{Map, Value};

use super::{flag, label, placeholder, required, surface};
use crate::{
    config::{
        ConfigError,
        value::{known, list, object, size, text, word},
    },
    inject::{
        authority,
        path::Pattern,
        surface::Surface,
        workload::{Claim, Network, Workload},
    },
};

/// Which workload may send which credential where, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// What records call it.
    pub name: String,
    /// The credential's name.
    pub credential: String,
    /// The credential's number.
    pub(crate) number: usize,
    /// Who may send it.
    pub workload: Workload,
    /// The cluster that it may be sent to: the proxy's word, which no client chooses.
    pub cluster: String,
    /// The authority, normalised.
    pub authority: Vec<u8>,
    /// The methods. Never empty.
    pub methods: Vec<String>,
    /// The paths. Never empty.
    pub paths: Vec<Pattern>,
    /// Where it stands.
    pub surface: Surface,
    /// What a workload writes in its place; without one it is always set.
    pub placeholder: Option<String>,
    /// How often the placeholder may stand in the surface.
    pub occurrences_max: usize,
    /// What becomes of a placeholder outside the surface.
    pub placeholder_elsewhere: Elsewhere,
    /// Whether a value too short to be found again may be sent.
    pub accept_no_echo_guard: bool,
}

/// What becomes of a placeholder outside its surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// It goes on as it is, and is counted.
    Carry,
    /// The request is refused.
    Block,
}

pub(super) const FIELDS: &[&str] = &[
    "name",
    "credential",
    "workload",
    "cluster",
    "authority",
    "methods",
    "paths",
    "surface",
    "placeholder",
    "occurrences_max",
    "placeholder_elsewhere",
    "accept_url_logging",
    "accept_no_echo_guard",
];
const REQUIRED: &[&str] =
    &["name", "credential", "workload", "cluster", "authority", "methods", "paths", "surface"];

impl Binding {
    pub(super) fn read(
        field: &str,
        value: &mut Value,
        trusts_source: bool,
        claims: &mut Vec<Claim>,
    ) -> Result<Binding, ConfigError> {
        let fields = object(field, value, FIELDS)?;
        required(fields, &format!("{field}."), REQUIRED)?;
        let of = |name: &str| format!("{field}.{name}");
        let mut take = |name: &str| fields.get_mut(name).map(Value::take);
        let mut must = |name: &str| (of(name), take(name).unwrap_or_default());
        let single =
            |read: fn(&str, &mut Value) -> Result<String, ConfigError>,
             (field, mut value): (String, Value)| read(&field, &mut value);

        let (surface_field, mut surface) = must("surface");
        let surface = surface::read(&surface_field, &mut surface)?;
        let (workload_field, mut workload) = must("workload");
        let binding = Binding {
            name: single(label, must("name"))?,
            credential: single(label, must("credential"))?,
            number: 0,
            workload: read_workload(&workload_field, &mut workload, trusts_source, claims)?,
            cluster: single(cluster, must("cluster"))?,
            authority: read_authority(must("authority"))?,
            methods: filled(must("methods"), method)?,
            paths: filled(must("paths"), path)?,
            surface,
            placeholder: None,
            occurrences_max: 1,
            placeholder_elsewhere: Elsewhere::Carry,
            accept_no_echo_guard: false,
        };
        binding.with_choices(field, fields)
    }

    /// Reads the fields that may be left out.
    fn with_choices(
        mut self,
        parent: &str,
        fields: &mut Map<String, Value>,
    ) -> Result<Binding, ConfigError> {
        let mut accepts_url_logging = false;
        for (name, value) in fields {
            let field = format!("{parent}.{name}");
            match name.as_str() {
                "placeholder" => self.placeholder = Some(placeholder(&field, value)?),
                "occurrences_max" => self.occurrences_max = size(&field, value, 1, 64)?,
                "placeholder_elsewhere" => {
                    let words = [("carry", Elsewhere::Carry), ("block", Elsewhere::Block)];
                    self.placeholder_elsewhere = word(&field, value, &words)?;
                }
                "accept_url_logging" => accepts_url_logging = flag(&field, value)?,
                "accept_no_echo_guard" => self.accept_no_echo_guard = flag(&field, value)?,
                _ => {}
            }
        }
        if self.surface.is_in_url() && !accepts_url_logging {
            let field = format!("{parent}.accept_url_logging");
            let reason = "want true: proxies and upstreams log URLs, and with them this credential";
            return Err(ConfigError::new(&field, reason));
        }
        Ok(self)
    }
}

fn cluster(field: &str, value: &mut Value) -> Result<String, ConfigError> {
    let text = text(field, value)?;
    let reason = "want the name of a cluster, of at most 256 bytes";
    if (1..=256).contains(&text.len()) { Ok(text) } else { Err(ConfigError::new(field, reason)) }
}

fn read_authority((field, mut value): (String, Value)) -> Result<Vec<u8>, ConfigError> {
    let text = text(&field, &mut value)?;
    authority::normalised(text.as_bytes())
        .ok_or_else(|| ConfigError::new(&field, "want a host, and a port if it is no usual one"))
}

fn method(field: &str, value: &mut Value) -> Result<String, ConfigError> {
    let text = text(field, value)?;
    // A tunnel's bytes are the client's own.
    let is_good = text != "CONNECT"
        && (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let reason = "want a method in capitals, and not CONNECT";
    if is_good { Ok(text) } else { Err(ConfigError::new(field, reason)) }
}

fn path(field: &str, value: &mut Value) -> Result<Pattern, ConfigError> {
    Pattern::parse(&text(field, value)?).map_err(|reason| ConfigError::new(field, reason))
}

/// A list with at least one entry.
fn filled<T>(
    (field, mut value): (String, Value),
    read: impl Fn(&str, &mut Value) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let list = list(&field, &mut value, read)?;
    if list.is_empty() || list.len() > 64 {
        return Err(ConfigError::new(&field, "want 1 to 64 entries"));
    }
    Ok(list)
}

/// `"any"`, or an object with one of the ways to tell a workload.
fn read_workload(
    field: &str,
    value: &mut Value,
    trusts_source: bool,
    claims: &mut Vec<Claim>,
) -> Result<Workload, ConfigError> {
    if value.as_str() == Some("any") {
        return Ok(Workload::Any);
    }
    let reason = "want \"any\", or an object with one of uri_san, jwt, source";
    let Value::Object(fields) = value else { return Err(ConfigError::new(field, reason)) };
    known(fields, &format!("{field}."), &["uri_san", "jwt", "source"])?;
    let mut fields = fields.iter_mut();
    let (Some((name, value)), None) = (fields.next(), fields.next()) else {
        return Err(ConfigError::new(field, reason));
    };
    let field = format!("{field}.{name}");
    match name.as_str() {
        "uri_san" => {
            let uri = text(&field, value)?;
            // The proxy joins several with commas.
            let is_uri = uri.contains(':') && !uri.contains(',') && uri.len() <= 2_048;
            let reason = "want a URI without a comma";
            if is_uri { Ok(Workload::UriSan(uri)) } else { Err(ConfigError::new(&field, reason)) }
        }
        "jwt" => jwt(&field, value, claims),
        _ if !trusts_source => {
            let reason = "want trust_source_address: true, for an address can be forged by \
                          X-Forwarded-For unless the proxy sets use_remote_address";
            Err(ConfigError::new(&field, reason))
        }
        _ => {
            let network = Network::parse(&text(&field, value)?);
            network.map(Workload::Source).map_err(|reason| ConfigError::new(&field, reason))
        }
    }
}

fn jwt(field: &str, value: &mut Value, claims: &mut Vec<Claim>) -> Result<Workload, ConfigError> {
    let names = ["payload", "claim", "value"];
    let fields = object(field, value, &names)?;
    required(fields, &format!("{field}."), &names)?;
    let mut texts = names.map(|name| {
        let field = format!("{field}.{name}");
        let text = fields.get_mut(name).map_or(Ok(String::new()), |value| text(&field, value))?;
        let is_good = (1..=256).contains(&text.len()) && !text.contains('\0');
        if is_good { Ok(text) } else { Err(ConfigError::new(&field, "want 1 to 256 bytes")) }
    });
    let mut next = |number: usize| {
        texts
            .get_mut(number)
            .map_or(Ok(String::new()), |it| std::mem::replace(it, Ok(String::new())))
    };
    let (claim, value) = (Claim { payload: next(0)?, claim: next(1)? }, next(2)?);
    let number = claims.iter().position(|known| *known == claim).unwrap_or_else(|| {
        claims.push(claim);
        claims.len() - 1
    });
    Ok(Workload::Claim(number, value))
}
