//! A listener that wants a client's certificate, and clients that have one.

use std::{env, fs, path::PathBuf, process::Command};

use hushgate_test_vault::Bao;
use serde_json::json;

use crate::{Config, root};

/// An authority of its own, and certificates by it for `proxy`, `agent-1` and `agent-2`, each with the URI SAN
/// `spiffe://tests/` and its name.
pub struct Certificates {
    files: PathBuf,
    authority: String,
    proxy: (String, String),
}

impl Certificates {
    /// Makes them, in a folder of this name. OpenBao signs them.
    pub fn new(name: &str) -> Certificates {
        let bao = hushgate_test_vault::shared();
        let pki = hushgate_test_vault::unique("pki");
        bao.admin("POST", &format!("sys/mounts/{pki}"), json!({"type": "pki"}));
        let path = format!("{pki}/root/generate/internal");
        let answer = bao.admin("POST", &path, json!({"common_name": "tests", "key_type": "ec"}));
        let authority = answer["data"]["certificate"].as_str().expect("a certificate").to_owned();
        let role = json!({"allow_any_name": true, "enforce_hostnames": false, "key_type": "ec",
            "allowed_uri_sans": ["spiffe://*"], "allow_ip_sans": true});
        bao.admin("POST", &format!("{pki}/roles/any"), role);
        let files = root().join("target/e2e").join(format!("certificates-{name}"));
        fs::create_dir_all(&files).expect("a directory");
        fs::write(files.join("ca.pem"), &authority).expect("a file");
        let issue = |name: &str| issue(bao, &pki, &files, name);
        let proxy = issue("proxy");
        issue("agent-1");
        issue("agent-2");
        Certificates { files, authority, proxy }
    }

    /// The listener with TLS, for clients with a certificate by this authority.
    pub fn guard(&self, config: Config) -> Config {
        let (certificate, key) = &self.proxy;
        let socket = json!({"name": "envoy.transport_sockets.tls", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "require_client_certificate": true,
            "common_tls_context": {
                "tls_certificates": [{"certificate_chain": {"inline_string": certificate},
                    "private_key": {"inline_string": key}}],
                "validation_context": {"trusted_ca": {"inline_string": self.authority}},
            },
        }});
        config.edit(
            "        - filters:\n",
            &format!("        - transport_socket: {socket}\n          filters:\n"),
        )
    }

    /// What a client with this certificate gets: the status and the text of the answer, or why there was none.
    pub fn ask(&self, port: u16, certificate: Option<&str>, headers: &[&str]) -> String {
        let script = "import http.client, ssl, sys\n\
            files, port, name, *headers = sys.argv[1:]\n\
            context = ssl.create_default_context(cafile=files + '/ca.pem')\n\
            if name: context.load_cert_chain(f'{files}/{name}.pem', f'{files}/{name}.key')\n\
            connection = http.client.HTTPSConnection('127.0.0.1', int(port), context=context)\n\
            try:\n    \
                connection.request('GET', '/v1/x', headers=dict(line.split(': ', 1) for line in headers))\n    \
                answer = connection.getresponse()\n    \
                print(answer.status, answer.read().decode(), end='')\n\
            except (ssl.SSLError, OSError) as error: print('none', type(error).__name__)\n";
        let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let (port, files) = (port.to_string(), self.files.to_string_lossy().into_owned());
        let done = Command::new(python)
            .args(["-c", script, &files, &port, certificate.unwrap_or_default()])
            .args(headers)
            .output()
            .expect("Python runs");
        let errors = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{errors}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }
}

fn issue(bao: &Bao, pki: &str, files: &std::path::Path, name: &str) -> (String, String) {
    let request = json!({"common_name": name, "ttl": "1h", "ip_sans": "127.0.0.1",
        "uri_sans": format!("spiffe://tests/{name}")});
    let answer = bao.admin("POST", &format!("{pki}/issue/any"), request);
    let part = |field: &str| answer["data"][field].as_str().expect("a text").to_owned();
    fs::write(files.join(format!("{name}.pem")), part("certificate")).expect("a file");
    fs::write(files.join(format!("{name}.key")), part("private_key")).expect("a file");
    (part("certificate"), part("private_key"))
}
