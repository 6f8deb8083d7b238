//! Pages and what their programs load: keys that are public by design, states, tokens of one form.

use super::{HTML, JAVASCRIPT, TEXT, Trap, XML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "pages.firebase",
        media: HTML,
        template: r#"<!doctype html><html><head><title>~(words 3)</title></head><body><div id="app"></div>
<script src="https://www.gstatic.com/firebasejs/~(version)/firebase-app-compat.js"></script>
<script>
const firebaseConfig = {
  apiKey: "AIza~(url 35)",
  authDomain: "~(app=kebab).firebaseapp.com",
  databaseURL: "https://~(app)-default-rtdb.europe-west1.firebasedatabase.app",
  projectId: "~(app)",
  storageBucket: "~(app).appspot.com",
  messagingSenderId: "~(digits 12)",
  appId: "1:~(digits 12):web:~(hex 22)",
  measurementId: "G-~(upper 10)",
  vapidKey: "B~(url 86)"
};
firebase.initializeApp(firebaseConfig);
</script></body></html>
"#,
    },
    Trap {
        name: "pages.map",
        media: HTML,
        template: r#"<div class="map" data-lat="52.~(digits 6)" data-lng="13.~(digits 6)" data-map-id="~(hex 16)"></div>
<script async defer src="https://maps.googleapis.com/maps/api/js?key=AIza~(url 35)&amp;libraries=places&amp;callback=initMap&amp;v=weekly"></script>
~[3-6||<img src="https://maps.googleapis.com/maps/api/staticmap?center=52.~(digits 4),13.~(digits 4)&amp;zoom=14&amp;key=AIza~(url 35)&amp;signature=~(url 27)=" alt="~(words 2)">
<img src="https://lh3.googleusercontent.com/places/A~(url 90-140)=s1600-w400" alt="">
~]"#,
    },
    Trap {
        name: "pages.next_data",
        media: HTML,
        template: r#"<!DOCTYPE html><html><head><link rel="preload" href="/_next/static/media/~(hex 16)-s.p.woff2" as="font"/><script src="/_next/static/chunks/pages/~(word)-~(hex 16).js" defer=""></script><script src="/_next/static/~(build=url 21)/_buildManifest.js" defer=""></script></head><body><div id="__next" class="~(Word)_~(word)__~(url 5)"></div><script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"user":null,"csrfToken":"~(hex 64)","items":[~[6-14|,|{"id":"~(uuid)","slug":"~(kebab)","blurDataURL":"data:image/jpeg;base64,/9j/4AAQSkZJRgABAQ~(b64 200-400)==","cursor":"~<b64|{"id":"~(uuid)"}~>"}~]],"_sentryTraceData":"~(hex 32)-~(hex 16)-0"},"__N_SSG":true},"page":"/~(word)/[token]","query":{"token":"~(kebab)"},"buildId":"~(build)","isFallback":false,"gsp":true,"scriptLoader":[]}</script></body></html>"#,
    },
    Trap {
        name: "pages.flight",
        media: HTML,
        template: r#"<body><script>(self.__next_f=self.__next_f||[]).push([0])</script>~[8-20||<script>self.__next_f.push([1,"~(hex 2):I[~(num 99999),[\"~(num 9999)\",\"static/chunks/~(num 9999)-~(hex 16).js\"],\"~(Word)~(Word)\"]\n~(hex 1):[\"$\",\"div\",null,{\"className\":\"~(Word)_~(word)__~(url 5)\",\"token\":\"$undefined\",\"children\":\"~(sentence)\"}]\n0:{\"P\":null,\"b\":\"~(url 21)\",\"p\":\"\",\"c\":[\"\",\"~(word)\"],\"i\":false,\"f\":[[[\"\",{\"children\":[[\"token\",\"~(uuid)\",\"d\"]]}]]],\"actionId\":\"~(hex 42)\"}\n"])</script>~]<input type="hidden" name="$ACTION_ID_~(hex 42)"/><input type="hidden" name="$ACTION_KEY" value="k~(hex 32)"/></body>"#,
    },
    Trap {
        name: "pages.publishable_keys",
        media: HTML,
        template: r#"<script src="https://js.stripe.com/v3/"></script>
<script>
  var stripe = Stripe('pk_~()live_51~(alnum 97)', { locale: 'de' });
  var test = Stripe("pk_~()test_~(alnum 24)");
  Sentry.init({ dsn: "https://~(hex 32)@o~(digits 6).ingest.de.sentry.io/~(digits 16)", release: "~(kebab)@~(hex 40)" });
  mapboxgl.accessToken = 'pk.~<url|{"u":"~(word)-maps","a":"c~(slug 24)"}~>.~(url 22)';
  posthog.init('phc_~(alnum 43)', { api_host: 'https://eu.i.posthog.com' });
  algoliasearch('~(upper 10)', '~(hex 32)');
  LDClient.initialize('~(hex 24)', { anonymous: true });
  grecaptcha.render('captcha', { sitekey: '6L~(url 38)' });
  turnstile.render('#t', { sitekey: '0x4AAAAAAA~(url 14)' });
  window.analytics.load("~(alnum 32)"); gtag('config', 'G-~(upper 10)'); fbq('init', '~(digits 16)');
  window.intercomSettings = { app_id: "~(slug 8)", user_hash: "~(hex 64)" };
</script>
"#,
    },
    Trap {
        name: "pages.supabase_anon",
        media: JAVASCRIPT,
        template: r#"const SUPABASE_URL="https://~(ref=lower 20).supabase.co",SUPABASE_ANON_KEY="~<url|{"alg":"HS256","typ":"JWT"}~>.~<url|{"iss":"supabase","ref":"~(ref)","role":"anon","iat":~(epoch),"exp":20~(digits 8)}~>.~(url 43)";export const supabase=createClient(SUPABASE_URL,SUPABASE_ANON_KEY);"#,
    },
    Trap {
        name: "pages.forgery_tokens",
        media: HTML,
        template: r#"<html><head>
<meta name="csrf-param" content="authenticity_token">
<meta name="csrf-token" content="~(url 86)">
<meta name="_csrf" content="~(uuid)"><meta name="_csrf_header" content="X-CSRF-TOKEN">
</head><body>
~[2-4||<form action="/~(path)" method="post" accept-charset="UTF-8"><input name="utf8" type="hidden" value="&#x2713;"><input type="hidden" name="authenticity_token" value="~(b64 86)==" autocomplete="off">
<input type="hidden" name="csrfmiddlewaretoken" value="~(alnum 64)">
<input type="hidden" name="__RequestVerificationToken" value="CfDJ8~(url 150)">
<input type="hidden" name="_token" value="~(alnum 40)">
<input type="hidden" id="csrf_token" name="csrf_token" value="~<url|"~(hex 40)"~>.~(url 6).~(url 27)">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDwUK~(b64 400-900)==">
<input type="hidden" name="__EVENTVALIDATION" value="/wEdAA~(b64 120)==">
<input type="hidden" name="javax.faces.ViewState" value="-~(digits 19):~(digits 19)">
<input type="hidden" name="form_build_id" value="form-~(url 43)"><input type="hidden" name="_wpnonce" value="~(hex 10)">
<input type="hidden" name="state" value="~(url 43)"><input type="hidden" name="timestamp_secret" value="~(hex 64)">
</form>
~]</body></html>
"#,
    },
    Trap {
        name: "pages.registry_redirect",
        media: TEXT,
        template: r#"HTTP/1.1 307 Temporary Redirect
docker-content-digest: sha256:~(layer=hex 64)
docker-distribution-api-version: registry/2.0
location: https://prod-eu-starport-layer-bucket.s3.eu-central-1.amazonaws.com/~(hex 6)-~(digits 12)-~(uuid)/~(uuid)?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20250601T~(digits 6)Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Credential=ASIA~(b32 16)%2F20250601%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Signature=~(hex 64)
content-length: 0

HTTP/1.1 307 Temporary Redirect
location: https://~(lower 13).cloudfront.net/registry-v2/docker/registry/v2/blobs/sha256/~(hex 2)/~(layer)/data?Expires=~(epoch)&Signature=~(url 340)__&Key-Pair-Id=K~(upper 13)

HTTP/1.1 307 Temporary Redirect
location: https://~(word)~(word).blob.core.windows.net/~(hex 10)/docker/registry/v2/blobs/sha256/~(layer)/data?se=2025-06-01T~(two 23)%3A00%3A00Z&sig=~(alnum 40)%2B%3D&sp=r&spr=https&sr=b&sv=2023-11-03&skoid=~(uuid)&sktid=~(uuid)
www-authenticate: Bearer realm="https://auth.~(host)/token",service="registry.~(host)",scope="repository:~(path):pull"

"#,
    },
    Trap {
        name: "pages.magic_link",
        media: HTML,
        template: r#"<table role="presentation" width="600"><tr><td><h1>Anmelden bei ~(Word)</h1><p>Hallo ~(first), mit diesem Link melden Sie sich an. Er gilt zehn Minuten.</p>
<a href="https://~(host)/auth/magic?token=~(url 43)&amp;email=~(first)%40~(host)">Anmelden</a>
<a href="https://~(host)/login/verify/~(hex 64)?redirect=%2F~(path)">Sign in</a>
<a href="https://~(host)/users/confirmation?confirmation_token=~(url 20)">Confirm</a>
<a href="https://~(host)/password/edit?reset_password_token=~(url 20)">Reset</a>
<p>Code: <b>~(digits 3) ~(digits 3)</b></p>
<a href="https://u~(digits 8).ct.sendgrid.net/ls/click?upn=u001.~(url 200-500)_~(url 100)-3D-3D">~(words 2)</a>
<img src="https://~(host)/open/~(b64 60)==/pixel.gif" width="1" height="1">
<a href="https://~(host)/unsubscribe?u=~(hex 25)&amp;id=~(hex 10)&amp;e=~(hex 10)&amp;c=~(hex 10)">Abmelden</a></td></tr></table>
"#,
    },
    Trap {
        name: "pages.timed_link",
        media: HTML,
        template: r#"<p>~(sentence)</p>
~[3-6||<a href="https://~(host)/u/~<url|1~(digits 17)~>.~(url 6).~(url 27)">~(words 2)</a>
<a href="https://~(host)/optout/~<url|{"u":~(digits 8),"l":~(num 90)}~>:1~(alnum 5):~(url 43)">~(words 2)</a>
~]"#,
    },
    Trap {
        name: "pages.oidc_fragment",
        media: TEXT,
        template: "HTTP/1.1 302 Found\r\ncache-control: no-store\r\nlocation: https://~(host)/callback#id_token=~<url|{\"alg\":\"RS256\",\"kid\":\"~(url 22)\",\"typ\":\"JWT\"}~>.~<url|{\"iss\":\"https://~(host)/\",\"sub\":\"~(uuid)\",\"aud\":\"~(uuid)\",\"nonce\":\"~(url 22)\",\"exp\":~(epoch)}~>.~(url 342)&state=~(url 43)&session_state=~(hex 64).~(url 22)\r\n\r\n",
    },
    Trap {
        name: "pages.form_post",
        media: HTML,
        template: r#"<html><head><title>Submit this form</title></head><body onload="javascript:document.forms[0].submit()"><form method="post" action="https://~(host)/signin-oidc"><input type="hidden" name="code" value="1.A~(url 300).AgABBAI~(url 400)"/><input type="hidden" name="id_token" value="~<url|{"typ":"JWT","alg":"RS256","x5t":"~(url 27)"}~>.~<url|{"aud":"~(uuid)","iss":"https://~(host)/","nonce":"~(digits 18)"}~>.~(url 342)"/><input type="hidden" name="state" value="CfDJ8~(url 200)"/><input type="hidden" name="session_state" value="~(uuid)"/><noscript><button>Continue</button></noscript></form></body></html>"#,
    },
    Trap {
        name: "pages.sitemap",
        media: XML,
        template: r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
~[10-20||  <url><loc>https://~(host)/~(path)/~(uuid)?v=~(hex 32)</loc><lastmod>~(date)</lastmod><image:loc>https://i.~(host)/m/~(hex 64)/~(num 900)x~(num 900).webp?s=~(hex 40)&amp;sig=~(url 27)</image:loc></url>
~]</urlset>
"#,
    },
];
