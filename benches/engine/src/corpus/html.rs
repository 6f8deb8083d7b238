//! HTML pages: navigation, articles, tables, inline pictures, and the state of a client program.

use super::pen::Pen;

/// Writes one page.
pub(super) fn document(pen: &mut Pen) {
    pen.fill(HEAD);
    for _ in 0..pen.rng.between(2, 6) {
        pen.fill_one(LINKS);
    }
    pen.fill("</head>\n<body class=\"@{class} @{class}\">\n<nav aria-label=\"@{word}\"><ul>\n");
    for _ in 0..pen.rng.between(5, 14) {
        pen.fill("  <li class=\"@{class}\"><a href=\"/@{path:2}?ref=nav&amp;id=@{below:9999}\">@{words:1-3}</a></li>\n");
    }
    pen.text("</ul></nav>\n<main>\n");
    for _ in 0..pen.rng.between(6, 60) {
        pen.fill_one(BLOCKS);
    }
    pen.fill(STATE);
    pen.fill(FOOT);
}

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<title>@{words:3-6} &ndash; @{word}</title>\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<meta name=\"description\" content=\"@{sentence:12-20}\">\n\
<link rel=\"canonical\" href=\"https://@{host}/@{path:3}\">\n\
<meta property=\"og:image\" content=\"https://@{host}/img/@{hex:32}.jpg?w=1200&amp;h=630\">\n";

const LINKS: &[&str] = &[
    "<link rel=\"stylesheet\" href=\"https://@{host}/css/@{word}.@{hex:8}.css\" integrity=\"sha384-@{base64:64}\" crossorigin=\"anonymous\">\n",
    "<script defer src=\"/static/js/@{word}.@{hex:20}.js\" nonce=\"@{base64:22}==\"></script>\n",
    "<link rel=\"preload\" as=\"font\" type=\"font/woff2\" href=\"/fonts/@{slug:2}-@{base62:8}.woff2\" crossorigin>\n",
    "<style>.@{class}{margin:0 auto;padding:@{below:40}px;color:#@{hex:6}}.@{class}:hover{opacity:.@{below:9}}</style>\n",
];

const BLOCKS: &[&str] = &[
    "<article class=\"@{class}\" id=\"@{slug:3}\">\n  <h2>@{words:3-8}</h2>\n  <p>@{sentence:20-50} @{sentence:10-40}</p>\n  <p>@{sentence:20-60} <a href=\"https://@{host}/@{path:3}#@{slug:2}\">@{words:2}</a> @{sentence:8-20}</p>\n</article>\n",
    "<p class=\"@{class}\">@{sentence:30-80} &ldquo;@{sentence:8}&rdquo; @{sentence:12}&nbsp;&#8212; @{name}</p>\n",
    "<table class=\"@{class}\">\n<tr><th scope=\"row\">@{word}</th><td>@{price}&nbsp;&euro;</td><td>@{date}</td></tr>\n<tr><th scope=\"row\">@{word}</th><td>@{price}&nbsp;&euro;</td><td>@{date}</td></tr>\n<tr><th scope=\"row\">@{word}</th><td>@{price}&nbsp;&euro;</td><td>@{date}</td></tr>\n</table>\n",
    "<figure><img loading=\"lazy\" alt=\"@{sentence:6}\" src=\"@{image:2}\"><figcaption>@{sentence:9}</figcaption></figure>\n",
    "<img class=\"@{class}\" srcset=\"https://@{host}/m/@{hex:40}/400.webp 400w, https://@{host}/m/@{hex:40}/800.webp 800w\" alt=\"\">\n",
    "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M@{below:24}.@{digits:2} @{below:24}c-.@{digits:2}-.@{digits:3}-@{below:9}.@{digits:2} @{below:9}-@{below:9}.@{digits:2} @{below:9}.@{digits:2}v@{below:9}.@{digits:2}h-@{below:9}z\"></path></svg>\n",
    "<form action=\"/@{path:2}\" method=\"post\"><label for=\"@{word}\">@{word}</label><input id=\"@{word}\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required><button class=\"@{class}\">@{word}</button></form>\n",
    "<ul data-testid=\"@{slug:2}\" data-v-@{hex:8}>\n  <li>@{words:4-9}</li>\n  <li>@{words:4-9}</li>\n  <li><code>@{member}.@{member}(@{below:99})</code> @{words:4-9}</li>\n</ul>\n",
];

const STATE: &str = "</main>\n<script id=\"__STATE__\" type=\"application/json\">\
{\"buildId\":\"@{base62:21}\",\"page\":\"/@{path:2}\",\"query\":{\"id\":\"@{uuid}\"},\"traceId\":\"@{hex:32}\",\
\"user\":null,\"cursor\":\"@{cursor}\",\"flags\":{\"@{member}\":@{bool},\"@{member}\":@{bool}},\
\"assets\":[\"@{word}.@{hex:16}.js\",\"@{word}.@{hex:16}.js\",\"@{word}.@{hex:16}.css\"]}</script>\n";

const FOOT: &str = "<footer class=\"@{class}\"><p>&copy; @{word} &middot; <a href=\"mailto:@{email}\">@{email}</a> \
&middot; build @{hex:7}</p></footer>\n</body>\n</html>\n";
