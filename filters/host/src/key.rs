//! The key of fingerprints: from the environment, which the proxy's own configuration hands to the module.

use std::{env, rc::Rc};

use hushgate::fingerprint::{Fingerprinter, KEY_BYTES_MIN};

/// The variable (in Envoy: `vm_config.environment_variables`).
pub(crate) const VARIABLE: &str = "HUSHGATE_FINGERPRINT_KEY";

/// What makes the fingerprints of findings; `None` without a key, or with an empty one.
///
/// # Errors
/// A sentence where the key is too short. It shows nothing of the key.
pub(crate) fn fingerprinter() -> Result<Option<Rc<Fingerprinter>>, String> {
    let Some(key) = env::var_os(VARIABLE).filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    // On WASI these are the very bytes that the proxy has.
    match Fingerprinter::new(key.as_encoded_bytes()) {
        Ok(fingerprinter) => Ok(Some(Rc::new(fingerprinter))),
        Err(_) => Err(format!("{VARIABLE}: want at least {KEY_BYTES_MIN} bytes")),
    }
}
