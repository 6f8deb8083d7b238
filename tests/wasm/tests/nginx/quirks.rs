//! The simulated host behaves as NGINX was measured to (docs/hosts.md): shown with the reading module and its scripts.

use hushgate_test_wasm::{End, Headers, Host, Level, Message, Profile, built};

use super::get;

fn run(script: &str) -> Host {
    Host::load(built("hushgate_test_read"), Profile::nginx()).unwrap().configure(script).unwrap()
}

/// The lines that the script logged.
fn lines(host: &Host) -> Vec<String> {
    let info = host.logs().into_iter().filter(|line| line.level == Level::Info);
    info.map(|line| line.text).collect()
}

fn ok(body: &str) -> Message {
    Message::status(200).body(body)
}

fn sized(body: &str) -> Message {
    ok(body).header("content-length", body.len().to_string())
}

#[test]
fn headers_never_end_a_message() {
    let host = run("request_headers: trace\nresponse_headers: trace");
    host.exchange(&get(), &Message::status(204));
    assert_eq!(lines(&host), ["request_headers 1 false", "response_headers 0 false"]);
}

#[test]
fn a_request_comes_in_one_call() {
    let host = run("request_body: trace\nrequest_body: write 0 0 2147483647 longer!");
    let request = Message::post("/").header("content-length", "4").body("abcd").cut([1, 2]);
    let outcome = host.exchange(&request, &ok(""));
    assert_eq!(lines(&host)[0], "request_body 4 true");
    assert_eq!(outcome.upstream.body(), b"longer!");
    assert_eq!(outcome.upstream.header("content-length"), Some(&b"7"[..]));
}

#[test]
fn a_body_in_a_file_reads_as_none() {
    let host = run("request_body: trace\nrequest_body: read 0 0 99");
    host.set_client_body_buffer(3);
    let outcome = host.exchange(&Message::post("/").body("abcd"), &ok(""));
    assert_eq!(lines(&host), ["request_body 4 true", "read 0 0 99 -> 0"]);
    assert_eq!(outcome.upstream.body(), b"abcd");
}

#[test]
fn the_end_of_a_response_is_told_by_an_empty_call_or_not_at_all() {
    let host = run("response_body: trace");
    host.exchange(&get(), &ok("abcd").cut([2]));
    host.exchange(&get(), &sized("abcd").cut([2]));
    host.exchange(&get(), &sized("abcd").ending(End::EmptyPiece));
    let chunked = ["response_body 2 false", "response_body 2 false", "response_body 0 true"];
    let sized = ["response_body 2 false", "response_body 2 false", "response_body 4 true"];
    assert_eq!(lines(&host), [chunked, sized].concat());
}

#[test]
fn an_empty_last_part_never_ends() {
    // Of no more than 0 bytes nothing is taken.
    let script = "response_body: write 1 0 0 .";
    assert!(!run(script).exchange(&get(), &ok("abcd")).client.complete);
    assert!(!run(script).exchange(&get(), &sized("abcd")).client.complete);
}

#[test]
fn a_pause_buffers_once() {
    let host = run("response_body: trace\nresponse_body: pause");
    let outcome = host.exchange(&get(), &ok("abcdef").cut([1, 2, 3]));
    assert_eq!(lines(&host), ["response_body 1 false", "response_body 6 true"]);
    assert!(outcome.client.complete && outcome.client.body() == b"abcdef");

    let host = run("response_body: trace\nresponse_body: pause");
    let long = ".".repeat(40_000);
    let outcome = host.exchange(&get(), &sized(&long).cut([8_000, 16_000, 24_000, 32_000]));
    let shown = ["8000", "24000", "8000", "8000"].map(|size| format!("response_body {size} false"));
    assert_eq!(lines(&host), shown);
    assert_eq!(outcome.client.body(), long.as_bytes());
}

#[test]
fn a_read_ignores_its_offset_and_a_write_what_stands_behind() {
    let host = run("response_body: read 1 2 2\nresponse_body: write 1 0 2 XYZ");
    let outcome = host.exchange(&get(), &sized("abcd"));
    assert_eq!(lines(&host)[0], "read 1 2 2 -> 0 ab");
    assert_eq!(outcome.client.body(), b"XY");
}

#[test]
fn what_traps_in_a_response_lets_it_pass() {
    let steps = [
        "response_headers: crash",
        "response_body: crash",
        "response_body: replace 2 x-a 1",
        "response_body: reply 403 no",
        "response_headers: call up",
        "response_body: call up",
    ];
    for step in steps {
        let host = run(&format!("{step}\nresponse_body: write 1 0 2147483647 changed"));
        host.add_cluster("up");
        let outcome = host.exchange(&get(), &sized("abcd").header("x-a", "0"));
        assert_eq!(host.crashes(), 1, "{step}");
        assert_eq!(outcome.client.status(), Some(200), "{step}");
        assert_eq!(outcome.client.body(), b"abcd", "{step}");
        assert!(outcome.client.complete, "{step}");
    }
}

#[test]
fn a_trap_in_a_request_is_a_500_and_the_next_one_meets_a_fresh_instance() {
    for step in ["request_headers: crash", "request_body: crash"] {
        let host = run(&format!("{step}\nconfigure: count started"));
        let request = Message::post("/").body("abcd");
        assert_eq!(host.exchange(&request, &ok("")).client.status(), Some(500), "{step}");
        host.exchange(&get(), &ok(""));
        assert_eq!(host.metric("started"), 2, "{step}");
    }
}

#[test]
fn removed_request_headers_are_sent_and_the_first_of_several_is_replaced() {
    let host = run("request_headers: remove 0 x-a\nrequest_headers: replace 0 x-b 9");
    let request = get().header("x-a", "1").header("x-b", "2").header("x-b", "3");
    let sent = host.exchange(&request, &ok("")).upstream.headers.unwrap();
    assert_eq!(sent.values("x-a").collect::<Vec<_>>(), [b"1"]);
    assert_eq!(sent.values("x-b").collect::<Vec<_>>(), [b"9", b"3"]);
}

#[test]
fn the_url_is_sent_as_the_client_wrote_it() {
    let host = run("request_headers: replace 0 :path /other");
    let outcome = host.exchange(&Message::get("/one?a=b"), &ok(""));
    assert_eq!(outcome.upstream.header(":path"), Some(&b"/one?a=b"[..]));
}

#[test]
fn the_authority_is_the_servers_name() {
    let steps = ["value 0 :authority", "value 0 host", "property request.host"];
    let host = run(&steps.map(|step| format!("request_headers: {step}")).join("\n"));
    let outcome = host.exchange(&get(), &ok(""));
    let said = lines(&host);
    assert_eq!(said[0], "value 0 :authority -> 0 nginx.internal:8080");
    assert_eq!(said[1], "value 0 host -> 0 upstream.test");
    assert_eq!(said[2], "property request.host -> 0 nginx.internal:8080");
    assert_eq!(outcome.upstream.header(":authority"), Some(&b"upstream.test"[..]));
}

#[test]
fn of_a_reply_in_the_response_headers_the_first_part_is_replaced() {
    let host = run("response_headers: reply 403 no\nresponse_body: trace");
    let outcome = host.exchange(&get(), &sized("abcdef").cut([2, 4]));
    assert_eq!(outcome.client.status(), Some(403));
    assert_eq!(outcome.client.body(), b"nocdef");
}

#[test]
fn maps_are_cut_off_at_100_pairs() {
    let many: Headers = (0..150).map(|number| (format!("x-{number}"), "1")).collect();
    let host = run("response_headers: trace\nresponse_headers: pairs 2");
    host.exchange(&get(), &Message::new(Headers::from([(":status", "200")]).with("x", "1")));
    let mut headers = Headers::from([(":status", "200")]);
    for (name, value) in many.iter() {
        headers = headers.with(name, value);
    }
    host.exchange(&get(), &Message::new(headers));
    let said = lines(&host);
    assert_eq!(said[1], "pairs 2 -> 0 2");
    assert_eq!(&said[2..], ["response_headers 150 false", "pairs 2 -> 0 100"]);
}

#[test]
fn shared_data_is_always_compared_and_needs_its_zone() {
    let host = run("tick: share k v 0\ntick: share k w 0\ntick: share k x 1");
    host.tick();
    assert_eq!(lines(&host), ["share k v 0 -> 0", "share k w 0 -> 8", "share k x 1 -> 0"]);
    let host = run("tick: share k v 0");
    host.without_shared_zone();
    host.tick();
    assert_eq!(host.crashes(), 1);
}

#[test]
fn a_second_tick_period_traps() {
    let host = run("tick: tick_every 5");
    host.tick();
    assert_eq!((host.crashes(), host.tick_period_ms()), (0, 5));
    host.tick();
    assert_eq!(host.crashes(), 1);
}

#[test]
fn calls_from_on_configure_do_not_start() {
    let host = Host::load(built("hushgate_test_read"), Profile::nginx()).unwrap();
    host.add_cluster("up");
    assert!(host.configure("configure: call up").is_err());
}

#[test]
fn what_kills_a_worker_is_a_fault() {
    let host = run("request_headers: call up");
    host.add_cluster("up");
    host.exchange(&get(), &ok(""));
    assert!(host.faults()[0].contains("a dispatch, and then Continue"), "{:?}", host.faults());

    let host = run("tick: call up\ncall: call up");
    host.add_cluster("up");
    host.tick();
    host.answer(host.calls()[0].token, [(":status", "200")], "");
    assert!(host.faults()[0].contains("the answer to one of the root context"));

    let host = run("configure: property plugin_name");
    assert!(host.faults()[0].contains("plugin_name"));
}

#[test]
fn properties_are_its_own_variables() {
    let host = run("request_headers: property xds.listener_direction\n\
        request_headers: property ngx.remote_addr\nrequest_headers: set_property x 1");
    host.set_property(&["xds", "listener_direction"], 1_u64.to_le_bytes());
    host.set_property(&["ngx", "remote_addr"], "10.0.0.1");
    host.exchange(&get(), &ok(""));
    let said = lines(&host);
    assert_eq!(said[0], "property xds.listener_direction -> 1");
    assert_eq!(said[1], "property ngx.remote_addr -> 0 10.0.0.1");
    assert_eq!(said[2], "set_property x 1 -> 2");
    let host = run("request_headers: set_property ngx.hostname 1");
    assert_eq!(host.exchange(&get(), &ok("")).client.status(), Some(500));
}

#[test]
fn what_is_not_there_is_said() {
    let host = run("request_headers: close 0");
    host.exchange(&get(), &ok(""));
    assert_eq!(lines(&host), ["close 0 -> 12"]);
    // The SDK traps on what it does not expect.
    let host = run("tick: queue q x");
    host.tick();
    assert_eq!(host.crashes(), 1);
}

/// Trailers are neither shown nor sent; the body ends as it does without them.
#[test]
fn there_are_no_trailers() {
    let host = run("response_trailers: trace\nrequest_trailers: trace\nresponse_body: trace");
    let trailers = End::Trailers(Headers::from([("x-end", "1")]));
    let outcome = host.exchange(&get(), &ok("abcd").ending(trailers));
    assert_eq!(lines(&host), ["response_body 4 false", "response_body 0 true"]);
    assert!(outcome.client.complete && outcome.client.trailers.is_none());
}
