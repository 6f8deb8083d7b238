//! The redact filter, and a trap where a request asks for one: `x-test-trap: request` or `response`.
//!
//! For the tests of recovery only; nothing of it is in a shipped module.

#![allow(missing_docs)] // The entry point that the SDK's macro writes.

use hushgate_host::{abi, pairs, plugin::Plugin, stream::Stream};
use proxy_wasm::{
    traits::{Context, HttpContext},
    types::Action,
};

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| {
        Box::new(Plugin::new(|stream| Box::new(Trap { stream, asked: Vec::new() })))
    });
}}

struct Trap {
    stream: Stream,
    asked: Vec<u8>,
}

impl Trap {
    fn trap_if(&self, phase: &[u8]) {
        assert!(self.asked != phase, "the test asked for a trap");
    }
}

impl Context for Trap {}

impl HttpContext for Trap {
    fn on_http_request_headers(&mut self, count: usize, end_of_stream: bool) -> Action {
        let headers = abi::map_pairs(abi::Map::RequestHeaders).ok().and_then(pairs::read);
        self.asked = headers
            .and_then(|headers| headers.first("x-test-trap").map(<[u8]>::to_vec))
            .unwrap_or_default();
        self.trap_if(b"request");
        self.stream.on_http_request_headers(count, end_of_stream)
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.stream.on_http_request_body(size, end_of_stream)
    }

    fn on_http_request_trailers(&mut self, count: usize) -> Action {
        self.stream.on_http_request_trailers(count)
    }

    fn on_http_response_headers(&mut self, count: usize, end_of_stream: bool) -> Action {
        self.trap_if(b"response");
        self.stream.on_http_response_headers(count, end_of_stream)
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.stream.on_http_response_body(size, end_of_stream)
    }

    fn on_http_response_trailers(&mut self, count: usize) -> Action {
        self.stream.on_http_response_trailers(count)
    }
}
