//! What leaks by its name alone: the pages and files that are known for it, as responses.

use std::rc::Rc;

use hushgate::{
    config::Config,
    exchange::{Event, Exchange, Flow},
    policy::{Direction, Role},
    record::Record,
    rule::{self, example},
};

/// So many secrets in each document.
const SEEDS: u64 = 20;

/// A document, its media type, and the templates of its secrets: each stands where the document has `@1`, `@2` …
const DOCUMENTS: &[(&str, &str, &str, &[&str])] = &[
    (
        "spring_actuator_env",
        "application/vnd.spring-boot.actuator.v3+json",
        r#"{"activeProfiles":["prod"],"propertySources":[{"name":"systemEnvironment","properties":{"PATH":{"value":"/usr/bin"},"SPRING_DATASOURCE_PASSWORD":{"value":"@1","origin":"System Environment Property \"SPRING_DATASOURCE_PASSWORD\""}}},{"name":"application.yml","properties":{"spring.mail.password":{"value":"@2"},"spring.mail.port":{"value":587}}}]}"#,
        &["{lower:6}{digit:2}{upper:1}{digit:1}", "{alnum:8}!{digit:3}{lower:2}"],
    ),
    (
        "phpinfo",
        "text/html",
        "<h2>Environment</h2>\n<table>\n<tr class=\"h\"><th>Variable</th><th>Value</th></tr>\n<tr><td class=\"e\">MYSQL_ROOT_PASSWORD </td><td class=\"v\">@1 </td></tr>\n<tr><td class=\"e\">HOSTNAME </td><td class=\"v\">web-1 </td></tr>\n</table>",
        &["{lower:4}{digit:1}{alnum:8}{digit:1}x"],
    ),
    (
        "rails_debug_page",
        "text/html",
        "<h2>Request</h2><pre>Parameters: {&quot;user&quot;=&gt;{&quot;email&quot;=&gt;&quot;me@example.com&quot;, &quot;password&quot;=&gt;&quot;@1&quot;}}</pre><pre>SECRET_KEY_BASE: &quot;x&quot;, secret_key: &quot;@2&quot;</pre>",
        &["{lower:5}{digit:1}{upper:1}{digit:2}{lower:2}", "{hex:64}"],
    ),
    (
        "django_debug_page",
        "text/html",
        "<table class=\"req\"><tbody><tr><td>DB_PASSWORD</td><td class=\"code\"><pre>&#x27;x&#x27;</pre></td></tr></tbody></table><pre>{&#x27;default&#x27;: {&#x27;ENGINE&#x27;: &#x27;django.db.backends.postgresql&#x27;, &#x27;PASSWORD&#x27;: &#x27;@1&#x27;, &#x27;PORT&#x27;: 5432}}</pre>",
        &["{lower:5}{digit:1}{upper:1}{digit:2}{lower:3}"],
    ),
    (
        "env_file",
        "text/plain",
        "APP_ENV=production\nDB_PASSWORD=@1\nMAIL_PASSWORD=\"@2\"\nJWT_SECRET=@3\nINTERNAL_API_KEY=@4\n",
        &[
            "{lower:5}{digit:1}{upper:1}{digit:2}",
            "{alnum:6}{digit:1}#{lower:4}",
            "{b64url:43}",
            "{hex:40}",
        ],
    ),
    (
        "docker_inspect",
        "application/json",
        r#"[{"Config":{"Env":["POSTGRES_USER=app","POSTGRES_PASSWORD=@1","PATH=/usr/local/bin:/usr/bin"],"Cmd":["postgres"]}}]"#,
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}"],
    ),
    (
        "kubernetes_secret",
        "application/yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app-db\ndata:\n  password: @1\n  username: YXBw\ntype: Opaque\n",
        &["{base64:****##**##}=="],
    ),
    (
        "kubernetes_deployment",
        "application/yaml",
        "spec:\n  containers:\n    - name: app\n      env:\n        - name: DB_PASSWORD\n          value: @1\n        - name: LOG_LEVEL\n          value: info\n",
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}"],
    ),
    (
        "task_definition",
        "application/json",
        r#"{"containerDefinitions":[{"environment":[{"name":"DB_PASSWORD","value":"@1"},{"name":"STAGE","value":"production"}]}]}"#,
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}"],
    ),
    (
        "terraform_state",
        "application/json",
        r#"{"resources":[{"type":"aws_db_instance","instances":[{"attributes":{"username":"admin","password":"@1","port":5432,"client_secret":"@2"}}]}]}"#,
        &["{alnum:4}{digit:1}{alnum:4}{digit:1}{alnum:10}", "{alnum:40}"],
    ),
    (
        "wordpress_config",
        "text/plain",
        "define( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '@1' );\ndefine( 'DB_HOST', 'localhost' );\n",
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}"],
    ),
    (
        "application_yaml",
        "application/yaml",
        "spring:\n  datasource:\n    username: app\n    password: @1\n  security:\n    oauth2:\n      client:\n        client-secret: @2\n",
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}", "{alnum:40}"],
    ),
    (
        "settings_xml",
        "application/xml",
        "<settings><servers><server><id>releases</id><username>ci</username><password>@1</password></server></servers></settings>",
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}"],
    ),
    (
        "settings_page",
        "text/html",
        "<form><input type=\"text\" name=\"user\" value=\"me\"><input type=\"password\" name=\"smtp_password\" value=\"@1\"></form>",
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}"],
    ),
    (
        "log_of_a_form",
        "text/plain",
        "POST /login body: user=me&password=@1&remember=1\n{\"level\":\"debug\",\"body\":\"{\\\"password\\\":\\\"@2\\\",\\\"n\\\":1}\"}\n",
        &["{lower:4}{digit:2}{upper:2}{digit:1}{lower:4}", "{lower:5}{digit:1}{upper:1}{digit:2}"],
    ),
];

/// The document with its secrets, and these.
fn document(text: &str, templates: &[&str], seed: u64) -> (String, Vec<String>) {
    let rule = rule::find("named.password").unwrap();
    let (mut text, mut secrets) = (text.to_owned(), Vec::new());
    for (number, template) in templates.iter().enumerate() {
        let secret = example::expand(template, rule, seed * 31 + number as u64).unwrap().text;
        let secret = String::from_utf8(secret).unwrap();
        text = text.replace(&format!("@{}", number + 1), &secret);
        secrets.push(secret);
    }
    (text, secrets)
}

/// What becomes of a body, sent in one direction, and how many findings are told.
fn send(profile: &str, direction: Direction, media: &str, body: &str) -> (String, usize) {
    let config =
        format!(r#"{{"profile": "{profile}", "responses": "redact", "requests": "redact"}}"#);
    let config = Rc::new(Config::parse(config.as_bytes()).unwrap());
    let mut exchange = Exchange::new(config, Role::Inbound);
    let media = (&b"content-type"[..], media.as_bytes());
    let request =
        [(&b":method"[..], &b"POST"[..]), (b":path", b"/a"), (b":authority", b"a.example"), media];
    let response = [(&b":status"[..], &b"200"[..]), media];
    for (own, headers) in [
        (Direction::Request, request.into_iter().collect()),
        (Direction::Response, response.into_iter().collect()),
    ] {
        let end_of_stream = own != direction;
        exchange.on(Event::Headers { direction: own, headers: &headers, end_of_stream });
        if own == direction {
            let bytes = body.as_bytes();
            let step = exchange.on(Event::Body { direction, bytes, end_of_stream: true });
            assert_eq!(step.flow, Flow::Continue);
            let records = exchange.take_records().into_iter();
            let found = records.filter(|record| matches!(record, Record::Found { .. })).count();
            let out = step.body.unwrap_or_else(|| bytes.to_vec());
            return (String::from_utf8(out).unwrap(), found);
        }
    }
    unreachable!("one of both directions is the body's");
}

fn each(mut check: impl FnMut(&str, &str, &str, &[String])) {
    for (name, media, text, templates) in DOCUMENTS {
        for seed in 0..SEEDS {
            let (text, secrets) = document(text, templates, seed);
            check(&format!("{name}, seed {seed}"), media, &text, &secrets);
        }
    }
}

#[test]
fn a_response_is_redacted() {
    each(|name, media, text, secrets| {
        for profile in ["default", "strict"] {
            let (out, found) = send(profile, Direction::Response, media, text);
            assert_eq!(
                (out.len(), found),
                (text.len(), secrets.len()),
                "{name}, {profile}: {found}"
            );
            for (number, secret) in secrets.iter().enumerate() {
                assert!(!out.contains(secret.as_str()), "{name}, {profile}: @{}", number + 1);
            }
            assert_eq!(send(profile, Direction::Response, media, &out), (out.clone(), 0), "{name}");
        }
    });
}

/// A log-in sends a password by design.
#[test]
fn a_request_is_redacted_in_strict_alone() {
    each(|name, media, text, secrets| {
        for profile in ["quiet", "default"] {
            assert_eq!(
                send(profile, Direction::Request, media, text),
                (text.to_owned(), 0),
                "{name}"
            );
        }
        let (_, found) = send("strict", Direction::Request, media, text);
        assert_eq!(found, secrets.len(), "{name}");
    });
}

#[test]
fn quiet_asks_for_more_than_a_name() {
    each(|name, media, text, _| {
        let sent = send("quiet", Direction::Response, media, text);
        assert_eq!(sent, (text.to_owned(), 0), "{name}");
    });
}
