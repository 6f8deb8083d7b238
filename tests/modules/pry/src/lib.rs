//! A foreign module with the `vm_id` of the filter: what it reads there, it tells whoever asks.
//!
//! A request with `x-pry: <key>` is answered with the bytes of shared data under that key, in hexadecimal, and `-` where
//! there are none. With `x-pry-set: <hexadecimal>` it writes them first.

use proxy_wasm::{
    hostcalls,
    traits::{Context, HttpContext, RootContext},
    types::{Action, ContextType},
};

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(Root));
}}

struct Root;
struct Stream;

impl Context for Root {}

impl RootContext for Root {
    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let Some(key) = self.get_http_request_header("x-pry") else { return Action::Continue };
        if let Some(bytes) = self.get_http_request_header("x-pry-set").and_then(|it| bytes(&it)) {
            _ = hostcalls::set_shared_data(&key, Some(&bytes), None);
        }
        let found = hostcalls::get_shared_data(&key).ok().and_then(|(bytes, _)| bytes);
        let text = found.map_or_else(
            || "-".to_owned(),
            |bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        );
        self.send_http_response(200, Vec::new(), Some(text.as_bytes()));
        Action::Pause
    }
}

/// The bytes that a text in hexadecimal stands for.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => u8::try_from(high << 4 | low).ok(),
        _ => None,
    });
    pairs.collect()
}
