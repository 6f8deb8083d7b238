//! Clean texts within texts: escaped, percent-encoded, in entities, in base64, in two-byte units.

use super::{HTML, JSON, TEXT, Trap, XML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "encoded.json_in_json",
        media: JSON,
        template: r#"{"Records":[~[3-7|,|{"messageId":"~(uuid)","receiptHandle":"AQEB~(b64 400)==","md5OfBody":"~(hex 32)","body":"~<json|{"Type":"Notification","MessageId":"~(uuid)","Message":"~<json|{"event":"password_changed","user":"~(uuid)","token":null,"html":"<p class='x'>~(sentence)</p>","next":"https://~(host)/~(path)?cursor=~<url|{"i":~(digits 6)}~>"}~>","SignatureVersion":"1","Signature":"~(b64 342)==","SigningCertURL":"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-~(hex 32).pem"}~>","attributes":{"SenderId":"AIDA~(b32 17):~(word)"}}~]]}"#,
    },
    Trap {
        name: "encoded.cookies",
        media: TEXT,
        template: r#"HTTP/1.1 200 OK
set-cookie: ph_phc_~(alnum 43)_posthog=~<percent|{"distinct_id":"~(uuid)","$sesid":[~(epoch)~(digits 3),"01~(hex 6)-~(hex 4)-7~(hex 3)-8~(hex 3)-~(hex 12)",~(epoch)~(digits 3)],"$epp":true}~>; path=/
set-cookie: _ga=GA1.1.~(digits 10).~(epoch); _gid=GA1.2.~(digits 9).~(epoch); _fbp=fb.1.~(epoch)~(digits 3).~(digits 18)
set-cookie: OptanonConsent=isGpcEnabled=0&datestamp=~<percent|Wed Oct 01 2025 ~(clock) GMT+0200~>&version=~(version)&consentId=~(uuid)&groups=C0001%3A1%2CC0002%3A0
set-cookie: CookieConsent=~<percent|{stamp:'~(b64 43)==',necessary:true,preferences:~(bool),ver:1,utc:~(epoch)~(digits 3)}~>
set-cookie: theme=dark; lang=de-DE; AWSALB=~(b64 120)
set-cookie: __cf_bm=~(url 43)-~(epoch)-1.0.1.1-~(url 120); datadome=~(url 120)
set-cookie: ajs_anonymous_id=%22~(uuid)%22; mp_~(hex 32)_mixpanel=~<percent|{"distinct_id":"$device:~(hex 15)-~(hex 15)","$initial_referrer":"https://~(host)/"}~>

"#,
    },
    Trap {
        name: "encoded.nested_links",
        media: HTML,
        template: r#"~[4-9||<a href="https://~(host)/redirect?to=~<percent|https://~(host)/login?next=~<percent|/~(path)?q=password reset&cursor=~<b64|{"id":"~(uuid)"}~>~>&client=~(uuid)~>&amp;utm_source=~(word)&amp;gclid=Cj0KCQ~(url 80)_wcB&amp;fbclid=IwAR~(url 56)">~(words 3)</a>
<a href="https://eur01.safelinks.protection.outlook.com/?url=~<percent|https://~(host)/~(path)~>&amp;data=05%7C02%7C~(first)%40~(host)%7C~(hex 32)%7C~(hex 32)%7C0%7C0%7C~(digits 18)%7CUnknown%7CTWFpbGZsb3d8~(alnum 60)%3D%3D%7C0%7C%7C%7C&amp;sdata=~(alnum 42)%3D&amp;reserved=0">~(words 2)</a>
~]"#,
    },
    Trap {
        name: "encoded.props_in_attribute",
        media: HTML,
        template: r#"~[2-5||<div data-react-class="~(Word)~(Word)" data-react-props="~<html|{"user":{"id":"~(uuid)","name":"~(name)","passwordSet":true,"token":null},"labels":{"password":"Passwort","token":"Jeton & Schlüssel"},"items":[~[3-6|,|{"id":~(digits 6),"sha":"~(hex 40)","html":"<b>~(word)</b>"}~]]}~>"></div>
<div wire:snapshot="~<html|{"data":{"~(word)":[]},"memo":{"id":"~(alnum 20)","name":"~(kebab)"},"checksum":"~(hex 64)"}~>" wire:effects="[]"></div>
~]"#,
    },
    Trap {
        name: "encoded.base64_texts",
        media: JSON,
        template: r#"{"content":"~<json|~<b64/76|# ~(words 3)

~(sentence)
export API_TOKEN=$(pass show ~(path))
password: ${PASSWORD}
~(sentence)
~>~>","encoding":"base64","sha":"~(hex 40)","data":{"config.yaml":"~<b64|log: info
database: { host: db, password_file: /run/secrets/db }
~>","empty":""},"blob":"~<b64|~<b64|{"nested":"~(uuid)","token_type":"Bearer"}~>~>","packed":"~<hex|{"kind":"~(word)","id":"~(uuid)","password":null}~>","cloud_init":"~<b64|#cloud-config
users: [{ name: ~(first), lock_passwd: true, ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI~(b64 43)] }]
~>"}"#,
    },
    Trap {
        name: "encoded.two_byte_units",
        media: "text/plain; charset=utf-16",
        template: r#"~<utf16|Windows Registry Editor Version 5.00

~[4-9|
|[HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\{~(UUID)}]
@="~(words 3)"
"Passwort"="nicht gesetzt"
"ProductId"="~(digits 5)-~(digits 5)-~(digits 5)-~(upper 5)"
"Token"=hex:~[24-40|,|~(hex 2)~]
~]~>"#,
    },
    Trap {
        name: "encoded.property_list",
        media: XML,
        template: r#"<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>UUID</key><string>~(UUID)</string>
<key>PasswordPolicy</key><dict><key>minLength</key><integer>12</integer></dict>
~[3-6||<key>~(Word)Token</key><string>$(~(upper 8)_TOKEN)</string>
<key>~(Word)Data</key><data>
~<b64/76|~(bytes 300)~>
</data>
~]<key>DeveloperCertificates</key><array><data>MIIF~<b64|~(bytes 900)~></data></array>
</dict></plist>
"#,
    },
];
