//! Hashes: of contents, commits, layers and images.

use super::{HTML, JSON, TEXT, Trap};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "hashes.etags",
        media: TEXT,
        template: r#"HTTP/2 304
etag: "~(hex 32)"
etag: W/"~(hex 40)"
etag: W/"~(hex 5)-~(b64 27)"
etag: "~(hex 13)-~(hex 5)"
etag: "~(hex 32)-~(num 90)"
etag: "0x8D~(HEX 13)"
etag: "~(b64 22)=="
etag: "~(hex 64):0"
if-none-match: W/"~(hex 32)", "~(hex 32)-gzip"
last-modified: ~(date)
content-md5: ~(b64 22)==
digest: SHA-256=~(b64 43)=
repr-digest: sha-512=:~(b64 86)==:
x-amz-meta-sha256: ~(hex 64)
x-goog-hash: crc32c=~(b64 6)==,md5=~(b64 22)==
x-goog-generation: ~(digits 16)
x-cache-key: /~(path)?v=~(hex 32)
surrogate-key: ~[5-12| |~(word)-~(hex 8)~] key_~(hex 12)
vary: accept-encoding

"#,
    },
    Trap {
        name: "hashes.etags_in_json",
        media: JSON,
        template: r#"{"entries":[~[10-24|,|{".tag":"file","name":"~(kebab).pdf","id":"id:~(url 22)","rev":"01~(hex 24)","content_hash":"~(hex 64)","etag":"\"~(hex 32)\"","eTag":"W/\"~(b64 22)==\"","cTag":"\"c:{~(UUID)},~(num 9)\"","md5":"~(hex 32)","sha1Hash":"~(HEX 40)","quickXorHash":"~(b64 27)=","version_token":"~(num 900)"}~]]}"#,
    },
    Trap {
        name: "hashes.subresource_integrity",
        media: HTML,
        template: r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>~(words 3)</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'nonce-~(b64 22)==' 'sha256-~(b64 43)=' 'sha384-~(b64 64)' 'strict-dynamic'; style-src 'sha512-~(b64 86)=='; report-uri /csp/~(hex 32)">
~[5-12||<link rel="stylesheet" href="https://~(host)/~(path).~(hex 8).css" integrity="sha384-~(b64 64)" crossorigin="anonymous">
<script src="https://~(host)/~(word)@~(version)/dist/~(word).min.js" integrity="sha256-~(b64 43)= sha512-~(b64 86)==" crossorigin="anonymous" nonce="~(b64 22)=="></script>
~]<script type="importmap">{"imports":{"~(word)":"/js/~(word)-~(hex 64).js"},"integrity":{"/js/~(word)-~(hex 64).js":"sha384-~(b64 64)"}}</script>
</head><body><p>~(sentence)</p></body></html>
"#,
    },
    Trap {
        name: "hashes.fingerprinted_assets",
        media: JSON,
        template: r#"{
  "files": {
~[6-14|,
|    "/assets/~(word)-~(hex 32).js": { "logical_path": "~(word).js", "mtime": "~(stamp)", "size": ~(num 99999), "digest": "~(hex 32)", "integrity": "sha256-~(b64 43)=" }~]
  },
  "assets": {
    "locales/de.json": "/assets/locales/de-~(hex 32).json",
    "locales/fr.json": "/assets/locales/fr-~(hex 32).json",
    "locales/pl.json": "/assets/locales/pl-~(hex 32).json",
    "locales/sk.json": "/assets/locales/sk-~(hex 32).json",
    "locales/cs.json": "/assets/locales/cs-~(hex 32).json",
    "flags/us.svg": "/assets/flags/~(hex 32)-us.svg"
  }
}
"#,
    },
    Trap {
        name: "hashes.git_log",
        media: TEXT,
        template: r#"~[4-10||commit ~(hex 40) (~{HEAD -> main, origin/main~|tag: v~(version)~|origin/~(kebab)~})
Merge: ~(hex 9) ~(hex 9)
Author: ~(name) <~(email)>
Date:   ~(date) ~(clock) +0200

    ~(Word): ~(words 3-7) token handling

    ~(sentence)
    This reverts commit ~(hex 40).

    Change-Id: I~(hex 40)
    Signed-off-by: ~(name) <~(email)>

~]"#,
    },
    Trap {
        name: "hashes.git_diff",
        media: TEXT,
        template: r#"From ~(hex 40) Mon Sep 17 00:00:00 2001
From: ~(name) <~(email)>
Subject: [PATCH ~(num 9)/9] ~(words 4-8)

~[3-6||diff --git a/src/~(word)/~(word).rs b/src/~(word)/~(word).rs
index ~(hex 12)..~(hex 12) 100644
--- a/src/~(word)/~(word).rs
+++ b/src/~(word)/~(word).rs
@@ -~(num 900),7 +~(num 900),9 @@ impl ~(Word)Token {
     let password = self.prompt("Password: ")?;
-    let token = ~(word)::~(word)(&client_secret, "~(kebab)");
+    let token = env::var("~{API_TOKEN~|SERVICE_SECRET~}").map_err(Error::Token)?;
+    assert_eq!(digest, "~(hex 64)");
Subproject commit ~(hex 40)
~]diff --git a/assets/~(word).bin b/assets/~(word).bin
index ~(hex 40)..~(hex 40) 100644
GIT binary patch
literal ~(num 900)
zc~(alnum 64)
zc~(alnum 64)

-- ~()
2.4~(num 9).0
"#,
    },
    Trap {
        name: "hashes.commits_api",
        media: JSON,
        template: r#"[~[4-10|,|{"sha":"~(sha=hex 40)","node_id":"C_kwDO~(url 52)","commit":{"author":{"name":"~(name)","email":"~(digits 8)+~(word)@users.noreply.github.com","date":"~(stamp)"},"message":"~(sentence)\n\nCo-authored-by: ~(name) <~(email)>","tree":{"sha":"~(hex 40)","url":"https://api.github.com/repos/~(word)/~(word)/git/trees/~(hex 40)"},"verification":{"verified":true,"reason":"valid","signature":"-----BEGIN PGP SIGNATURE-----\n\n~[6-8|\n|~(b64 64)~]\n=~(b64 4)\n-----END PGP SIGNATURE-----","payload":"tree ~(hex 40)\nparent ~(hex 40)\nauthor ~(name) <~(email)> ~(epoch) +0200\n"}},"url":"https://api.github.com/repos/~(word)/~(word)/commits/~(sha)","parents":[{"sha":"~(hex 40)"}],"avatar_url":"https://avatars.githubusercontent.com/u/~(digits 7)?v=4","gravatar_id":"~(hex 32)"}~]]"#,
    },
    Trap {
        name: "hashes.lfs_pointer",
        media: TEXT,
        template: "version https://git-lfs.github.com/spec/v1\noid sha256:~(hex 64)\nsize ~(digits 8)\n",
    },
    Trap {
        name: "hashes.checksum_files",
        media: TEXT,
        template: r#"~[8-16||~(hex 64)  ~(kebab)-v~(version)-linux-amd64.tar.gz
~]~[4-8||~(hex 128) *~(kebab)-~(version).iso
~]~[4-8||MD5 (~(kebab).zip) = ~(hex 32)
SHA1 (~(kebab).zip) = ~(hex 40)
BLAKE2b (~(kebab).zip) = ~(hex 128)
~]Content-MD5: ~(b64 22)==
"#,
    },
    Trap {
        name: "hashes.package_index",
        media: TEXT,
        template: r#"Origin: Debian
Suite: stable
Codename: ~(word)
SHA256:
~[10-20|
| ~(hex 64) ~(digits 8) main/binary-amd64/by-hash/SHA256/~(hex 64)~]

~[3-8|
|Package: lib~(word)-~(word)
Version: ~(version)-~(num 9)ubuntu~(num 9)
Filename: pool/main/~(lower 1)/~(word)/lib~(word)_~(version)_amd64.deb
MD5sum: ~(hex 32)
SHA1: ~(hex 40)
SHA256: ~(hex 64)
Description-md5: ~(hex 32)
~]"#,
    },
    Trap {
        name: "hashes.docker_manifest",
        media: JSON,
        template: r#"{
   "schemaVersion": 2,
   "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
   "config": {
      "mediaType": "application/vnd.docker.container.image.v1+json",
      "size": ~(num 9000),
      "digest": "sha256:~(hex 64)"
   },
   "layers": [
~[5-12|,
|      { "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": ~(digits 7), "digest": "sha256:~(hex 64)" }~]
   ]
}
"#,
    },
    Trap {
        name: "hashes.oci_index",
        media: JSON,
        template: r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[~[4-9|,|{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:~(hex 64)","size":~(num 9000),"annotations":{"vnd.docker.reference.digest":"sha256:~(hex 64)","vnd.docker.reference.type":"attestation-manifest","org.opencontainers.image.revision":"~(hex 40)","dev.sigstore.cosign/chain":"","dev.cosignproject.cosign/signature":"MEUCIQ~(b64 88)=="},"platform":{"architecture":"amd64","os":"linux"}}~]],"history":[{"created_by":"RUN /bin/sh -c groupadd -r ~(word) && ARG TOKEN && echo ~(hex 64) *~(word).tar.gz | sha256sum -c - # buildkit"},{"created_by":"ENV GPG_KEY=~(HEX 40)"},{"created_by":"ENV PYTHON_GET_PIP_SHA256=~(hex 64)"}]}"#,
    },
    Trap {
        name: "hashes.cache_log",
        media: TEXT,
        template: r#"##[group]Run actions/cache@~(hex 40)
  key: Linux-cargo-~(hex 64)
  restore-keys: Linux-cargo-
Cache Size: ~~(num 900) MB (~(digits 9) B)
Cache restored successfully from key: Linux-cargo-~(hex 64)
~[6-12||Read fragment views/~(word)s/show:~(hex 32)/~(word)s/~(digits 6)-~(digits 20) (0.~(num 9)ms)
[cache] HIT  cache_key_~(hex 64) ttl=~(num 3600)
[cache] MISS tok_~(hex 40) ~(word):~(hex 40) build-~(hex 16)
~]sccache: hash ~(hex 64) disk-~(hex 32) task-~(hex 32)
turbo: cache hit, replaying output ~(hex 16)
"#,
    },
];
