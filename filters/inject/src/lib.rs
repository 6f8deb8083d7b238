//! `hushgate_inject.wasm`: puts credentials from a vault into requests, and takes them out of the answers.

#![allow(missing_docs)] // The entry point that the SDK's macro writes.

use hushgate_host::inject::InjectPlugin;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|id| Box::new(InjectPlugin::new(id)));
}}
