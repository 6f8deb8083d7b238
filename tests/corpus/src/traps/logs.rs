//! What programs print while they work.

use super::{JSON, TEXT, Trap};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "logs.curl_verbose",
        media: TEXT,
        template: r#"* Host ~(host):443 was resolved.
* IPv6: ~(ipv6)
* IPv4: ~(ip)
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519MLKEM768 / id-ecPublicKey
*  subject: CN=~(host)
> POST /~(path) HTTP/2
> Host: ~(host)
> User-Agent: curl/8.~(num 16).0
> Authorization: ~{Bearer [REDACTED]~|Basic ***~|<redacted>~|Bearer ********************************~|token [hidden]~}
> X-Api-Key: ****************
> Cookie: [cookies redacted]
> Accept: */*
>
< HTTP/2 200
< server-timing: cfL4;desc="?proto=TCP&rtt=~(num 9999)&cid=~(hex 16)&ts=~(num 90)&x=0"
< report-to: {"endpoints":[{"url":"https:\/\/a.nel.cloudflare.com\/report\/v4?s=~(alnum 20)%2F~(alnum 40)%2B~(alnum 80)%3D%3D"}],"group":"cf-nel","max_age":604800}
< nel: {"success_fraction":0,"report_to":"cf-nel","max_age":604800}
< cf-ray: ~(hex 16)-TXL
< etag: W/"~(hex 32)"
<
{ [~(num 1369) bytes data]
* Connection #0 to host ~(host) left intact
"#,
    },
    Trap {
        name: "logs.access",
        media: TEXT,
        template: r#"~[12-30||~(ip) - ~{-~|~(first)~} [~(two 28)/Oct/2025:~(clock) +0000] "~{GET~|POST~} /~(path)?token_hint=access_token&cursor=~<url|{"id":~(digits 7),"s":"~(hex 8)"}~>&_=~(epoch)~(digits 3) HTTP/2.0" ~{200~|302~|401~} ~(num 99999) "https://~(host)/login?next=%2F~(path)" "~(agent)" rt=0.~(digits 3) rid=~(hex 32)
~]"#,
    },
    Trap {
        name: "logs.json_lines",
        media: JSON,
        template: r#"[~[12-24|,
|{"ts":"~(stamp)","level":"~{info~|warn~|error~}","logger":"~(word).~(word)","msg":"~{token refreshed~|password check failed~|secret rotated~|authorization: bearer authentication required~|no credentials~}","trace_id":"~(hex 32)","span_id":"~(hex 16)","user":"~(uuid)","token":"~{***~|[redacted]~|~}","password":"***","token_sha256":"~(hex 64)","session":"~(hex 8)…","duration_ms":~(num 900)}~]]"#,
    },
    Trap {
        name: "logs.broker",
        media: TEXT,
        template: r#"~[10-24||[~(stamp)] INFO [GroupCoordinator ~(num 9)]: Member ~(kebab)-~(num 9)-~(uuid) in group ~(kebab) has joined (kafka.coordinator.group.GroupCoordinator)
[~(stamp)] INFO [Log partition=~(kebab)-~(num 90), dir=/var/lib/kafka] Rolled new log segment at offset ~(digits 9) (kafka.log.Log)
~(stamp) [info] <0.~(num 9999).0> connection <0.~(num 9999).0> (~(ip):~(num 65000) -> ~(ip):5672 - ~(kebab)): user '~(word)' authenticated and granted access to vhost '/'
offset=~(digits 9):~(b64 40)== key=~(uuid) headers={ce_id=~(uuid), traceparent=00-~(hex 32)-~(hex 16)-01} consumerTag=amq.ctag-~(url 22) queue=amq.gen-~(url 22)
sasl.jaas.config = [hidden] ssl.keystore.password = null ssl.key.password = [hidden] password=****
~]cluster.id = ~(url 22)
"#,
    },
    Trap {
        name: "logs.system",
        media: TEXT,
        template: r#"~[10-24||Oct ~(two 28) ~(clock) ~(word)-~(num 90) sshd[~(num 32000)]: ~{Failed password for invalid user ~(first) from ~(ip) port ~(num 65000) ssh2~|Accepted publickey for ~(first) from ~(ip) port ~(num 65000) ssh2: ED25519 SHA256:~(b64 43)~|pam_unix(sshd:session): session opened for user ~(first)(uid=~(num 2000)) by (uid=0)~}
Oct ~(two 28) ~(clock) ~(word)-~(num 90) kernel: audit: type=1400 audit(~(epoch).~(digits 3):~(num 900)): apparmor="DENIED" name="/run/secrets/~(snake)"
Oct ~(two 28) ~(clock) ~(word)-~(num 90) systemd[1]: var-lib-docker-overlay2-~(hex 64)-merged.mount: Deactivated successfully.
Oct ~(two 28) ~(clock) ~(word)-~(num 90) sudo: ~(first) : TTY=pts/0 ; PWD=/home/~(first) ; USER=root ; COMMAND=/usr/bin/passwd ~(first)
~]"#,
    },
    Trap {
        name: "logs.stack_trace",
        media: TEXT,
        template: r#"~[4-8|
|~(stamp) ERROR [~(word)-pool-~(num 90)] com.example.~(word).~(Word)TokenFilter - Invalid token: token_has_expired_at_~(epoch)
com.example.auth.InvalidBearerTokenException: An error occurred while attempting to decode the Jwt: Signed JWT rejected: Another algorithm expected, or no matching key(s) found
	at org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider.authenticate(JwtAuthenticationProvider.java:~(num 900))
	at com.example.~(word).~(Word)PasswordEncoderFactory$$SpringCGLIB$$~(hex 8).createDelegatingPasswordEncoder(<generated>)
	at ~(word).~(word).Lambda$~(digits 3)/0x~(hex 16).~(camel)(Unknown Source)
thread 'main' panicked at /rustc/~(hex 40)/library/core/src/~(word).rs:~(num 900)
  21: _ZN~(num 90)~(word)~(num 9)~(camel)17h~(hex 16)E
      github.com/~(word)/~(word)@v0.0.0-20230~(digits 7)-~(hex 12)/~(word).go:~(num 900) +0x~(hex 3)
~]"#,
    },
    Trap {
        name: "logs.agents",
        media: TEXT,
        template: r#"~[10-20||~(agent)
Mozilla/5.0 (Linux; Android 1~(num 5); SM-S92~(num 9)B Build/UP1A.23~(digits 4).00~(num 9); wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/1~(two 40).0.~(digits 4).~(num 200) Mobile Safari/537.36 [FBAN/FB4A;FBAV/~(num 500).0.0.~(num 90);FBBV/~(digits 9);]
okhttp/4.~(num 12).0 Dalvik/2.1.0 (Linux; U; Android 14) ~(word)/~(version) (id:~(uuid); token:none; ~(HEX 40))
kube-probe/1.~(num 33) Go-http-client/2.0 aws-sdk-go-v2/1.~(num 40).0 ua/2.1 os/linux lang/go#1.2~(num 5) md/GOARCH#amd64 api/sts#1.~(num 40).0 exec-env/AWS_ECS_FARGATE m/~(alnum 1),~(alnum 1)
~]"#,
    },
    Trap {
        name: "logs.build",
        media: TEXT,
        template: r#"#~(num 20) [internal] load metadata for docker.io/library/~(word):~(version)
#~(num 20) sha256:~(hex 64) ~(num 90).~(num 99)MB / ~(num 90).~(num 99)MB 3.~(num 9)s done
~[8-16||#~(num 20) extracting sha256:~(hex 64) 0.~(num 9)s done
#~(num 20) naming to registry.~(host)/~(path):~(hex 40) done
Step ~(num 30)/30 : ARG NPM_TOKEN
 ---> Running in ~(hex 12)
 - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV "API_TOKEN") (line ~(num 90))
npm warn config _auth=(protected) _authToken=(protected) password=(protected)
dist/assets/~(Word)-~(url 8).js   ~(num 90).~(digits 2) kB │ gzip: ~(num 90).~(digits 2) kB
~]Login Succeeded
"#,
    },
];
