//! Public keys, certificates, signatures and what is encrypted.

use super::{JSON, TEXT, Trap, XML, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "keys.certificates",
        media: TEXT,
        template: r#" 0 s:CN = ~(host)
   i:C = US, O = ~(Word) Trust, CN = ~(Word) CA
~[2-4||-----BEGIN CERTIFICATE-----
~<b64/64|0~(bytes 700-1400)~>
-----END CERTIFICATE-----
~]-----BEGIN CERTIFICATE REQUEST-----
~<b64/64|0~(bytes 500)~>
-----END CERTIFICATE REQUEST-----
-----BEGIN X509 CRL-----
~<b64/64|0~(bytes 300)~>
-----END X509 CRL-----
-----BEGIN DH PARAMETERS-----
~<b64/64|0~(bytes 260)~>
-----END DH PARAMETERS-----
SSL-Session:
    Session-ID: ~(HEX 64)
    X509v3 Subject Key Identifier: ~[20|:|~(HEX 2)~]
        Modulus: 00:~[60-120|:|~(hex 2)~]
    serial=~(HEX 36) fingerprint sha256:~(hex 64)
"#,
    },
    Trap {
        name: "keys.public_pem",
        media: JSON,
        template: r#"{"keys":[~[2-5|,|{"id":~(num 900),"public_key":"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A~(b64 32)\n~[4-5|\n|~(b64 64)~]\n~(b64 22)==\n-----END PUBLIC KEY-----\n","rsa":"-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA~(b64 52)\n~[4-5|\n|~(b64 64)~]\n-----END RSA PUBLIC KEY-----\n","fingerprint":"SHA256:~(b64 43)"}~]],"private_key":null}"#,
    },
    Trap {
        name: "keys.ssh_public",
        media: TEXT,
        template: r#"# ~/.ssh/known_hosts
~[3-6||~(host),~(ip) ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI~(b64 43)
|1|~(b64 27)=|~(b64 27)= ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB~(b64 86)=
@cert-authority *.~(host) ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC~(b64 338)
~]# authorized_keys
~[3-6||no-pty,command="/usr/bin/~(word)" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQD~(b64 680)== ~(first)@~(word)
sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI~(b64 43)AAAABHNzaDo= ~(email)
~]256 SHA256:~(b64 43) ~(host) (ED25519)
2048 MD5:~[16|:|~(hex 2)~] ~(email) (RSA)
"#,
    },
    Trap {
        name: "keys.jwks",
        media: JSON,
        template: r#"{"keys":[~[2-5|,|{"kty":"RSA","use":"sig","alg":"RS256","kid":"~{~(hex 40)~|~(url 43)~|~(uuid)~}","n":"~(url 342)","e":"AQAB","x5t":"~(url 27)","x5t#S256":"~(url 43)","x5c":["MIIC~(b64 900)=="]}~],{"kty":"EC","crv":"P-256","kid":"~(url 22)","x":"~(url 43)","y":"~(url 43)"},{"kty":"OKP","crv":"Ed25519","x":"~(url 43)"}]}"#,
    },
    Trap {
        name: "keys.saml_metadata",
        media: XML,
        template: r##"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://~(host)/saml" ID="_~(hex 32)"><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Reference URI="#_~(hex 32)"><ds:DigestValue>~(b64 43)=</ds:DigestValue></ds:Reference><ds:SignatureValue>~(b64 342)==</ds:SignatureValue></ds:Signature><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">~[1-3||<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
~<b64/76|0~(bytes 800)~>
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>~]<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></md:IDPSSODescriptor></md:EntityDescriptor>"##,
    },
    Trap {
        name: "keys.pgp_public",
        media: TEXT,
        template: r#"-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

~(sentence)
-----BEGIN PGP SIGNATURE-----

~<b64/64|~(bytes 380)~>
=~(b64 4)
-----END PGP SIGNATURE-----
-----BEGIN PGP PUBLIC KEY BLOCK-----
Comment: ~(HEX 40)

~<b64/64|~(bytes 1600)~>
=~(b64 4)
-----END PGP PUBLIC KEY BLOCK-----
untrusted comment: minisign public key ~(HEX 16)
RW~(b64 54)
trusted comment: timestamp:~(epoch)	file:~(kebab).tar.gz	hashed
~(b64 86)==
"#,
    },
    Trap {
        name: "keys.transparency",
        media: JSON,
        template: r#"{"~(hex 80)":{"body":"~<b64|{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"~(hex 64)"}},"signature":{"content":"MEUCIQ~(b64 90)=","publicKey":{"content":"~<b64|-----BEGIN CERTIFICATE-----
~(b64 64)
-----END CERTIFICATE-----
~>"}}}}~>","integratedTime":~(epoch),"logID":"~(hex 64)","logIndex":~(digits 8),"verification":{"inclusionProof":{"hashes":[~[6-14|,|"~(hex 64)"~]],"rootHash":"~(hex 64)"},"signedEntryTimestamp":"MEQCI~(b64 90)=="}},"payloadType":"application/vnd.in-toto+json","payload":"~<b64|{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"~(word)","digest":{"sha256":"~(hex 64)"}}]}~>","signatures":[{"sig":"MEUCIQ~(b64 88)==","keyid":""}],"log":{"log_id":"~(b64 43)=","key":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE~(b64 86)=="}}"#,
    },
    Trap {
        name: "keys.passkey",
        media: JSON,
        template: r#"{"publicKey":{"challenge":"~(url 43)","rp":{"id":"~(host)","name":"~(Word)"},"user":{"id":"~(url 22)","name":"~(email)","displayName":"~(name)"},"pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],"excludeCredentials":[~[2-5|,|{"type":"public-key","id":"~(url 86)","transports":["internal","hybrid"]}~]],"attestation":"none"},"response":{"clientDataJSON":"~<url|{"type":"webauthn.create","challenge":"~(url 43)","origin":"https://~(host)"}~>","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVi~(url 240)","authenticatorData":"~(url 50)AA","signature":"MEUCIQ~(url 90)","userHandle":"~(url 22)"}}"#,
    },
    Trap {
        name: "keys.encrypted_files",
        media: YAML,
        template: r#"apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: ~(kebab) }
spec:
  encryptedData:
    password: AgB~(b64 600)==
    token: AgA~(b64 700)=
---
password: ENC[AES256_GCM,data:~(b64 22)==,iv:~(b64 43)=,tag:~(b64 22)==,type:str]
sops:
  kms: [{ arn: "arn:aws:kms:eu-central-1:~(digits 12):key/~(uuid)", enc: "AQICAHh~(b64 200)==" }]
  age:
    - recipient: age1~(slug 58)
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        ~(b64 64)
        ~(b64 64)
        -----END AGE ENCRYPTED FILE-----
  mac: ENC[AES256_GCM,data:~(b64 88)==,iv:~(b64 43)=,tag:~(b64 22)==,type:str]
---
vault_password: !vault |
  $ANSIBLE_VAULT;1.1;AES256
~[4-8||  ~(hex 80)
~]---
env:
  global:
    - secure: "~(b64 684)="
secretRef: projects/~(kebab)/secrets/~(kebab)/versions/~(num 9)
passwordFrom: vault:secret/data/~(path)#password
"#,
    },
    Trap {
        name: "keys.wallets",
        media: JSON,
        template: r#"{"hash":"0x~(hex 64)","from":"0x~(hex 40)","to":"0x~(hex 40)","input":"0xa9059cbb~(hex 128)","r":"0x~(hex 64)","s":"0x~(hex 64)","blockHash":"0x~(hex 64)","logsBloom":"0x~(hex 512)","btc":"bc1q~(slug 38)","txid":"~(hex 64)","stellar":"G~(b32 55)","solana":"~(alnum 44)","xpub":"xpub6~(alnum 107)","nostr":"npub1~(slug 58)","ipfs":"bafybei~(slug 52)","cid":"Qm~(alnum 44)","onion":"~(slug 56).onion","did":"did:key:z6Mk~(alnum 44)","peer":"12D3KooW~(alnum 44)"}"#,
    },
];
