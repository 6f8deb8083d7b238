//! Mails: signatures, chains of trust and message ids.

use super::{TEXT, Trap};

const MAIL: &str = "message/rfc822";

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "mail.headers",
        media: MAIL,
        template: "Delivered-To: ~(email)\r\nReceived: by 2002:a05:~(hex 4):~(hex 4):b0:~(hex 3):~(hex 4):~(hex 4) with SMTP id ~(slug 16)csp~(digits 7)~(lower 3);\r\n        ~(date) ~(clock) -0700 (PDT)\r\nX-Google-Smtp-Source: AGHT+I~(b64 50)\r\nX-Received: by 2002:a17:~(hex 3):~(hex 4) with SMTP id ~(slug 20)-20020a~(hex 8)mr~(digits 7)~(lower 3).~(num 90).~(epoch)~(digits 3);\r\nARC-Seal: i=1; a=rsa-sha256; t=~(epoch); cv=none;\r\n        d=google.com; s=arc-20240605;\r\n        b=~(b64 58)\r\n         ~(b64 66)\r\n         ~(b64 66)==\r\nARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=google.com; s=arc-20240605;\r\n        h=list-unsubscribe:message-id:from:dkim-signature;\r\n        bh=~(b64 43)=;\r\n        fh=~(b64 43)=;\r\n        b=~(b64 58)\r\n         ~(b64 66)==;\r\n        dara=google.com\r\nAuthentication-Results: mx.google.com;\r\n       dkim=pass header.i=@~(host) header.s=~(word) header.b=\"~(b64 8)\";\r\n       spf=pass (designates ~(ip) as permitted sender) smtp.mailfrom=\"bounces+~(digits 8)-~(hex 4)-~(first)=~(host)@em.~(host)\"\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=~(host);\r\n\th=content-type:from:mime-version:subject:to:cc; s=s1;\r\n\tbh=~(b64 43)=; b=~(b64 40)\r\n\t~(b64 64)\r\n\t~(b64 64)\r\n\t~(b64 42)==\r\nDKIM-Signature: v=1; a=ed25519-sha256; d=~(host); b=~(b64 86)==\r\nMessage-ID: <CA+~(url 40)=~(url 12)@mail.gmail.com>\r\nMessage-ID: <~(digits 8).~(digits 5).~(epoch)~(digits 3)@~(host)>\r\nReferences: <~(uuid)@~(host)> <~(HEX 30)@~(HEX 14).eurprd04.prod.outlook.com>\r\nX-SG-EID: u001.~(b64 140)=\r\nX-Entity-ID: u001.~(b64 22)==\r\nX-MS-Exchange-CrossTenant-Id: ~(uuid)\r\nX-Microsoft-Antispam-Message-Info: ~[4-9|\r\n |~(b64 72)~]\r\nList-Unsubscribe: <mailto:unsubscribe+~(url 40)@~(host)>, <https://~(host)/u/~(url 60)>\r\nX-Mailgun-Variables: {\"token\": \"none\"}\r\nSubject: =?UTF-8?B?~<b64|Ihr Passwort läuft bald ab, ~(name)~>?=\r\nFrom: \"~(name)\" <~(email)>\r\n\r\n~(sentence)\r\n",
    },
    Trap {
        name: "mail.zone",
        media: TEXT,
        template: r#"$ORIGIN ~(host).
@ 3600 IN SOA ns1.~(host). hostmaster.~(host). ( ~(digits 10) 7200 3600 1209600 3600 )
@ IN TXT "v=spf1 include:_spf.~(host) ip6:~(ipv6)/64 -all"
@ IN TXT "google-site-verification=~(url 43)"
@ IN TXT "MS=ms~(digits 8)" "apple-domain-verification=~(alnum 16)" "stripe-verification=~(hex 64)"
@ IN TXT "docusign=~(uuid)" "atlassian-domain-verification=~(b64 64)" "facebook-domain-verification=~(slug 30)"
s1._domainkey IN TXT ( "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA~(b64 180)"
  "~(b64 160)IDAQAB" )
_acme-challenge IN TXT "~(url 43)"
_~(hex 32) IN CNAME _~(hex 32).~(slug 10).acm-validations.aws.
@ IN DNSKEY 257 3 13 ~(b64 86)==
@ IN DS ~(num 65000) 13 2 ~(HEX 64)
@ IN RRSIG SOA 13 2 3600 20250~(digits 9) 20250~(digits 9) ~(num 65000) ~(host). ~(b64 86)==
@ IN NSEC3PARAM 1 0 0 -
~(b32 32) IN NSEC3 1 0 0 - ~(b32 32) A RRSIG
_443._tcp IN TLSA 3 1 1 ~(hex 64)
host IN SSHFP 4 2 ~(hex 64)
"#,
    },
    Trap {
        name: "mail.newsletter",
        media: MAIL,
        template: "From: ~(name) <~(email)>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"----=_Part_~(digits 6)_~(digits 9).~(epoch)~(digits 3)\"\r\n\r\n------=_Part_~(digits 6)_~(digits 9).~(epoch)~(digits 3)\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n~[5-10||<a href=3D\"https://click.~(host)/f/a/~(url 22)~()~~/AAQxAQA~~/~(url 52)=\r\n~(url 70)=\r\n~(url 30)~~\" style=3D\"color:#~(hex 6)\">~(words 2-4)</a>=\r\n<p>Ihr Passwort l=C3=A4uft ab: ~(sentence)</p>\r\n<img src=3D\"https://~(host)/o/~(hex 32)-us.png\">\r\n~]------=_Part--\r\n",
    },
];
