//! JSON answers of the usual kinds of service: lists of records, compact or indented.

use super::pen::Pen;

/// Writes one answer of `1..=records_max` records.
pub(super) fn document(pen: &mut Pen, records_max: u32) {
    let record = *pen.rng.pick(RECORDS);
    pen.fill_one(OPENINGS);
    for at in 0..pen.rng.between(1, records_max) {
        if at > 0 {
            pen.text(",");
        }
        pen.fill(record);
    }
    pen.fill_one(CLOSINGS);
}

/// Writes one answer of exactly `len` bytes: records until it is full, then JSON white space.
pub(super) fn document_of(pen: &mut Pen, len: usize) {
    let start = pen.out.len();
    let room = |pen: &Pen| len.saturating_sub(pen.out.len() - start);
    pen.text("{\"data\":[null");
    loop {
        let before = pen.out.len();
        pen.text(",\n");
        pen.fill_one(RECORDS);
        if room(pen) < 2 {
            pen.out.truncate(before);
            break;
        }
    }
    let space = room(pen).saturating_sub(2);
    pen.out.resize(pen.out.len() + space, b' ');
    pen.text("]}");
}

const OPENINGS: &[&str] = &[
    r#"{"data":["#,
    r#"{"object":"list","url":"/v1/@{word}s","request_id":"@{uuid}","data":["#,
    r#"{"total":@{below:90000},"page":@{below:90},"etag":"W/\"@{hex:32}\"","items":["#,
    "{\n  \"kind\": \"@{slug:2}\",\n  \"generated_at\": \"@{date}T@{clock}Z\",\n  \"items\": [\n",
];

const CLOSINGS: &[&str] = &[
    "]}\n",
    r#"],"has_more":@{bool},"next_cursor":"@{cursor}"}"#,
    r#"],"next_page_token":"@{base64url:44}","took_ms":@{below:900}}"#,
    "\n  ],\n  \"links\": { \"next\": \"https:\\/\\/@{host}\\/v2\\/@{word}?cursor=@{base64url:24}\" }\n}\n",
];

const RECORDS: &[&str] = &[
    // People
    concat!(
        r#"{"id":"@{uuid}","name":"@{name}","email":"@{email}","active":@{bool},"has_password":@{bool},"#,
        r#""password_changed_at":"@{date}T@{clock}.@{digits:3}Z","created_at":"@{date}T@{clock}Z","#,
        r#""avatar_url":"https://@{host}/u/@{below:99999999}?s=96&v=4","roles":["@{word}","@{word}"],"#,
        r#""locale":"en-GB","login_count":@{below:4000},"bio":"@{sentence:8-24}"}"#,
    ),
    // Orders
    concat!(
        r#"{"order":"ORD-@{digits:10}","placed":"@{date}T@{clock}+02:00","currency":"EUR","#,
        r#""total":@{price},"vat":@{price},"status":"@{word}","lines":[{"sku":"@{digits:4}-@{digits:6}","#,
        r#""title":"@{words:3-7}","quantity":@{below:9},"price":@{price}},{"sku":"@{digits:4}-@{digits:6}","#,
        r#""title":"@{words:3-7}","quantity":@{below:9},"price":@{price}}],"ship_to":{"name":"@{name}","#,
        r#""street":"@{word} street @{below:200}","city":"@{word}","postcode":"@{digits:5}"},"#,
        r#""tracking":"https:\/\/@{host}\/track\/@{digits:18}","notes":null}"#,
    ),
    // Source code hosting
    concat!(
        r#"{"sha":"@{hex:40}","node_id":"@{base64:32}","commit":{"author":{"name":"@{name}","#,
        r#""email":"@{email}","date":"@{date}T@{clock}Z"},"message":"@{words:4-9}\n\n@{sentence:12-40}\n","#,
        r#""tree":{"sha":"@{hex:40}","url":"https://@{host}/repos/@{slug:2}/@{slug:2}/git/trees/@{hex:40}"},"#,
        r#""comment_count":@{below:20},"verification":{"verified":false,"reason":"unsigned","signature":null}},"#,
        r#""parents":[{"sha":"@{hex:40}"}],"html_url":"https://@{host}/@{slug:2}/@{slug:2}/commit/@{hex:40}"}"#,
    ),
    // Measurements: numbers and little else
    concat!(
        r#"{"series":"@{word}.@{word}.@{word}","host":"node-@{below:900}","unit":"ms","points":["#,
        r#"[17@{digits:8},@{price}],[17@{digits:8},@{price}],[17@{digits:8},@{price}],[17@{digits:8},@{price}],"#,
        r#"[17@{digits:8},@{price}],[17@{digits:8},@{price}],[17@{digits:8},@{price}],[17@{digits:8},@{price}],"#,
        r#"[17@{digits:8},@{price}],[17@{digits:8},@{price}],[17@{digits:8},@{price}],[17@{digits:8},@{price}]]}"#,
    ),
    // A graph's edge, with the cursor each edge has
    concat!(
        r#"{"cursor":"@{cursor}","node":{"__typename":"@{member}","id":"@{base64:20}","#,
        r#""title":"@{words:3-9}","state":"OPEN","createdAt":"@{date}T@{clock}Z","labels":{"nodes":["#,
        r#"{"name":"@{word}","color":"@{hex:6}"},{"name":"@{word}","color":"@{hex:6}"}]},"#,
        r#""bodyText":"@{sentence:20-60}"}}"#,
    ),
    // Published text: escaped mark-up in a string
    concat!(
        r#"{"slug":"@{slug:4}","lang":"de","title":"@{words:4-8}","html":"\u003cp class=\"@{class}\"\u003e"#,
        r#"@{sentence:20-50} \u003ca href=\"https:\/\/@{host}\/@{path:3}\"\u003e@{words:2}\u003c\/a\u003e "#,
        r#"@{sentence:20-50}\u003c\/p\u003e\n\u003cp\u003e@{sentence:30-70}\u003c\/p\u003e","#,
        r#""updated":"@{date}","checksum":"@{hex:64}","reading_minutes":@{below:20}}"#,
    ),
    // Indented, from an orchestrator
    concat!(
        "    {\n      \"metadata\": {\n        \"name\": \"@{slug:2}-@{hex:9}-@{lower:5}\",\n",
        "        \"uid\": \"@{uuid}\",\n        \"resourceVersion\": \"@{digits:9}\",\n",
        "        \"labels\": { \"app\": \"@{word}\", \"pod-template-hash\": \"@{hex:10}\" }\n      },\n",
        "      \"status\": {\n        \"phase\": \"Running\",\n        \"podIP\": \"@{ip}\",\n",
        "        \"image\": \"registry.example.net/@{word}/@{word}@sha256:@{hex:64}\",\n",
        "        \"restartCount\": @{below:9}\n      }\n    }",
    ),
    // A small picture inside a record
    concat!(
        r#"{"asset_id":"@{hex:24}","mime":"image/png","width":@{below:2000},"height":@{below:2000},"#,
        r#""alt":"@{sentence:6}","preview":"@{image:2}","integrity":"sha256-@{base64:43}="}"#,
    ),
];
