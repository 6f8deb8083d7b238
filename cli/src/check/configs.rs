//! Configurations of the filters, read as they read them; their proxy's environment is taken to have what they ask for.

use std::rc::Rc;

use hushgate::{
    config::{Config, ConfigError},
    fingerprint::Fingerprinter,
    inject::InjectConfig,
    store::{CredentialRef, StoreConfig},
};

/// Stands for a variable that the proxy's environment has. Longer than the least a key may be.
const VALUE: &[u8] = b"a-value-of-the-environment";

/// Reads a configuration of the module that redacts.
///
/// # Errors
/// As the module.
pub(crate) fn redact(json: &[u8]) -> Result<Config, ConfigError> {
    Config::parse_with(json, Fingerprinter::new(VALUE).ok().map(Rc::new))
}

/// Reads a configuration of the module that injects, or of the one that does both jobs.
///
/// # Errors
/// As the modules.
pub(crate) fn inject(json: &[u8], is_edge: bool) -> Result<InjectConfig, ConfigError> {
    let fingerprinter = Fingerprinter::new(VALUE).ok().map(Rc::new);
    let mut config = InjectConfig::parse(json, fingerprinter)?;
    config.do_both(is_edge)?;
    let environment = |_: &str| Some(VALUE.to_vec());
    let mut stores = Vec::new();
    for (name, value) in &mut config.stores {
        let store = StoreConfig::parse(&format!("stores.{name}"), value, &environment)?;
        stores.push((name.clone(), store));
    }
    for (place, credential) in config.credentials.iter_mut().enumerate() {
        let field = format!("credentials[{place}].reference");
        // That there is such a store has been checked.
        if let Some((_, store)) = stores.iter().find(|(name, _)| *name == credential.store) {
            CredentialRef::parse(&field, &mut credential.reference, store, &environment)?;
        }
    }
    Ok(config)
}
