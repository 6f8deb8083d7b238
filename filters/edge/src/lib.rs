//! `hushgate_edge.wasm`: both jobs in one pass. It injects, guards the echo, and redacts by `redact` of its configuration.

#![allow(missing_docs)] // The entry point that the SDK's macro writes.

use hushgate_host::inject::InjectPlugin;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|id| Box::new(InjectPlugin::both(id)));
}}
