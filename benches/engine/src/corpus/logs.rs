//! Log lines: access logs, JSON lines, key=value lines, system logs and stack traces.

use super::pen::Pen;

/// Writes a run of lines as one program writes them, two shapes mixed.
pub(super) fn document(pen: &mut Pen) {
    let main = *pen.rng.pick(LINES);
    let other = *pen.rng.pick(LINES);
    for _ in 0..pen.rng.between(20, 200) {
        let line = if pen.rng.chance(85) { main } else { other };
        pen.fill(line);
        pen.text("\n");
    }
}

const LINES: &[&str] = &[
    "@{ip} - - [@{below:28}/Oct/2025:@{clock} +0000] \"@{method} /@{path:3}?page=@{below:99}&sort=@{word} HTTP/1.1\" @{status} @{below:99999} \"https://@{host}/@{word}\" \"@{agent}\"",
    "[@{date}T@{clock}.@{digits:3}Z] \"@{method} /@{path:2}/@{uuid} HTTP/2\" @{status} - via_upstream - \"-\" @{below:9999} @{below:99999} @{below:900} @{below:900} \"@{ip}\" \"@{agent}\" \"@{uuid}\" \"@{host}\" \"@{ip}:8080\"",
    r#"{"ts":"@{date}T@{clock}.@{digits:6}Z","level":"info","logger":"@{word}.@{word}","msg":"@{sentence:5-14}","trace_id":"@{hex:32}","span_id":"@{hex:16}","duration_ms":@{below:4000},"user_id":@{below:900000}}"#,
    "time=@{date}T@{clock}Z level=@{level} msg=\"@{sentence:4-12}\" component=@{word} request_id=@{uuid} status=@{status} bytes=@{below:999999} elapsed=@{below:900}.@{digits:3}ms",
    "Oct @{below:28} @{clock} ip-10-@{below:256}-@{below:256} sshd[@{below:32000}]: Failed password for invalid user @{word} from @{ip} port @{below:65000} ssh2",
    "Oct @{below:28} @{clock} node-@{below:90} kernel: [@{digits:7}.@{digits:6}] eth0: @{words:4-9} (0x@{hex:8})",
    "@{date} @{clock},@{digits:3} @{level} [@{word}-pool-@{below:64}] com.example.@{word}.@{member} - @{sentence:6-16} id=@{hex:24}",
    "\tat com.example.@{word}.@{word}.@{member}(@{member}.java:@{below:900})",
    "I@{digits:4} @{clock}.@{digits:6} @{below:90} @{word}.go:@{below:900}] \"@{sentence:5-9}\" pod=\"@{word}/@{slug:2}-@{hex:9}-@{lower:5}\" UID=\"@{uuid}\"",
    "@{date}T@{clock}.@{digits:9}Z stdout F @{level} traceparent=00-@{hex:32}-@{hex:16}-01 GET https://@{host}/@{path:4} -> @{status} in @{below:900} ms",
    "@{date} @{clock} UTC [@{below:32000}] LOG:  duration: @{below:900}.@{digits:3} ms  statement: SELECT @{word}, @{word}_id FROM @{word}s WHERE @{word}_id = $1 AND created_at > '@{date}' LIMIT @{below:100}",
    "pull sha256:@{hex:64} from registry.example.net/@{word}/@{word}: @{below:900} layers, @{below:90} MB, digest unchanged",
];
