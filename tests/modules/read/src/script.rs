//! A script: what to do in which callback, from the plugin's configuration.
//!
//! One step a line, `<callback>: <step> <arguments>`, in the order in which they are to happen.
//! Every step but the pauses logs itself with its status and, if it read something, the value:
//! `value 0 x-a -> 0 1`. A line that makes no sense does nothing; a test notices.

use proxy_wasm::hostcalls;
use proxy_wasm::types::{LogLevel, MetricType};
use std::time::Duration;

use crate::abi::{self, Status};

/// The steps of all callbacks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script(Vec<(String, String)>);

/// What a callback's steps come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) pause: bool,
    pub(crate) refuse: bool,
}

impl Script {
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.trim().split_once(": "));
        Self(lines.map(|(callback, step)| (callback.to_owned(), step.to_owned())).collect())
    }

    /// Runs the steps of a callback. `end` is what the callback was told about the end of the
    /// stream.
    pub(crate) fn run(&self, callback: &str, size: usize, end: bool) -> Wish {
        let mut wish = Wish::default();
        for (_, step) in self.0.iter().filter(|(name, _)| name == callback) {
            match step.as_str() {
                "pause" => wish.pause = true,
                "pause_until_end" => wish.pause |= !end,
                "refuse" => wish.refuse = true,
                "crash" => crash(),
                "trace" => log(&format!("{callback} {size} {end}")),
                step => {
                    let (status, value) = perform(step);
                    let value = String::from_utf8_lossy(&value).into_owned();
                    log(format!("{step} -> {status} {value}").trim_end());
                }
            }
        }
        wish
    }
}

fn log(text: &str) {
    let _ = hostcalls::log(LogLevel::Info, text);
}

fn crash() {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
}

fn perform(step: &str) -> (Status, Vec<u8>) {
    let words: Vec<&str> = step.split(' ').collect();
    let number = |word: &str| word.parse::<u32>().unwrap_or(u32::MAX);
    let only = |status: Status| (status, Vec::new());
    match *words.as_slice() {
        ["pairs", map] => {
            let (status, wire) = abi::pairs(number(map));
            (status, count(&wire).to_string().into_bytes())
        }
        ["flood", map, count] => only(abi::set_pairs(number(map), &flood(number(count)))),
        ["value", map, name] => abi::value(number(map), name),
        ["replace", map, name, value] => only(abi::replace(number(map), name, value)),
        ["add", map, name, value] => only(abi::add(number(map), name, value)),
        ["remove", map, name] => only(abi::remove(number(map), name)),
        ["read", buffer, start, max] => {
            abi::read(number(buffer), number(start) as usize, number(max) as usize)
        }
        ["write", buffer, start, size, new] => {
            let (start, size) = (number(start) as usize, number(size) as usize);
            only(abi::write(number(buffer), start, size, new))
        }
        ["property", path] => abi::property(path),
        ["set_property", path, value] => only(abi::set_property(path, value)),
        ["resume", direction] => only(abi::resume(number(direction))),
        ["close", direction] => only(abi::close(number(direction))),
        _ => by_sdk(&words),
    }
}

/// The steps for which the SDK's hostcalls are good enough.
fn by_sdk(words: &[&str]) -> (Status, Vec<u8>) {
    match *words {
        ["reply", status, body] => {
            let status = status.parse().unwrap_or(500);
            let sent = hostcalls::send_http_response(
                status,
                vec![("x-by", "script")],
                Some(body.as_bytes()),
            );
            of(sent, String::new())
        }
        ["count", name] => {
            let counted = hostcalls::define_metric(MetricType::Counter, name)
                .and_then(|id| hostcalls::increment_metric(id, 1));
            of(counted, String::new())
        }
        ["share", key, value, version] => of(
            hostcalls::set_shared_data(key, Some(value.as_bytes()), version.parse().ok()),
            String::new(),
        ),
        ["shared", key] => match hostcalls::get_shared_data(key) {
            Ok((value, version)) => (0, format!("{value:?} {version:?}").into_bytes()),
            Err(status) => (status as Status, Vec::new()),
        },
        ["queue", name, item] => {
            let queued = hostcalls::register_shared_queue(name)
                .and_then(|id| hostcalls::enqueue_shared_queue(id, Some(item.as_bytes())));
            of(queued, String::new())
        }
        ["call", cluster] => {
            let headers = vec![(":method", "GET"), (":path", "/"), (":authority", "a")];
            let wait = Duration::from_secs(1);
            of(
                hostcalls::dispatch_http_call(cluster, headers, None, vec![], wait).map(drop),
                String::new(),
            )
        }
        ["env", name] => (0, std::env::var(name).unwrap_or_default().into_bytes()),
        ["time"] => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            (0, format!("{}", since.unwrap_or_default().as_secs()).into_bytes())
        }
        ["tick_every", ms] => {
            let period = Duration::from_millis(ms.parse().unwrap_or(0));
            of(hostcalls::set_tick_period(period), String::new())
        }
        _ => (Status::MAX, Vec::new()),
    }
}

fn of(result: Result<(), proxy_wasm::types::Status>, value: String) -> (Status, Vec<u8>) {
    (result.err().map_or(0, |status| status as Status), value.into_bytes())
}

/// Reads how many pairs there are; no bytes are no pairs.
fn count(wire: &[u8]) -> u32 {
    wire.first_chunk::<4>().map_or(0, |count| u32::from_le_bytes(*count))
}

/// Makes `count` pairs `a: b`, in the ABI's form.
fn flood(count: u32) -> Vec<u8> {
    let mut wire = count.to_le_bytes().to_vec();
    for _ in 0..count {
        wire.extend([1, 0, 0, 0, 1, 0, 0, 0]);
    }
    for _ in 0..count {
        wire.extend(b"a\0b\0");
    }
    wire
}
