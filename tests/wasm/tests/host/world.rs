//! Properties, metrics, shared data, clock, environment, and streams side by side.

use std::time::Duration;

use hushgate_test_wasm::{Host, Profile, built};

use crate::{asked, body_of, envoy, get, lines, ok};

#[test]
fn properties_are_the_streams() {
    let host = envoy(
        "configure: property xds.listener_direction\n\
         request_headers: property xds.listener_direction\n\
         request_headers: property request.path\nrequest_headers: property request.url_path\n\
         request_headers: property no.such\nrequest_headers: set_property seen yes\n\
         response_headers: property seen\nresponse_headers: property request.path",
    );
    host.set_property(&["xds", "listener_direction"], 2i64.to_le_bytes());
    let outcome = host.exchange(&get(), &ok(""));
    assert!(outcome.client.complete);
    let expected = [
        "property xds.listener_direction -> 1",
        "property xds.listener_direction -> 0 \u{2}\0\0\0\0\0\0\0",
        "property request.path -> 0 /a?b=c",
        "property request.url_path -> 0 /a",
        "property no.such -> 1",
        "set_property seen yes -> 0",
        "property seen -> 0 yes",
        "property request.path -> 1",
    ];
    assert_eq!(lines(&host), expected);
}

#[test]
fn metrics_shared_data_and_queues() {
    let host = envoy(
        "request_headers: count a.b\nrequest_headers: share k v 0\nrequest_headers: share k w 7\n\
         request_headers: shared k\nrequest_headers: queue q item\nqueue: trace",
    );
    for _ in 0..2 {
        host.exchange(&get(), &ok(""));
    }
    assert_eq!(host.metrics().into_iter().collect::<Vec<_>>(), [("a.b".to_owned(), 2)]);
    assert_eq!(lines(&host)[2..4], ["share k w 7 -> 8", "shared k -> 0 Some([118]) Some(1)"]);
    host.deliver_queues();
    assert_eq!(lines(&host).last().unwrap(), "queue 1 true");
}

#[test]
fn clock_environment_and_timer_are_the_tests() {
    let host = Host::load(built("hushgate_test_read"), Profile::envoy()).unwrap();
    host.set_environment("KEY_ID", "k1");
    host.set_time(1_800_000_000_500_000_000);
    let host =
        host.configure("configure: env KEY_ID\nconfigure: tick_every 250\ntick: time").unwrap();
    assert_eq!(host.tick_period_ms(), 250);
    host.tick();
    host.advance(Duration::from_secs(10));
    host.tick();
    let expected = [
        "env KEY_ID -> 0 k1",
        "tick_every 250 -> 0",
        "time -> 0 1800000000",
        "time -> 0 1800000010",
    ];
    assert_eq!(lines(&host), expected);
}

#[test]
fn streams_run_side_by_side() {
    let host = envoy("response_body: pause_until_end");
    let streams: Vec<_> = (0..100).map(|_| asked(&host)).collect();
    for stream in &streams {
        stream.response_headers([(":status", "200")], false);
        stream.response_body("half", false);
    }
    for (index, stream) in streams.iter().enumerate() {
        stream.response_body(format!(" {index}"), true);
    }
    for (index, stream) in streams.into_iter().enumerate() {
        assert_eq!(body_of(&stream.finish().1), format!("half {index}"));
    }
    assert!(host.memory_bytes() > 0);
}
