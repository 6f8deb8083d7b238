//! A filter that reads all that passes, and changes nothing.
//!
//! It is the limit that any filter in wasm can reach: the cost of the callbacks and of copying
//! every header and every byte of the bodies into the module, and nothing else. It never panics.
//!
//! With a plugin configuration it follows the [`script`] therein instead, so that the simulated
//! host of the tests can be shown to behave as the proxy does.

mod abi;
mod script;

use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use crate::script::Script;

const REQUEST_HEADERS: u32 = 0;
const REQUEST_TRAILERS: u32 = 1;
const RESPONSE_HEADERS: u32 = 2;
const RESPONSE_TRAILERS: u32 = 3;
const REQUEST_BODY: u32 = 0;
const RESPONSE_BODY: u32 = 1;
const PLUGIN_CONFIGURATION: u32 = 7;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(Root::default()));
}}

#[derive(Default)]
struct Root {
    script: Option<Rc<Script>>,
}

impl Context for Root {
    fn on_http_call_response(&mut self, _: u32, headers: usize, body: usize, _: usize) {
        if let Some(script) = &self.script {
            script.run("call", headers + body, true);
        }
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, _size: usize) -> bool {
        let (_, text) = abi::read(PLUGIN_CONFIGURATION, 0, usize::MAX >> 1);
        if text.is_empty() {
            return true;
        }
        let script = Script::parse(&String::from_utf8_lossy(&text));
        let wish = script.run("configure", text.len(), true);
        self.script = Some(Rc::new(script));
        !wish.refuse
    }

    fn on_tick(&mut self) {
        if let Some(script) = &self.script {
            script.run("tick", 0, true);
        }
    }

    fn on_queue_ready(&mut self, queue: u32) {
        if let Some(script) = &self.script {
            script.run("queue", queue as usize, true);
        }
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Reader { script: self.script.clone() }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Reader {
    script: Option<Rc<Script>>,
}

impl Reader {
    /// Follows the script, or reads a map.
    fn map(&self, callback: &str, kind: u32, size: usize, end: bool) -> Action {
        match &self.script {
            Some(script) => action(script.run(callback, size, end).pause),
            None => {
                drop(abi::pairs(kind));
                Action::Continue
            }
        }
    }

    /// Follows the script, or reads a body.
    fn body(&self, callback: &str, kind: u32, size: usize, end: bool) -> Action {
        match &self.script {
            Some(script) => action(script.run(callback, size, end).pause),
            None => {
                drop(abi::read(kind, 0, size));
                Action::Continue
            }
        }
    }
}

fn action(pause: bool) -> Action {
    if pause { Action::Pause } else { Action::Continue }
}

impl Context for Reader {
    fn on_http_call_response(&mut self, _: u32, headers: usize, body: usize, _: usize) {
        if let Some(script) = &self.script {
            script.run("call", headers + body, true);
        }
    }

    fn on_done(&mut self) -> bool {
        if let Some(script) = &self.script {
            script.run("done", 0, true);
        }
        true
    }
}

impl HttpContext for Reader {
    fn on_http_request_headers(&mut self, count: usize, end: bool) -> Action {
        self.map("request_headers", REQUEST_HEADERS, count, end)
    }

    fn on_http_request_body(&mut self, size: usize, end: bool) -> Action {
        self.body("request_body", REQUEST_BODY, size, end)
    }

    fn on_http_request_trailers(&mut self, count: usize) -> Action {
        self.map("request_trailers", REQUEST_TRAILERS, count, true)
    }

    fn on_http_response_headers(&mut self, count: usize, end: bool) -> Action {
        self.map("response_headers", RESPONSE_HEADERS, count, end)
    }

    fn on_http_response_body(&mut self, size: usize, end: bool) -> Action {
        self.body("response_body", RESPONSE_BODY, size, end)
    }

    fn on_http_response_trailers(&mut self, count: usize) -> Action {
        self.map("response_trailers", RESPONSE_TRAILERS, count, true)
    }

    fn on_log(&mut self) {
        if let Some(script) = &self.script {
            script.run("log", 0, true);
        }
    }
}
