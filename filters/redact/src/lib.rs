//! `hushgate_redact.wasm`: redacts, blocks or reports credentials in requests and responses. It never holds one.

#![allow(missing_docs)] // The entry point that the SDK's macro writes.

use hushgate_host::plugin::Plugin;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(Plugin::new(|stream| Box::new(stream))));
}}
