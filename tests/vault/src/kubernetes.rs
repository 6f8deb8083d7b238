//! A Kubernetes cluster, as far as a vault sees one: two service accounts, and a TokenReview that knows one of them.

use serde_json::{Value, json};

use crate::{Bao, Issuer, Peer, now_ms, unique};

/// The cluster, and where the vault has mounted its login.
pub struct Kubernetes {
    /// The mount.
    pub mount: String,
    /// The token of the service account that may log in.
    pub good: String,
    /// The token of one that may not.
    pub other: String,
    /// The API server.
    pub review: Peer,
}

impl Kubernetes {
    /// Mounts the login, without a role or a configuration.
    ///
    /// # Panics
    /// When the vault refuses.
    pub fn start(bao: &Bao) -> Kubernetes {
        let (issuer, mount) = (Issuer::new(bao), unique("kubernetes"));
        let now = now_ms() / 1_000;
        let token_of = |account: &str| {
            issuer.sign(&json!({"iss": "https://kubernetes.default.svc", "aud": ["vault"],
                "sub": format!("system:serviceaccount:shop:{account}"), "iat": now, "nbf": now,
                "exp": now + 3_600, "kubernetes.io": {"namespace": "shop",
                "serviceaccount": {"name": account, "uid": "1"}}}))
        };
        let (good, other) = (token_of("checkout"), token_of("other"));
        let review = token_review(good.clone(), "checkout");
        bao.admin("POST", &format!("sys/auth/{mount}"), json!({"type": "kubernetes"}));
        Kubernetes { mount, good, other, review }
    }

    /// Makes the role `app`, for one service account.
    ///
    /// # Panics
    /// When the vault refuses.
    pub fn role(&self, bao: &Bao, policy: &str) {
        let role = json!({"bound_service_account_names": "checkout", "token_policies": policy,
            "bound_service_account_namespaces": "shop"});
        bao.admin("POST", &format!("auth/{}/role/app", self.mount), role);
    }

    /// Tells the vault where the cluster is.
    ///
    /// # Panics
    /// When the vault refuses.
    pub fn configure(&self, bao: &Bao) {
        // It insists on an authority for certificates, which no call over plain HTTP asks.
        let pki = unique("pki");
        bao.admin("POST", &format!("sys/mounts/{pki}"), json!({"type": "pki"}));
        let path = format!("{pki}/root/generate/internal");
        let authority =
            bao.admin("POST", &path, json!({"common_name": "cluster", "key_type": "ec"}));
        let config = json!({"kubernetes_host": format!("http://{}", self.review.address()),
            "kubernetes_ca_cert": authority["data"]["certificate"],
            "token_reviewer_jwt": self.good, "disable_local_ca_jwt": true});
        bao.admin("POST", &format!("auth/{}/config", self.mount), config);
    }

    /// The login with a token from the variable `JWT`.
    pub fn login(&self, role: &str) -> Value {
        json!({"method": "kubernetes", "mount": self.mount, "role": role, "jwt_env": "JWT"})
    }
}

/// The cluster's TokenReview, pretended: it knows one service account by its token.
fn token_review(good: String, account: &'static str) -> Peer {
    Peer::start(move |seen| {
        let request: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        let is_review = seen.line == "POST /apis/authentication.k8s.io/v1/tokenreviews";
        let is_good = is_review && request["spec"]["token"] == *good;
        let user = json!({"username": format!("system:serviceaccount:shop:{account}"),
            "uid": "1", "groups": ["system:serviceaccounts", "system:serviceaccounts:shop"]});
        let audiences = &request["spec"]["audiences"];
        let status = json!({"authenticated": is_good, "user": user, "audiences": audiences});
        let answer = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "status": status});
        (201, answer.to_string())
    })
}
